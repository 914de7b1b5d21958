import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer, type InterceptedMessage, McpError } from '../../src/index.ts'
import { connect, opened } from '../support/connection.ts'
import { ask, initializeParams, isStateless, request, resultOf, VERSIONS } from '../support/messages.ts'
import { callTool, errorOf, exchange, gate, quiet, untyped } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

const hearing = (heard: InterceptedMessage[]) =>
  create()
    .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
    .resource('a://b', () => 'b')
    .intercept((message, next) => {
      heard.push(message)
      return next()
    })

describe('intercept', () => {
  it('hears of every message, wherever it stands in the chain: initialize, notifications, unknown methods', async () => {
    for (const version of VERSIONS) {
      const heard: InterceptedMessage[] = []
      const connected = await opened(hearing(heard), version)
      await exchange(connected, version, 'tools/list')
      await exchange(connected, version, 'tools/call', { name: 'add', arguments: { a: 1, b: 2 } })
      await exchange(connected, version, 'no/such/method')
      connected.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 99 } })
      connected.send({ jsonrpc: '2.0', method: 'notifications/of/mine' })
      const opening = isStateless(version) ? [] : ['initialize', 'notifications/initialized']
      assert.deepEqual(
        heard.map(({ method }) => method),
        [...opening, 'tools/list', 'tools/call', 'no/such/method', 'notifications/cancelled', 'notifications/of/mine'],
      )
    }
  })

  it('sees method, params, id, auth, http and signal', async () => {
    const heard: InterceptedMessage[] = []
    const server = hearing(heard)
    const params = { name: 'add', arguments: { a: 1, b: 2 } }
    await ask(server, '2025-11-25', 'tools/call', params, { 'x-own': 'header' })
    const [message] = heard
    assert.ok(message)
    const { method, id, auth, http, signal } = message
    assert.deepEqual(
      { method, params: message.params, id, auth },
      { method: 'tools/call', params, id: 1, auth: undefined },
    )
    assert.equal(http?.headers.get('x-own'), 'header')
    assert.equal(signal.aborted, false)
  })

  it('sees notifications over HTTP too, without an id', async () => {
    const heard: InterceptedMessage[] = []
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    }
    const response = await hearing(heard).fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body }))
    assert.equal(response.status, 202)
    assert.deepEqual(
      heard.map(({ method, id, params }) => ({ method, id, params })),
      [{ method: 'notifications/initialized', id: undefined, params: undefined }],
    )
  })

  it('stands around those that follow', async () => {
    const seen: string[] = []
    const server = ['first', 'second'].reduce(
      (chain, name) =>
        chain.intercept(async (_, next) => {
          seen.push(`${name} in`)
          const result = await next()
          seen.push(`${name} out`)
          return result
        }),
      create().tool('t', () => 'a'),
    )
    await callTool(server, 't')
    assert.deepEqual(seen, ['first in', 'second in', 'second out', 'first out'])
  })

  it('may replace the parameters', async () => {
    const server = hearing([]).intercept(({ params }, next) => next({ ...params, arguments: { a: 10, b: 20 } }))
    assert.equal((await callTool(server, 'add', { a: 1, b: 2 })).structuredContent, 30)
  })

  it('may replace the result, which then is shaped as any other', async () => {
    const server = hearing([]).intercept(async ({ method }, next) =>
      method === 'tools/list' ? { tools: [], secret: 1, _meta: { own: 1 } } : next(),
    )
    assert.deepEqual(await resultOf(server, '2025-11-25', 'tools/list'), { tools: [], _meta: { own: 1 } })
    const { resultType, ttlMs, cacheScope, _meta } = await resultOf(server, '2026-07-28', 'tools/list')
    assert.deepEqual({ resultType, ttlMs, cacheScope }, { resultType: 'complete', ttlMs: 0, cacheScope: 'private' })
    assert.equal(_meta.own, 1)
  })

  it('PY-36: what it was given never changes afterwards', async () => {
    const results: unknown[] = []
    const server = hearing([]).intercept(async (_, next) => {
      const result = await next()
      results.push(result)
      return result
    })
    for (const version of VERSIONS) await callTool(server, 'add', { a: 1, b: 2 }, version)
    for (const result of results) {
      assert.deepEqual(result, { content: [{ type: 'text', text: '3' }], structuredContent: 3 })
    }
  })

  it('PY-35: 2026-07-28 §_meta: a serverInfo of its own wins', async () => {
    const key = 'io.modelcontextprotocol/serverInfo'
    const server = hearing([]).intercept(async (_, next) => ({
      ...((await next()) as object),
      _meta: { [key]: 'own' },
    }))
    const { _meta } = await resultOf(server, '2026-07-28', 'tools/list')
    assert.equal(_meta[key], 'own')
  })

  it('may answer by itself, also what nobody else would', async () => {
    const server = hearing([]).intercept(({ method }, next) => (method === 'x/y' ? { z: 1 } : next()))
    for (const version of VERSIONS) assert.equal((await resultOf(server, version, 'x/y')).z, 1)
  })

  it('may refuse with an McpError, and catch what others threw', async () => {
    const server = quiet(
      hearing([]).intercept(async ({ method }, next) => {
        if (method === 'tools/call') throw new McpError(-1, 'denied', { by: 'me' })
        return next().catch((error: McpError) => ({ caught: error.code }))
      }),
    )
    assert.deepEqual(await errorOf(server, 'tools/call', { name: 'add' }), {
      code: -1,
      message: 'denied',
      data: { by: 'me' },
    })
    assert.equal((await resultOf(server, '2025-11-25', 'no/such/method')).caught, -32601)
  })

  it('throwing anything else is an internal error', async () => {
    const server = quiet(
      create()
        .tool('t', () => 'a')
        .intercept(() => {
          throw new Error('boom')
        }),
    )
    assert.deepEqual(await errorOf(server, 'tools/list'), { code: -32603, message: 'boom' })
  })

  it('that gives no object is a mistake, which says what to return', async () => {
    for (const given of [undefined, null, 'text', 5, []]) {
      const server = create()
        .tool('t', () => 'a')
        .intercept(async (_, next) => {
          await next()
          return given
        })
      assert.deepEqual(await errorOf(quiet(server), 'tools/list'), {
        code: -32603,
        message: 'intercept: the answer to "tools/list" must be an object; return what next() gave',
      })
    }
  })

  it('keeps away a notification that it does not pass on', async () => {
    const { opened: released, open } = gate()
    let aborted: boolean | undefined
    const server = create()
      .tool('slow', async (_, { signal }) => {
        await released
        aborted = signal.aborted
        return 'done'
      })
      .intercept(({ method }, next) => (method === 'notifications/cancelled' ? undefined : next()))
    const connected = await opened(server, '2025-11-25')
    connected.send(request('2025-11-25', 1, 'tools/call', { name: 'slow' }))
    connected.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    open()
    assert.equal((await connected.next()).result.content[0].text, 'done')
    assert.equal(aborted, false)
  })

  it('PY-19: that fails at a notification is logged, and nothing is answered', async () => {
    const server = create()
      .tool('t', () => 'a')
      .intercept(({ id }, next) => {
        if (id === undefined) throw new Error('boom')
        return next()
      })
    const { send, ask: sent, logger } = connect(server)
    send({ jsonrpc: '2.0', method: 'notifications/of/mine' })
    assert.equal((await sent(request('2026-07-28', 1, 'tools/list'))).id, 1)
    assert.deepEqual(
      logger.lines.map(({ level, message }) => [level, message]),
      [['error', 'notifications/of/mine failed:']],
    )
  })

  it('PY-30: that fails after `initialize` leaves no open connection behind', async () => {
    let veto = true
    const server = create()
      .tool('t', () => 'a')
      .intercept(async ({ method }, next) => {
        const result = await next()
        if (method === 'initialize' && veto) throw new McpError(-32600, 'not yet')
        return result
      })
    const { ask: send } = connect(server)
    const initialize = request('2025-11-25', 1, 'initialize', initializeParams('2025-11-25'))
    assert.deepEqual((await send(initialize)).error, { code: -32600, message: 'not yet' })
    assert.equal((await send(request('2025-11-25', 2, 'tools/list'))).error.code, -32600)
    veto = false
    assert.equal((await send(initialize)).result.protocolVersion, '2025-11-25')
    assert.equal((await send(request('2025-11-25', 3, 'tools/list'))).result.tools.length, 1)
  })

  it('is no function: a mistake', () => {
    assert.throws(() => create().intercept(untyped({})), {
      name: 'DefinitionError',
      message: 'intercept: pass a function (message, next) => next()',
    })
  })
})
