import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { type Connection, createClient } from '../../src/client.ts'
import { createServer, ToolError } from '../../src/index.ts'
import type { Loose } from '../support/answering.ts'
import { connectOver, EVERY_WAY } from '../support/client-channels.ts'
import { isStateless, keepingLogger, STATEFUL, VERSIONS } from '../support/messages.ts'
import { type ScriptedServer, scripted, speaking } from '../support/scripted-server.ts'

const levels: string[] = []

const full = createServer({ name: 'full', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('fail', () => {
    throw new ToolError('Not today.')
  })
  .tool('log', async (_, { log }) => {
    await log.info('unheard')
    await log.error('heard')
    return 'logged'
  })
  .resource('note://1', { name: 'one' }, () => 'The first note.')
  .resource(
    'note://{id}',
    { name: 'any', complete: { id: (value) => [`${value}1`, `${value}2`] } },
    ({ id }) => `Note ${id}.`,
  )
  .prompt('greet', v.object({ name: v.string() }), ({ name }) => `Hello, ${name}.`)
  .prompt('plain', () => 'Hello.')

for (const [version, channel] of EVERY_WAY) {
  test(`${version} over ${channel.name}: everything that a server has can be listed, called, read and asked for`, async (t) => {
    levels.length = 0
    const client = createClient().logging(({ level }) => void levels.push(level))
    const { client: connection } = await connectOver(t, channel, version, full, { client })
    const names = (items: readonly { readonly name: string }[]): readonly string[] => items.map(({ name }) => name)
    assert.deepEqual(names(await connection.listTools()), ['add', 'fail', 'log'])
    assert.deepEqual(names(await connection.listPrompts()), ['greet', 'plain'])
    assert.deepEqual(names(await connection.listResources()), ['one'])
    assert.deepEqual(names(await connection.listResourceTemplates()), ['any'])
    assert.equal((await connection.callTool('add', { a: 1, b: 2 })).data, 3)
    const [read] = (await connection.readResource('note://7')).contents
    assert.deepEqual([read?.uri, read?.['text' as never]], ['note://7', 'Note 7.'])
    const textIn = ({ messages }: Loose): string => messages[0].content.text
    assert.equal(textIn(await connection.getPrompt('greet', { name: 'Ada' })), 'Hello, Ada.')
    assert.equal(textIn(await connection.getPrompt('plain')), 'Hello.')
    const completed = await connection.complete({
      ref: { type: 'ref/resource', uri: 'note://{id}' },
      argument: { name: 'id', value: '4' },
    })
    assert.deepEqual(completed.completion.values, ['41', '42'])
    await connection.ping()
    await connection.setLogLevel('error')
    assert.equal((await connection.callTool('log')).text, 'logged')
    assert.deepEqual(levels, ['error'])
    await connection.notify('notifications/roots/list_changed')
    await assert.rejects(connection.request('acme/unknown'), { name: 'McpError', code: -32601 })
  })

  test(`${version} over ${channel.name}: tools are functions that give the value, and throw what the tool reports`, async (t) => {
    const { client } = await connectOver(t, channel, version, full)
    assert.equal(await client.tools.add({ a: 2, b: 3 }), 5)
    await assert.rejects(client.tools.fail(), { name: 'ToolError', message: 'Not today.' })
    await assert.rejects(client.tools.add({ a: 1, b: 'two' as never }), {
      name: 'ToolError',
      message: 'add: "b" must be a number, got "two"',
    })
    const unknown: Connection = client as never
    await assert.rejects(async () => unknown.tools['subtract']?.(), { name: 'McpError', code: -32602 })
  })
}

for (const [version, channel] of EVERY_WAY) {
  test(`${version} over ${channel.name}: a connection listens to what changes`, async (t) => {
    const { client, host } = await connectOver(t, channel, version, full)
    const changes = client.listen({ tools: true })
    assert.deepEqual(await changes.ready, { toolsListChanged: true })
    host.runtime.notify.toolsChanged()
    assert.deepEqual(await changes.next(), { done: false, value: { kind: 'tools' } })
    await changes.close()
  })
}

test('the tools are no promise and no JSON, have no symbols, and are the same functions each time', async () => {
  const server = scripted(
    speaking('2025-11-25', { 'tools/call': ({ params }: Loose) => ({ content: [], structuredContent: params }) }),
  )
  const client = await createClient().connect(server.runtime)
  const { tools } = client
  assert.equal(tools['then'], undefined)
  assert.equal((tools as never)[Symbol.iterator], undefined)
  assert.equal((tools as never)[Symbol.toPrimitive], undefined)
  assert.equal(await Promise.resolve(tools), tools)
  assert.equal(JSON.stringify({ client }), '{"client":{"tools":{}}}')
  assert.equal(tools['add'], tools['add'])
  assert.notEqual(tools['add'], tools['sub'])
  for (const name of ['constructor', 'toString', '__proto__', 'a.b-c']) {
    assert.deepEqual(await tools[name]?.({ x: 1 }), { name, arguments: { x: 1 } })
  }
  assert.deepEqual((await client.callTool('then')).data, { name: 'then', arguments: {} })
  await client.close()
})

test('a tool that reports an error without words has some all the same, and options reach the call', async () => {
  const server = scripted(speaking('2026-07-28', { 'tools/call': { content: [], isError: true } }))
  const client = await createClient().connect(server.runtime)
  await assert.rejects(async () => client.tools['mute']?.(), {
    name: 'ToolError',
    message: 'The tool "mute" reported an error',
  })
  await assert.rejects(async () => client.tools['mute']?.({}, { signal: AbortSignal.abort() }), {
    name: 'AbortedError',
  })
  assert.equal((await client.callTool('mute')).isError, true)
  await client.close()
})

for (const version of VERSIONS) {
  test(`${version}: what is sent is what the revision has for it`, async () => {
    const server = scripted(
      speaking(version, { 'tools/call': { content: [] }, 'prompts/get': { messages: [] }, 'completion/complete': {} }),
    )
    const client = await createClient().connect(server.runtime, { revisions: [version] })
    const sent = async (call: () => Promise<unknown>): Promise<Loose> => {
      await call()
      const { method, params } = server.received.at(-1)
      const { _meta, ...rest } = params ?? {}
      return [method, rest]
    }
    assert.deepEqual(await sent(() => client.callTool('t')), ['tools/call', { name: 't', arguments: {} }])
    assert.deepEqual(await sent(() => client.getPrompt('p')), ['prompts/get', { name: 'p' }])
    assert.deepEqual(await sent(() => client.getPrompt('p', { a: 'b' })), [
      'prompts/get',
      { name: 'p', arguments: { a: 'b' } },
    ])
    const asked = { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: 'b' } } as const
    assert.deepEqual(await sent(() => client.complete(asked)), ['completion/complete', asked])
    assert.deepEqual(await sent(() => client.ping()), [isStateless(version) ? 'server/discover' : 'ping', {}])
    await client.notify('notifications/acme', { a: 1 })
    assert.deepEqual((await server.next('notifications/acme')).params, { a: 1 })
    const before = server.received.length
    await client.notify('notifications/roots/list_changed')
    await client.notify('notifications/end')
    await server.next('notifications/end')
    assert.deepEqual(
      server.methods.slice(before),
      isStateless(version) ? ['notifications/end'] : ['notifications/roots/list_changed', 'notifications/end'],
    )
    await client.close()
  })
}

const LEVEL = 'io.modelcontextprotocol/logLevel'

test('2026-07-28: from setLogLevel on, each call carries the level', async () => {
  const server = scripted(speaking('2026-07-28', { 'acme/own': {} }))
  const client = await createClient().connect(server.runtime)
  const levelOf = async (): Promise<unknown> => {
    await client.request('acme/own')
    return server.received.at(-1).params._meta[LEVEL]
  }
  assert.equal(await levelOf(), undefined)
  for (const level of ['warning', 'debug'] as const) {
    await client.setLogLevel(level)
    assert.equal(await levelOf(), level)
  }
  assert.ok(!server.methods.includes('logging/setLevel'))
  await client.close()
})

for (const version of STATEFUL) {
  test(`${version}: setLogLevel tells the server, and each conversation that follows`, async () => {
    const server = scripted(speaking(version))
    const client = await createClient().connect(server.runtime, { revisions: [version], logger: keepingLogger() })
    await client.setLogLevel('notice')
    assert.deepEqual((await server.next('logging/setLevel')).params, { level: 'notice' })
    server.drop()
    await new Promise((resolve) => setImmediate(resolve))
    await client.ping()
    assert.deepEqual((await server.next('logging/setLevel')).params, { level: 'notice' })
    assert.equal(server.connections, 2)
    await client.close()
  })
}

test('a level that is none is refused, and one that the server refuses is not kept', async () => {
  const server: ScriptedServer = scripted(
    speaking('2025-11-25', {
      'logging/setLevel': ({ id }: Loose) =>
        JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } }),
    }),
  )
  const client = await createClient().connect(server.runtime)
  await assert.rejects(client.setLogLevel('loud' as never), {
    name: 'DefinitionError',
    message:
      'setLogLevel: the level must be one of debug, info, notice, warning, error, critical, alert, emergency, got "loud"',
  })
  await assert.rejects(client.setLogLevel('error'), { name: 'McpError', code: -32601 })
  const before = server.methods.filter((method) => method === 'logging/setLevel').length
  server.drop()
  await new Promise((resolve) => setImmediate(resolve))
  await client.ping()
  assert.equal(server.methods.filter((method) => method === 'logging/setLevel').length, before)
  await client.close()
})
