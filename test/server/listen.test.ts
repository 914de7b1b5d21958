import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SubscriptionsAcknowledgedNotificationSchema } from '@modelcontextprotocol/core'
import { request } from '../support/messages.ts'
import { ALL, acknowledged, create, everything, listen, open, SUBSCRIPTION_ID, tagged, VERSION } from './listening.ts'

describe('2026-07-28 Subscriptions, Acknowledgment', () => {
  it('comes first, and has what will be heard of', async () => {
    const { begin, notify, came } = open()
    notify.toolsChanged()
    const first = await begin({ ...ALL, resourceSubscriptions: ['note://1', 'note://1', 'note://2'] })
    assert.deepEqual(first, acknowledged({ ...ALL, resourceSubscriptions: ['note://1', 'note://2'] }))
    assert.ok(SubscriptionsAcknowledgedNotificationSchema.safeParse(first).success)
    assert.deepEqual(await came(), [])
  })

  it('PY-126, TSBUG-17: an empty filter honours nothing, and so the subscription ends', async () => {
    const { begin, next, notify, came, runtime } = open()
    assert.deepEqual(await begin({}), acknowledged({}))
    assert.deepEqual((await next()).result, {
      resultType: 'complete',
      _meta: { [SUBSCRIPTION_ID]: 'sub', 'io.modelcontextprotocol/serverInfo': { name: 'test', version: '1.0.0' } },
    })
    notify.toolsChanged()
    notify.resourceUpdated('note://1')
    assert.deepEqual(await came(), [])
    assert.equal(runtime.listeners.size, 0)
  })

  it('TSBUG-17: so does one of which nothing can be honoured', async () => {
    const { begin, next } = open(create().resource('note://1', () => ''))
    const filter = { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['unknown://a'] }
    assert.deepEqual(await begin(filter), acknowledged({}))
    assert.equal((await next()).result.resultType, 'complete')
  })

  it('TS-58: false is as good as absent, and so are null, an empty array, and what nobody knows', async () => {
    const { begin, next } = open()
    const filter = { toolsListChanged: false, promptsListChanged: null, resourceSubscriptions: [], other: true }
    assert.deepEqual(await begin(filter), acknowledged({}))
    assert.equal((await next()).id, 'sub')
    assert.deepEqual(await begin({ resourceSubscriptions: null }, 'other'), acknowledged({}, 'other'))
  })

  it('what the server has none of is left out', async () => {
    const { begin, notify, came } = open(create().tool('only', () => ''))
    const filter = { ...ALL, resourceSubscriptions: ['note://1'] }
    assert.deepEqual(await begin(filter), acknowledged({ toolsListChanged: true }))
    notify.promptsChanged()
    notify.resourceUpdated('note://1')
    assert.deepEqual(await came(), [])
  })

  it('URIs that are unknown, or hidden from the caller, are left out', async () => {
    const { begin, notify, came } = open()
    const uris = ['unknown://a', 'hidden://a', 'open://a', 'note://1']
    const first = await begin({ resourceSubscriptions: uris })
    assert.deepEqual(first, acknowledged({ resourceSubscriptions: ['open://a', 'note://1'] }))
    notify.resourceUpdated('hidden://a')
    notify.resourceUpdated('unknown://a')
    assert.deepEqual(await came(), [])
  })

  it('what replaces resources/read has resources of its own', async () => {
    const gateway = create()
      .method('resources/list', {}, () => ({ resources: [] }))
      .method('resources/read', {}, () => ({ contents: [] }))
    const { begin } = open(gateway)
    const filter = { resourceSubscriptions: ['far://away'] }
    assert.deepEqual(await begin(filter), acknowledged(filter))
  })

  it('a filter that is none is a protocol error, and nobody listens', async () => {
    const { begin, runtime } = open()
    const object = 'subscriptions/listen: "notifications" must be an object'
    const uris = 'subscriptions/listen: "resourceSubscriptions" must be an array of URIs'
    for (const [filter, message] of [
      [undefined, object],
      [null, object],
      ['tools', object],
      [[], object],
      [{ resourceSubscriptions: 'note://1' }, uris],
      [{ resourceSubscriptions: ['note://1', 7] }, uris],
      [{ resourceSubscriptions: {} }, uris],
      [{ toolsListChanged: 'yes' }, 'subscriptions/listen: "toolsListChanged" must be true or false'],
      [{ promptsListChanged: 1 }, 'subscriptions/listen: "promptsListChanged" must be true or false'],
      [{ resourcesListChanged: {} }, 'subscriptions/listen: "resourcesListChanged" must be true or false'],
    ] as const) {
      assert.deepEqual((await begin(filter)).error, { code: -32602, message })
    }
    assert.equal(runtime.listeners.size, 0)
  })

  it('a stream hears of 1,024 resources at most', async () => {
    const { begin } = open()
    const resourceSubscriptions = Array.from({ length: 1_025 }, (_, id) => `note://${id}`)
    assert.deepEqual((await begin({ resourceSubscriptions })).error, {
      code: -32600,
      message: 'subscriptions/listen: at most 1024 resources can be subscribed to',
    })
    assert.equal((await begin({ resourceSubscriptions: resourceSubscriptions.slice(1) })).error, undefined)
  })
})

