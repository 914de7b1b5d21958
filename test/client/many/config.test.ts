import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ConnectAllOptions, connectAll, DefinitionError, type ServersConfig } from '../../../src/client.ts'

const refused = (config: unknown, message: string, options?: unknown): void => {
  it(`${JSON.stringify(config)} ${options === undefined ? '' : JSON.stringify(options)}: ${message}`, async () => {
    await assert.rejects(
      connectAll(config as ServersConfig, options as ConnectAllOptions),
      (error) => error instanceof DefinitionError && error.message === message,
    )
  })
}

const TEXTS = 'an object of strings such as { "x-tenant": "a" }'
const ARRAY = 'an array of strings such as ["server.js"]'

describe('a configuration that is none is refused, with what to write', () => {
  const PASS = "connectAll: pass { mcpServers: { name: { command: 'node', args: ['server.js'] } } }"
  for (const config of [undefined, null, 'mcp.json', [], {}, { mcpServers: [] }, { servers: 'a' }])
    refused(config, PASS)

  const servers: readonly (readonly [server: unknown, message: string])[] = [
    ['node server.js', 'connectAll: a must be an object with a "command" or a "url", got "node server.js"'],
    [null, 'connectAll: a must be an object with a "command" or a "url", got null'],
    [{}, 'connectAll: a needs a "command" to start it by, or a "url"'],
    [{ command: ['node'] }, 'connectAll: a: "command" must be a string such as "node", got an array'],
    [{ url: 7 }, 'connectAll: a: "url" must be a string, got 7'],
    [{ url: 'http://a', headers: ['x: 1'] }, `connectAll: a: "headers" must be ${TEXTS}, got an array`],
    [{ url: 'http://a', headers: { x: 1 } }, `connectAll: a: "headers" must be ${TEXTS}, got an object`],
    [{ command: 'node', args: 'a.js' }, `connectAll: a: "args" must be ${ARRAY}, got "a.js"`],
    [{ command: 'node', args: [1] }, `connectAll: a: "args" must be ${ARRAY}, got an array`],
    [
      { command: 'node', env: { A: 1 } },
      'connectAll: a: "env" must be an object of strings such as { "LANG": "C" }, got an object',
    ],
    [{ command: 'node', cwd: 1 }, 'connectAll: a: "cwd" must be a string, got 1'],
  ]
  for (const [server, message] of servers) refused({ mcpServers: { a: server } }, message)
})

describe('options that are none are refused', () => {
  const config = { mcpServers: {} }
  refused(config, 'connectAll: the options are an object, got null', null)
  refused(
    config,
    'connectAll: there is no option "prefixes". Did you mean "prefix"? The options are client, connect, prefix',
    { prefixes: true },
  )
  refused(config, 'connectAll: client must be made by createClient(…), got an object', { client: {} })
  refused(config, 'connectAll: client must be made by createClient(…), got null', { client: null })
  refused(config, 'connectAll: prefix must be a function (server, name) => string, got "a"', { prefix: 'a' })
  refused(config, 'connectAll: prefix must be a function (server, name) => string, got null', { prefix: null })
  refused(config, 'connect: the options are an object, got 7', { connect: 7 })
  refused(
    config,
    'connect: there is no option "timeout". Did you mean "timeoutMs"? The options are revisions, headers, fetch, signal, ' +
      'timeoutMs, maxTotalTimeoutMs, probeTimeoutMs, reconnect, pingMs, maxRounds, cache, maxMessageBytes, logger',
    { connect: { timeout: 5 } },
  )
})
