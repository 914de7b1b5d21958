import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AbortedError, ConnectionError, createClient } from '../../../src/client.ts'
import { Refused } from '../../support/answering.ts'
import { speaking } from '../../support/scripted-server.ts'
import { allOf, connectTo, HONOURS, sent, subscription } from '../support.ts'

const VERSION = '2026-07-28'

const TOOLS = { tools: true }

const isClosed = (error: unknown): boolean => error instanceof ConnectionError && error.code === 'closed'

describe('listening ends without an error', () => {
  it('PY-128: when the server ends it, behind all that it has told before', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const changes = connection.listen({ tools: true, prompts: true })
    const feed = await subscription(server)
    feed.toolsChanged()
    feed.promptsChanged()
    feed.end()
    assert.deepEqual(await allOf(changes), [{ kind: 'tools' }, { kind: 'prompts' }])
  })

  it('PY-127: when the server tears it down, and exactly that one', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const [one, other] = [connection.listen(TOOLS), connection.listen(TOOLS)]
    const [first, second] = [await subscription(server), await subscription(server)]
    await Promise.all([one.ready, other.ready])
    first.toolsChanged()
    server.say({ method: 'notifications/cancelled', params: { requestId: 999 } })
    server.say({ method: 'notifications/cancelled' })
    first.tearDown()
    assert.deepEqual(await allOf(one), [{ kind: 'tools' }])
    second.toolsChanged()
    assert.deepEqual((await other.next()).value, { kind: 'tools' })
    assert.equal(sent(server, 'notifications/cancelled').length, 0)
  })

  it('TS-59: at close; the server is told, nothing comes any more, and what has come can be taken', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const [changes, others] = [connection.listen({ tools: true, prompts: true }), connection.listen(TOOLS)]
    const [feed, last] = [await subscription(server), await subscription(server)]
    feed.toolsChanged()
    last.toolsChanged()
    await others.next()
    await changes.close()
    const { params } = await server.next('notifications/cancelled')
    assert.equal(params.requestId, feed.id)
    feed.acknowledge({})
    feed.promptsChanged()
    feed.end()
    last.toolsChanged()
    await others.next()
    assert.deepEqual(await allOf(changes), [{ kind: 'tools' }])
    await changes.close()
  })

  it('when a loop is left', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const changes = connection.listen(TOOLS)
    const feed = await subscription(server)
    feed.toolsChanged()
    for await (const change of changes) {
      assert.deepEqual(change, { kind: 'tools' })
      break
    }
    assert.equal((await server.next('notifications/cancelled')).params.requestId, feed.id)
    assert.deepEqual(await changes.next(), { done: true, value: undefined })
  })

  it('when it is disposed of', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const changes = connection.listen(TOOLS)
    await changes.ready
    await changes[Symbol.asyncDispose]()
    await server.next('notifications/cancelled')
    assert.deepEqual(await allOf(changes), [])
  })

  it('when its signal aborts, with somebody who waits for the next change', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const controller = new AbortController()
    const changes = connection.listen(TOOLS, { signal: controller.signal })
    await changes.ready
    const all = allOf(changes)
    controller.abort()
    assert.deepEqual(await all, [])
    await server.next('notifications/cancelled')
  })

  it('what is on its way when it is ended does not come', async (t) => {
    const controller = new AbortController()
    const client = createClient().logging(() => controller.abort())
    const options = { cache: false } as const
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS), options, client)
    const changes = connection.listen(TOOLS, { signal: controller.signal })
    const feed = await subscription(server)
    await changes.ready
    feed.toolsChanged()
    server.say({ method: 'notifications/message', params: { level: 'info', data: 'enough' } })
    assert.deepEqual(await allOf(changes), [])
  })

  it('when the connection is closed', async (t) => {
    const { connection } = await connectTo(t, speaking(VERSION, HONOURS))
    const changes = connection.listen(TOOLS)
    await changes.ready
    const all = allOf(changes)
    await connection.close()
    assert.deepEqual(await all, [])
  })
})

describe('listening that fails', () => {
  it('fails for the first of those who wait for a change, once; the others are at the end', async (t) => {
    const full = new Refused(-32603, 'Too many listen')
    const { connection } = await connectTo(t, speaking(VERSION, { 'subscriptions/listen': full }))
    const changes = connection.listen(TOOLS)
    const [first, second] = await Promise.allSettled([changes.next(), changes.next()])
    assert.equal(first?.status === 'rejected' && first.reason.message, 'Too many listen')
    const end = { done: true, value: undefined }
    assert.deepEqual(second, { status: 'fulfilled', value: end })
    assert.deepEqual(await changes.next(), end)
  })

  it('disturbs nobody who neither waits for it nor takes its changes', async (t) => {
    const full = new Refused(-32603, 'Too many listen')
    const { connection, server } = await connectTo(t, speaking(VERSION, { 'subscriptions/listen': full }))
    connection.listen(TOOLS)
    await subscription(server)
    await connection.ping()
  })
})

describe('listening is given up before it has begun', () => {
  it('by close', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION))
    const changes = connection.listen(TOOLS)
    const feed = await subscription(server)
    await changes.close()
    await assert.rejects(changes.ready, AbortedError)
    assert.deepEqual(await allOf(changes), [])
    assert.equal((await server.next('notifications/cancelled')).params.requestId, feed.id)
  })

  it('by its signal', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION))
    const controller = new AbortController()
    const changes = connection.listen(TOOLS, { signal: controller.signal })
    await subscription(server)
    controller.abort()
    await assert.rejects(changes.ready, AbortedError)
    assert.deepEqual(await allOf(changes), [])
  })

  it('by a signal that has aborted already: nothing is sent', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION))
    const reason = new Error('too late')
    const changes = connection.listen(TOOLS, { signal: AbortSignal.abort(reason) })
    await assert.rejects(changes.ready, (error) => error instanceof AbortedError && error.cause === reason)
    assert.deepEqual(await allOf(changes), [])
    assert.equal(sent(server, 'subscriptions/listen').length, 0)
  })

  it('by the end of the connection', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION))
    const changes = connection.listen(TOOLS)
    await subscription(server)
    await connection.close()
    await assert.rejects(changes.ready, isClosed)
    await assert.rejects(allOf(changes), isClosed)
  })

  it('by a connection that has been closed', async (t) => {
    const { connection } = await connectTo(t, speaking(VERSION))
    await connection.close()
    const changes = connection.listen(TOOLS)
    await assert.rejects(changes.ready, isClosed)
    await assert.rejects(allOf(changes), isClosed)
  })

  it('there is no option but its signal', async (t) => {
    const { connection } = await connectTo(t, speaking(VERSION))
    const options = { timeoutMs: 5 } as object
    assert.throws(() => connection.listen(TOOLS, options), /^DefinitionError: listen: there is no option "timeoutMs"/)
  })
})