describe('2026-07-28 Subscriptions, Receiving Notifications', () => {
  it('only what was asked for, each tagged with the id of the request', async () => {
    const { begin, notify, came } = open()
    await begin({ toolsListChanged: true, resourceSubscriptions: ['note://1'] })
    for (const tell of [notify.toolsChanged, notify.promptsChanged, notify.resourcesChanged]) tell()
    notify.resourceUpdated('note://1')
    notify.resourceUpdated('note://1/')
    notify.resourceUpdated('note://2')
    assert.deepEqual(await came(), [tagged('tools/list_changed'), tagged('resources/updated', { uri: 'note://1' })])
  })

  it('2026-07-28 Subscriptions, Multiple Concurrent Subscriptions; TS-56: ids stay what they are', async () => {
    const { begin, notify, came } = open()
    const ids = [1, '1', 0, '', 'a "b"'] as const
    for (const id of ids) assert.deepEqual(await begin(ALL, id), acknowledged(ALL, id))
    notify.promptsChanged()
    assert.deepEqual(
      await came(),
      ids.map((id) => tagged('prompts/list_changed', {}, id)),
    )
  })

  it('the id of a request in flight cannot be used again', async () => {
    const { begin, runtime } = open()
    await begin(ALL)
    assert.equal((await begin(ALL)).error.code, -32600)
    assert.equal(runtime.listeners.size, 1)
  })

  it('what a handler of the same connection tells, in the order of its doing', async () => {
    const { send, next } = open()
    // Both at once: what changes right after the request to listen is not missed.
    send(
      listen('sub', { resourceSubscriptions: ['note://1'] }),
      request(VERSION, 'call', 'tools/call', { name: 'change', arguments: { uri: 'note://1' } }),
    )
    assert.deepEqual(await next(), acknowledged({ resourceSubscriptions: ['note://1'] }))
    assert.deepEqual(await next(), tagged('resources/updated', { uri: 'note://1' }))
    assert.equal((await next()).id, 'call')
  })

  it('a stateful client of the same connection hears the same by itself', async () => {
    const { open: initialize, begin, notify, came } = open()
    await initialize('2025-11-25')
    await begin({ toolsListChanged: true })
    notify.toolsChanged()
    assert.deepEqual(await came(), [
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed' },
      tagged('tools/list_changed'),
    ])
  })

  it('a time limit for handlers does not end it', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { begin, notify, came } = open(everything, { timeoutMs: 1 })
    await begin(ALL)
    t.mock.timers.tick(60_000)
    notify.toolsChanged()
    assert.deepEqual(await came(), [tagged('tools/list_changed')])
  })
})
