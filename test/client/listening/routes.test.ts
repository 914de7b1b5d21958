import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { speaking } from '../../support/scripted-server.ts'
import { allOf, connectTo, HONOURS, SUBSCRIPTION_ID, subscription, telling } from '../support.ts'

const VERSION = '2026-07-28'

const EVERYTHING = { tools: true, prompts: true, resourceList: true, resources: ['note://1', 'note://2'] }

describe('2026-07-28 Subscriptions, Receiving Notifications', () => {
  it('PY-127: nothing comes that is not honoured, belongs to another subscription, or to none', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION))
    const changes = connection.listen(EVERYTHING)
    const feed = await subscription(server)
    feed.acknowledge({ toolsListChanged: true, resourceSubscriptions: ['note://1'] })
    await changes.ready
    feed.promptsChanged()
    feed.resourcesChanged()
    feed.updated('note://2')
    feed.updated(undefined)
    telling(server, String(feed.id)).toolsChanged()
    telling(server, 999).toolsChanged()
    telling(server, null).toolsChanged()
    server.say({ method: 'notifications/tools/list_changed' })
    server.say({ method: 'notifications/tools/list_changed', params: { _meta: 'none' } })
    server.say({ method: 'notifications/unheard/of', params: { _meta: { [SUBSCRIPTION_ID]: feed.id } } })
    feed.updated('note://1')
    feed.end()
    assert.deepEqual(await allOf(changes), [{ kind: 'resource', uri: 'note://1' }])
  })

  it('a part of a resource is told of, and what only begins alike is not', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const changes = connection.listen({ resources: ['file:///a', 'file:///b/'] })
    await changes.ready
    const feed = await subscription(server)
    for (const uri of ['file:///a/1', 'file:///ab', 'file:///b/2', 'file:///b']) feed.updated(uri)
    feed.end()
    const uris = (await allOf(changes)).map((change) => change.kind === 'resource' && change.uri)
    assert.deepEqual(uris, ['file:///a/1', 'file:///b/2'])
  })

  it('each of several hears its own, by whatever it is tagged with', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const [one, other] = [connection.listen({ tools: true }), connection.listen({ tools: true, prompts: true })]
    await Promise.all([one.ready, other.ready])
    const [first, second] = [await subscription(server), await subscription(server)]
    assert.notEqual(first.id, second.id)
    second.toolsChanged()
    second.promptsChanged()
    first.toolsChanged()
    first.end()
    second.end()
    assert.deepEqual(await allOf(one), [{ kind: 'tools' }])
    assert.deepEqual(await allOf(other), [{ kind: 'tools' }, { kind: 'prompts' }])
  })

  it('PY-127: changes that are equal and not taken yet are one', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const [changes, others] = [connection.listen(EVERYTHING), connection.listen({ prompts: true })]
    const [feed, last] = [await subscription(server), await subscription(server)]
    for (let times = 0; times < 3; times++) {
      feed.toolsChanged()
      feed.updated('note://1')
      feed.updated('note://2')
    }
    last.promptsChanged()
    await others.next()
    feed.end()
    assert.deepEqual(await allOf(changes), [
      { kind: 'tools' },
      { kind: 'resource', uri: 'note://1' },
      { kind: 'resource', uri: 'note://2' },
    ])
  })

  it('PY-126: a burst of more than can wait is a gap, and does not end it', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const [changes, others] = [connection.listen({ resources: ['note://'] }), connection.listen({ prompts: true })]
    const [feed, last] = [await subscription(server), await subscription(server)]
    for (let id = 0; id < 1_026; id++) feed.updated(`note://${id}`)
    last.promptsChanged()
    await others.next()
    feed.end()
    assert.deepEqual(await allOf(changes), [
      { kind: 'gap' },
      { kind: 'resource', uri: 'note://1024' },
      { kind: 'resource', uri: 'note://1025' },
    ])
  })

  it('whoever waits for several changes at once gets them in their order', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const changes = connection.listen(EVERYTHING)
    const taken = Promise.all([changes.next(), changes.next(), changes.next()])
    await changes.ready
    const feed = await subscription(server)
    feed.toolsChanged()
    feed.toolsChanged()
    feed.end()
    const tools = { done: false, value: { kind: 'tools' } }
    assert.deepEqual(await taken, [tools, tools, { done: true, value: undefined }])
  })

  it('TS-57: what gave up the connecting does not end it', async (t) => {
    const connecting = new AbortController()
    const options = { signal: connecting.signal }
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS), options)
    const changes = connection.listen(EVERYTHING)
    await changes.ready
    connecting.abort()
    const feed = await subscription(server)
    feed.toolsChanged()
    assert.deepEqual((await changes.next()).value, { kind: 'tools' })
  })
})
