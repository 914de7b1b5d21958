import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ConnectionError, createClient, McpError, TimeoutError } from '../../../src/client.ts'
import { createServer } from '../../../src/index.ts'
import { Refused } from '../../support/answering.ts'
import { mockClocks } from '../../support/clock.ts'
import { keepingLogger } from '../../support/messages.ts'
import { speaking } from '../../support/scripted-server.ts'
import { allOf, connectTo, HONOURS, sent, subscription, timers } from '../support.ts'

const VERSION = '2026-07-28'

const EVERYTHING = { tools: true, prompts: true, resourceList: true, resources: ['note://1', 'note://2'] }

describe('2026-07-28 Subscriptions, Acknowledgment', () => {
  const acknowledgements: readonly (readonly [string, unknown, object])[] = [
    ['less than was asked for', { toolsListChanged: true }, { toolsListChanged: true }],
    [
      'more than was asked for',
      { promptsListChanged: true, resourceSubscriptions: ['note://1', 'note://9'], other: true },
      { promptsListChanged: true, resourceSubscriptions: ['note://1'] },
    ],
    ['only the list of resources', { resourcesListChanged: true }, { resourcesListChanged: true }],
    ['what is false, and URIs that are none', { toolsListChanged: false, resourceSubscriptions: 'note://1' }, {}],
    ['something else than true', { toolsListChanged: 'yes', promptsListChanged: 1, resourceSubscriptions: [7] }, {}],
    ['a text', 'everything', {}],
    ['an array', [], {}],
    ['nothing', undefined, {}],
  ]
  for (const [name, given, honoured] of acknowledgements) {
    it(`TS-56: a server that honours ${name}`, async (t) => {
      const { connection, server } = await connectTo(t, speaking(VERSION))
      const changes = connection.listen(EVERYTHING)
      const feed = await subscription(server)
      feed.acknowledge(given)
      assert.deepEqual(await changes.ready, honoured)
    })
  }

  it('what was not asked for is not honoured, whatever the server says', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION))
    const changes = connection.listen({ tools: true })
    const feed = await subscription(server)
    const all = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }
    feed.acknowledge({ ...all, resourceSubscriptions: ['note://1'] })
    assert.deepEqual(await changes.ready, { toolsListChanged: true })
  })

  it('PY-127: a second one says nothing: neither a gap, nor less than before', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const changes = connection.listen(EVERYTHING)
    await changes.ready
    const feed = await subscription(server)
    feed.acknowledge({})
    feed.toolsChanged()
    feed.end()
    assert.deepEqual(await allOf(changes), [{ kind: 'tools' }])
  })

  it('PY-128: it is waited for as long as for any answer, and no longer', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION), { timeoutMs: 50_000 })
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const changes = connection.listen(EVERYTHING)
    const { id } = await server.next('subscriptions/listen')
    t.mock.timers.tick(49_999)
    t.mock.timers.tick(1)
    const isLate = (error: unknown): boolean =>
      error instanceof TimeoutError &&
      error.message === 'The server has not acknowledged "subscriptions/listen" in time: it was silent for 50000 ms'
    await assert.rejects(changes.ready, isLate)
    await assert.rejects(allOf(changes), isLate)
    assert.equal((await server.next('notifications/cancelled')).params.requestId, id)
  })

  it('PY-128: a server may be silent for as long as it likes afterwards', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS), { maxTotalTimeoutMs: 60_000 })
    mockClocks(t)
    const changes = connection.listen(EVERYTHING)
    await changes.ready
    t.mock.timers.tick(24 * 3_600_000)
    const feed = await subscription(server)
    feed.promptsChanged()
    assert.deepEqual((await changes.next()).value, { kind: 'prompts' })
  })

  it('without a limit it is waited for without a timer', async (t) => {
    const options = { timeoutMs: Number.POSITIVE_INFINITY, maxTotalTimeoutMs: Number.POSITIVE_INFINITY }
    const { connection, server } = await connectTo(t, speaking(VERSION), options)
    const before = timers()
    const changes = connection.listen(EVERYTHING)
    const feed = await subscription(server)
    assert.equal(timers(), before)
    feed.acknowledge({ toolsListChanged: true })
    assert.deepEqual(await changes.ready, { toolsListChanged: true })
  })

  it('no timer is left behind it', async (t) => {
    const { connection } = await connectTo(t, speaking(VERSION, HONOURS))
    const before = timers()
    const changes = connection.listen(EVERYTHING)
    await changes.ready
    assert.equal(timers(), before)
    await changes.close()
    assert.equal(timers(), before)
  })
})

describe('2026-07-28 Subscriptions, refused', () => {
  it('by an error, which is that of whoever waits, and of whoever takes the changes', async (t) => {
    const full = new Refused(-32603, '1024 listen already', { max: 1024 })
    const { connection } = await connectTo(t, speaking(VERSION, { 'subscriptions/listen': full }))
    const changes = connection.listen(EVERYTHING)
    const isFull = (error: unknown): boolean =>
      error instanceof McpError && error.code === -32603 && error.message === '1024 listen already'
    await assert.rejects(changes.ready, isFull)
    await assert.rejects(changes.next(), isFull)
    assert.deepEqual(await changes.next(), { done: true, value: undefined })
  })

  it('PY-126: by a server to which as many listen as it can bear', async (t) => {
    const server = createServer({ name: 'full', version: '1.0.0' }).tool('any', () => '')
    const runtime = server.bind({ logger: keepingLogger() })
    t.after(() => runtime.close())
    const connection = await createClient().connect(runtime, { logger: keepingLogger() })
    t.after(() => connection.close())
    const listening = Array.from({ length: 1_024 }, () => connection.listen({ tools: true }))
    await Promise.all(listening.map(({ ready }) => ready))
    await assert.rejects(connection.listen({ tools: true }).ready, { code: -32603 })
    await listening[0]?.close()
    await connection.ping()
    assert.deepEqual(await connection.listen({ tools: true }).ready, { toolsListChanged: true })
  })

  it('PY-126: a server that honours nothing ends it, and says so', async (t) => {
    const runtime = createServer({ name: 'quiet', version: '1.0.0' })
      .tool('any', () => '')
      .bind()
    t.after(() => runtime.close())
    const connection = await createClient().connect(runtime, { logger: keepingLogger() })
    t.after(() => connection.close())
    for (const filter of [{}, { prompts: true }, { resources: ['note://1'] }]) {
      const changes = connection.listen(filter)
      assert.deepEqual(await changes.ready, {})
      assert.deepEqual(await allOf(changes), [])
    }
  })

  it('a server that ends it before it has acknowledged it honours nothing', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION))
    const changes = connection.listen(EVERYTHING)
    const feed = await subscription(server)
    feed.end()
    assert.deepEqual(await changes.ready, {})
    assert.deepEqual(await allOf(changes), [])
  })

  it('TS-57, PY-127: a server that tears it down before it has acknowledged it', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION))
    const changes = connection.listen(EVERYTHING)
    const feed = await subscription(server)
    feed.tearDown()
    const isTornDown = (error: unknown): boolean =>
      error instanceof ConnectionError &&
      error.code === 'refused' &&
      error.message === 'The server has ended "subscriptions/listen" before it began'
    await assert.rejects(changes.ready, isTornDown)
    await assert.rejects(allOf(changes), isTornDown)
    assert.equal(sent(server, 'notifications/cancelled').length, 0)
  })
})
