import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AbortedError, ConnectionError, type ConnectOptions } from '../../../src/client.ts'
import type { Loose } from '../../support/answering.ts'
import { type Script, type ScriptedServer, speaking } from '../../support/scripted-server.ts'
import { allOf, connectTo, HONOURS, honour, lose, sent, subscription, timers, turn } from '../support.ts'

const VERSION = '2026-07-28'

const TOOLS = { tools: true }

/** Comes back at once, so many times. */
const soon = (attempts: number): ConnectOptions => ({ reconnect: { attempts, delayMs: 1, maxDelayMs: 1 } })

/** Would come back in some days. */
const LATE: ConnectOptions = { reconnect: { delayMs: 2 ** 30, maxDelayMs: 2 ** 30 } }

const isLost = (error: unknown): boolean => error instanceof ConnectionError && error.code === 'disconnected'

/** A server that can be reached once. */
const ONCE: Script = speaking('2025-11-25', {
  initialize: (_: Loose, server: ScriptedServer) =>
    server.connections > 1 ? server.drop(new Error('it is gone')) : speaking('2025-11-25')['initialize'],
})

describe('listening goes on after the connection was lost', () => {
  it('PY-128: behind what was told before, with a gap', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS), soon(1))
    const changes = connection.listen({ tools: true, prompts: true })
    const before = await subscription(server)
    before.toolsChanged()
    before.promptsChanged()
    server.drop()
    const after = await subscription(server)
    after.toolsChanged()
    after.end()
    assert.deepEqual(await allOf(changes), [{ kind: 'tools' }, { kind: 'prompts' }, { kind: 'gap' }, { kind: 'tools' }])
  })

  it('without a gap where it had not begun', async (t) => {
    const script = speaking(VERSION, {
      'subscriptions/listen': (message: Loose, server: ScriptedServer) =>
        server.connections > 1 ? honour(message, server) : server.drop(new Error('not yet')),
    })
    const { connection, server } = await connectTo(t, script, soon(1))
    const changes = connection.listen(TOOLS)
    assert.deepEqual(await changes.ready, { toolsListChanged: true })
    await subscription(server)
    const last = await subscription(server)
    last.end()
    assert.deepEqual(await allOf(changes), [])
  })

  for (const version of ['2025-11-25', VERSION] as const) {
    it(`${version}: also where it was lost in the moment in which it began`, async (t) => {
      const { connection, server } = await connectTo(t, speaking(version, HONOURS), soon(1))
      const changes = connection.listen(TOOLS)
      server.drop()
      assert.equal(sent(server, 'subscriptions/listen').length, 0)
      assert.deepEqual(await changes.ready, { toolsListChanged: true })
      assert.equal(server.connections, 2)
    })
  }

  it('as often as it is lost, as long as it comes back in between', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS), soon(1))
    const changes = connection.listen(TOOLS)
    await changes.ready
    for (let times = 0; times < 4; times++) {
      server.drop(new Error('broken'))
      assert.deepEqual((await changes.next()).value, { kind: 'gap' })
    }
  })

  it('but no more often in a row than it may: then it fails with what is wrong', async (t) => {
    const { connection, server } = await connectTo(t, ONCE, { revisions: ['2025-11-25'], ...soon(2) })
    const changes = connection.listen(TOOLS)
    await changes.ready
    server.drop()
    await assert.rejects(allOf(changes), isLost)
    assert.equal(server.connections, 1 + 3)
    assert.deepEqual(await changes.next(), { done: true, value: undefined })
  })

  it('not at all where it may not', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS), { reconnect: false })
    const changes = connection.listen(TOOLS)
    const feed = await subscription(server)
    feed.toolsChanged()
    server.drop()
    assert.deepEqual((await changes.next()).value, { kind: 'tools' })
    await assert.rejects(changes.next(), isLost)
    await assert.rejects(connection.listen(TOOLS).ready, isLost)
  })

  it('2025-11-25 Ping: a server that is silent is given up, and listened to anew', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const script = speaking('2025-11-25', { ping: undefined })
    const { connection, server } = await connectTo(t, script, { pingMs: 30_000, ...soon(1) })
    const changes = connection.listen(TOOLS)
    await changes.ready
    let change: unknown
    const heard = changes.next().then(({ value }) => {
      change = value
    })
    t.mock.timers.tick(30_000)
    await server.next('ping')
    t.mock.timers.tick(30_000)
    while (change === undefined) {
      t.mock.timers.tick(2)
      await turn()
    }
    await heard
    assert.deepEqual(change, { kind: 'gap' })
  })
})

describe('listening is ended while the server is away', () => {
  const ends = {
    'by close': (changes: AsyncDisposable) => changes[Symbol.asyncDispose](),
    'by its signal': (_: AsyncDisposable, controller: AbortController) => controller.abort(),
  }

  for (const [name, end] of Object.entries(ends)) {
    it(`${name}, before it comes back`, async (t) => {
      const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS), LATE)
      const before = timers()
      const controller = new AbortController()
      const changes = connection.listen(TOOLS, { signal: controller.signal })
      await changes.ready
      await lose(server)
      while (timers() === before) await turn()
      await end(changes, controller)
      assert.deepEqual(await allOf(changes), [])
      assert.equal(timers(), before)
    })

    it(`${name}, while the connection is being opened again`, async (t) => {
      const { connection, server } = await connectTo(t, ONCE, { revisions: ['2025-11-25'], ...LATE })
      await lose(server)
      const controller = new AbortController()
      const changes = connection.listen(TOOLS, { signal: controller.signal })
      while (server.connections === 1) await turn()
      await end(changes, controller)
      assert.deepEqual(await allOf(changes), [])
      await assert.rejects(changes.ready, AbortedError)
    })
  }

  it('by the end of the connection', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS), LATE)
    const before = timers()
    const changes = connection.listen(TOOLS)
    await changes.ready
    await lose(server)
    while (timers() === before) await turn()
    await connection.close()
    assert.deepEqual(await allOf(changes), [])
    assert.equal(timers(), before)
  })
})
