import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AbortedError, McpError } from '../../../src/client.ts'
import { type Loose, Refused } from '../../support/answering.ts'
import { STATEFUL, type Version } from '../../support/messages.ts'
import { type Script, type ScriptedServer, speaking } from '../../support/scripted-server.ts'
import { allOf, connectTo, sent } from '../support.ts'

const VERSION = '2025-11-25'

const SUBSCRIBES = { 'resources/subscribe': {}, 'resources/unsubscribe': {} }

const NOTE = 'note://1'

const updated = (server: ScriptedServer, uri: string): void =>
  server.say({ method: 'notifications/resources/updated', params: { uri } })

/** The subscriptions and the ends of subscriptions that have come, in their order. */
const told = (server: ScriptedServer): readonly string[] =>
  server.received
    .filter(({ method }) => /^resources\/(un)?subscribe$/.test(method))
    .map(({ method, params }) => `${method.slice('resources/'.length)} ${params.uri}`)

const SOON = { delayMs: 1, maxDelayMs: 1 }

const declaring = (version: Version, capabilities: object): Script =>
  speaking(version, { ...SUBSCRIBES, initialize: { protocolVersion: version, capabilities } })

describe('what a server of an earlier revision has declared is what is honoured', () => {
  const listens = { tools: true, prompts: true, resourceList: true, resources: [NOTE] }
  const cases: readonly (readonly [capabilities: object, honoured: object])[] = [
    [
      { tools: { listChanged: true }, prompts: { listChanged: true }, resources: { listChanged: true } },
      { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true },
    ],
    [{ resources: { subscribe: true } }, { resourceSubscriptions: [NOTE] }],
    [{ tools: {}, prompts: {}, resources: {} }, {}],
    [{}, {}],
  ]
  for (const version of STATEFUL) {
    for (const [capabilities, honoured] of cases) {
      it(`${version}: ${JSON.stringify(capabilities)}`, async (t) => {
        const { connection } = await connectTo(t, declaring(version, capabilities))
        const changes = connection.listen(listens)
        assert.deepEqual(await changes.ready, honoured)
        if (Object.keys(honoured).length === 0) assert.deepEqual(await allOf(changes), [])
      })
    }
  }

  it('nothing is subscribed to that nobody listens to', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, SUBSCRIBES))
    assert.deepEqual(await connection.listen({ tools: true }).ready, { toolsListChanged: true })
    assert.deepEqual(told(server), [])
  })
})

