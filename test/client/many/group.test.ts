import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import {
  type ConnectAllOptions,
  ConnectionError,
  connectAll,
  createClient,
  DefinitionError,
  McpError,
} from '../../../src/client.ts'
import { createServer, type Running } from '../../../src/index.ts'
import { keepingLogger } from '../../support/messages.ts'
import { turn } from '../support.ts'

const serverOf = (name: string) =>
  createServer({ name, version: '1.0.0' })
    .tool('who', v.object({ loud: v.optional(v.boolean(), false) }), ({ loud }) => (loud ? name.toUpperCase() : name))
    .prompt('greet', v.object({ to: v.string() }), ({ to }) => `${name} greets ${to}`)
    .resource(`note://${name}`, { name }, () => `a note of ${name}`)

const listen = async (t: TestContext, name: string): Promise<Running> => {
  const running = await serverOf(name).listen({ port: 0 })
  t.after(() => running.close())
  return running
}

const connect = async (t: TestContext, urls: Readonly<Record<string, string>>, options: ConnectAllOptions = {}) => {
  const logger = keepingLogger()
  const mcpServers = Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, { url }]))
  const group = await connectAll(
    { mcpServers },
    { ...options, connect: { logger, reconnect: false, ...options.connect } },
  )
  t.after(() => group[Symbol.asyncDispose]())
  return { group, logger }
}

const DEAD = 'http://127.0.0.1:1/mcp'

test('three servers, of which one is dead and one dies later, cost what they have, and nothing else', async (t) => {
  const [one, two] = [await listen(t, 'one'), await listen(t, 'two')]
  const { group } = await connect(t, { one: one.url, dead: DEAD, two: two.url })
  assert.deepEqual([...group.connections.keys()], ['one', 'two'])
  assert.deepEqual([...group.errors.keys()], ['dead'])
  assert.deepEqual(
    (await group.listTools()).map(({ server, name }) => [server, name]),
    [
      ['one', 'one_who'],
      ['two', 'two_who'],
    ],
  )
  assert.equal((await group.callTool('two_who', { loud: true })).text, 'TWO')
  await two.close()
  // The client has to hear of it: over a connection that breaks under it, nobody knows whether a call has come.
  for (let turns = 0; turns < 3; turns += 1) await turn()
  await assert.rejects(group.callTool('two_who'), { name: 'ConnectionError', code: 'unreachable' })
  assert.equal((await group.callTool('one_who')).text, 'one')
  assert.deepEqual(
    (await group.listTools()).map(({ name }) => name),
    ['one_who'],
  )
  assert.deepEqual([...group.errors.keys()], ['dead', 'two'])
  await assert.rejects(group.callTool('two_who'), { name: 'ConnectionError' })
})

test('prompts and resources of all servers stand in one list each, too', async (t) => {
  const [one, two] = [await listen(t, 'one'), await listen(t, 'two')]
  const { group } = await connect(t, { one: one.url, two: two.url })
  assert.deepEqual(
    (await group.listPrompts()).map(({ name }) => name),
    ['one_greet', 'two_greet'],
  )
  const { messages } = await group.getPrompt('two_greet', { to: 'you' })
  assert.deepEqual(messages[0]?.content, { type: 'text', text: 'two greets you' })
  assert.deepEqual(
    (await group.listResources()).map(({ server, uri }) => [server, uri]),
    [
      ['one', 'note://one'],
      ['two', 'note://two'],
    ],
  )
  const { contents } = await group.readResource('one', 'note://one')
  assert.equal((contents[0] as { text: string }).text, 'a note of one')
})

test('what has not been listed yet is looked for, and what nobody has is said with what is near', async (t) => {
  const one = await listen(t, 'one')
  const { group } = await connect(t, { one: one.url, dead: DEAD })
  assert.equal((await group.callTool('one_who')).text, 'one')
  await assert.rejects(group.callTool('one_whoo'), (error) => {
    assert.ok(error instanceof McpError)
    assert.equal(
      error.message,
      'No server has the tool "one_whoo". Did you mean "one_who"? What dead has is not known: see errors.',
    )
    return true
  })
  await assert.rejects(group.getPrompt('nothing'), /No server has the prompt "nothing"/)
  await assert.rejects(group.readResource('dead', 'note://a'), (error) => {
    assert.ok(error instanceof ConnectionError)
    assert.match(error.message, /There is no connection to "dead": Cannot reach/)
    return true
  })
  await assert.rejects(group.readResource('onee', 'note://a'), (error) => {
    assert.ok(error instanceof DefinitionError)
    assert.equal(error.message, 'There is no server "onee". Did you mean "one"?')
    return true
  })
})

test('where all servers answer, nothing is said of those that do not', async (t) => {
  const one = await listen(t, 'one')
  const { group } = await connect(t, { one: one.url })
  await assert.rejects(group.callTool('xyz'), { message: 'No server has the tool "xyz".' })
})

test('names have no characters that names of tools lack, and of two that are the same, the first counts', async (t) => {
  const one = await listen(t, 'one')
  const { group, logger } = await connect(t, { 'my server': one.url, my_server: one.url })
  assert.deepEqual(
    (await group.listTools()).map(({ server, name }) => [server, name]),
    [['my server', 'my_server_who']],
  )
  assert.match(JSON.stringify(logger.lines), /is left out/)
})

test('names can be made otherwise, and a client of one’s own answers', async (t) => {
  const one = await listen(t, 'one')
  const { group } = await connect(
    t,
    { one: one.url },
    { client: createClient({ name: 'mine', version: '2.0.0' }), prefix: (server, name) => `${name}.${server}` },
  )
  assert.equal((await group.callTool('who.one')).text, 'one')
})

test('disabled servers are left out, `servers` will do, and each server has its own headers', async (t) => {
  const seen: unknown[] = []
  const running = await createServer({ name: 'headers', version: '1.0.0' })
    .tool('who', (_, ctx) => {
      seen.push([ctx.http?.headers.get('x-all'), ctx.http?.headers.get('x-own')])
      return 'you'
    })
    .listen({ port: 0 })
  t.after(() => running.close())
  const group = await connectAll(
    { servers: { a: { url: running.url, headers: { 'x-own': 'a' } }, b: { url: DEAD, disabled: true } } },
    { connect: { headers: { 'x-all': 'all' } } },
  )
  t.after(() => group.close())
  assert.equal(group.errors.size, 0)
  await group.callTool('a_who')
  assert.deepEqual(seen, [['all', 'a']])
})

test('a server that is a process gets its arguments, environment and folder', async (t) => {
  const group = await connectAll(
    { mcpServers: { a: { command: process.execPath, args: ['-e', 'process.exit(3)'], env: { A: 'b' }, cwd: '/' } } },
    { connect: { logger: keepingLogger() } },
  )
  t.after(() => group.close())
  assert.match(group.errors.get('a')?.message ?? '', /exited with code 3/)
})

test('an aborted connectAll leaves no connection', async (t) => {
  const one = await listen(t, 'one')
  const controller = new AbortController()
  const reason = new Error('enough')
  const connecting = connectAll({ mcpServers: { one: { url: one.url } } }, { connect: { signal: controller.signal } })
  controller.abort(reason)
  await assert.rejects(connecting, (error: Error) => {
    assert.equal(error.name, 'AbortedError')
    assert.equal(error.cause, reason)
    return true
  })
})