describe('2025-11-25 Resources, Subscriptions', () => {
  it('all that listen hear what the server says, each what it has asked for', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, SUBSCRIBES))
    const tools = connection.listen({ tools: true, prompts: true })
    const notes = connection.listen({ resources: [NOTE, 'note://2'], prompts: true })
    await Promise.all([tools.ready, notes.ready])
    server.say({ method: 'notifications/tools/list_changed' })
    server.say({ method: 'notifications/resources/list_changed' })
    updated(server, 'note://3')
    updated(server, 'note://2')
    server.say({ method: 'notifications/prompts/list_changed' })
    assert.deepEqual((await tools.next()).value, { kind: 'tools' })
    assert.deepEqual((await tools.next()).value, { kind: 'prompts' })
    assert.deepEqual((await notes.next()).value, { kind: 'resource', uri: 'note://2' })
    assert.deepEqual((await notes.next()).value, { kind: 'prompts' })
  })

  it('two that listen to one resource subscribe once, and the last one unsubscribes', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, SUBSCRIBES))
    const one = connection.listen({ resources: [NOTE, 'note://2'] })
    const other = connection.listen({ resources: [NOTE] })
    await Promise.all([one.ready, other.ready])
    await one.close()
    await server.next('resources/unsubscribe')
    updated(server, NOTE)
    assert.deepEqual((await other.next()).value, { kind: 'resource', uri: NOTE })
    await other.close()
    await server.next('resources/unsubscribe')
    const expected = [`subscribe ${NOTE}`, 'subscribe note://2', 'unsubscribe note://2', `unsubscribe ${NOTE}`]
    assert.deepEqual(told(server), expected)
  })

  it('the second waits for the answer that the first one waits for', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, {}))
    const changes = [connection.listen({ resources: [NOTE] }), connection.listen({ resources: [NOTE] })]
    const { id } = await server.next('resources/subscribe')
    await connection.ping().catch(undefined)
    server.answer({ id }, new Refused(-32002, 'There is no such note'))
    for (const { ready } of changes) {
      await assert.rejects(ready, (error) => error instanceof McpError && error.code === -32002)
    }
    for (const one of changes) await assert.rejects(allOf(one), McpError)
    assert.deepEqual(told(server), [`subscribe ${NOTE}`])
  })

  it('the second goes on when the first one gives up', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, {}))
    const one = connection.listen({ resources: [NOTE] })
    const other = connection.listen({ resources: [NOTE] })
    const { id } = await server.next('resources/subscribe')
    await one.close()
    await assert.rejects(one.ready, AbortedError)
    assert.equal(sent(server, 'notifications/cancelled').length, 0)
    server.answer({ id }, {})
    assert.deepEqual(await other.ready, { resourceSubscriptions: [NOTE] })
    assert.deepEqual(told(server), [`subscribe ${NOTE}`])
  })

  it('who comes while the last one goes subscribes anew, behind its end', async (t) => {
    const { connection, server } = await connectTo(
      t,
      speaking(VERSION, { 'resources/subscribe': {}, 'resources/unsubscribe': undefined }),
    )
    const one = connection.listen({ resources: [NOTE] })
    await one.ready
    await one.close()
    const other = connection.listen({ resources: [NOTE] })
    const { id } = await server.next('resources/unsubscribe')
    assert.deepEqual(told(server), [`subscribe ${NOTE}`, `unsubscribe ${NOTE}`])
    server.answer({ id }, {})
    assert.deepEqual(await other.ready, { resourceSubscriptions: [NOTE] })
    assert.deepEqual(told(server).slice(2), [`subscribe ${NOTE}`])
  })

  it('who gives up before the answer unsubscribes behind it', async (t) => {
    const script = { 'resources/subscribe': undefined, 'resources/unsubscribe': {} }
    const { connection, server } = await connectTo(t, speaking(VERSION, script))
    const changes = connection.listen({ resources: [NOTE] })
    const { id } = await server.next('resources/subscribe')
    await changes.close()
    assert.deepEqual(told(server), [`subscribe ${NOTE}`])
    server.answer({ id }, {})
    await server.next('resources/unsubscribe')
  })

  it('a server that cannot unsubscribe disturbs nobody', async (t) => {
    const script = { 'resources/subscribe': {}, 'resources/unsubscribe': new Refused(-32603, 'I cannot') }
    const { connection, server, log } = await connectTo(t, speaking(VERSION, script))
    const one = connection.listen({ resources: [NOTE] })
    await one.ready
    await one.close()
    await server.next('resources/unsubscribe')
    const other = connection.listen({ resources: [NOTE] })
    assert.deepEqual(await other.ready, { resourceSubscriptions: [NOTE] })
    assert.deepEqual(log.lines, [])
  })

  it('one that refuses a single resource refuses all that were asked for with it', async (t) => {
    const script = {
      'resources/subscribe': ({ params }: Loose) =>
        params.uri === NOTE ? new Refused(-32002, 'There is no such note') : {},
      'resources/unsubscribe': {},
    }
    const { connection, server } = await connectTo(t, speaking(VERSION, script))
    await assert.rejects(connection.listen({ resources: [NOTE, 'note://2'] }).ready, { code: -32002 })
    await server.next('resources/unsubscribe')
    assert.deepEqual(told(server), [`subscribe ${NOTE}`, 'subscribe note://2', 'unsubscribe note://2'])
  })
})

describe('a new conversation of an earlier revision', () => {
  it('is subscribed to what is still listened to', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, SUBSCRIBES), { reconnect: SOON })
    const kept = connection.listen({ resources: [NOTE] })
    const left = connection.listen({ resources: ['note://2'] })
    const lists = connection.listen({ tools: true })
    await Promise.all([kept.ready, left.ready, lists.ready])
    await left.close()
    await server.next('resources/unsubscribe')
    const before = told(server).length
    updated(server, NOTE)
    server.drop()
    assert.deepEqual((await kept.next()).value, { kind: 'resource', uri: NOTE })
    assert.deepEqual((await kept.next()).value, { kind: 'gap' })
    assert.deepEqual((await lists.next()).value, { kind: 'gap' })
    assert.equal(server.connections, 2)
    assert.deepEqual(told(server).slice(before), [`subscribe ${NOTE}`])
    server.say({ method: 'notifications/tools/list_changed' })
    updated(server, NOTE)
    assert.deepEqual((await kept.next()).value, { kind: 'resource', uri: NOTE })
    assert.deepEqual((await lists.next()).value, { kind: 'tools' })
  })

  it('follows one that was lost while it was subscribed to', async (t) => {
    const script = {
      'resources/subscribe': (_: Loose, server: ScriptedServer) =>
        server.connections > 1 ? {} : server.drop(new Error('not yet')),
    }
    const { connection, server } = await connectTo(t, speaking(VERSION, script), { reconnect: SOON })
    const changes = connection.listen({ resources: [NOTE] })
    assert.deepEqual(await changes.ready, { resourceSubscriptions: [NOTE] })
    updated(server, NOTE)
    assert.deepEqual((await changes.next()).value, { kind: 'resource', uri: NOTE })
  })
})
