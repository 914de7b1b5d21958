import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CachedResult, CacheStore, Connection } from '../../../src/client.ts'
import type { Loose } from '../../support/answering.ts'
import { type ScriptedServer, speaking } from '../../support/scripted-server.ts'
import { connectTo, HONOURS, lose, sent, subscription, turn } from '../support.ts'
import { counting, hinted } from './support.ts'

const VERSION = '2026-07-28'

const EVERYTHING = { tools: true, prompts: true, resourceList: true, resources: ['note://a', 'note://b'] }

/** Asks for everything that may be kept, and says how often the server was asked for each. */
const askForAll = async (connection: Connection, server: ScriptedServer): Promise<Readonly<Record<string, number>>> => {
  await connection.listTools()
  await connection.listPrompts()
  await connection.listResources()
  await connection.listResourceTemplates()
  for (const uri of ['note://a', 'note://a/1', 'note://ab', 'note://b']) await connection.readResource(uri)
  const reads = sent(server, 'resources/read')
  return {
    tools: sent(server, 'tools/list').length,
    prompts: sent(server, 'prompts/list').length,
    resources: sent(server, 'resources/list').length,
    templates: sent(server, 'resources/templates/list').length,
    ...Object.fromEntries(
      reads.map(({ params }) => [params.uri, reads.filter((read) => read.params.uri === params.uri).length]),
    ),
  }
}

const ONCE = {
  tools: 1,
  prompts: 1,
  resources: 1,
  templates: 1,
  'note://a': 1,
  'note://a/1': 1,
  'note://ab': 1,
  'note://b': 1,
}

describe('2026-07-28 Caching, Interaction with Notifications', () => {
  const cases: readonly (readonly [
    name: string,
    tell: (feed: Awaited<ReturnType<typeof subscription>>) => void,
    stale: object,
  ])[] = [
    ['the list of tools has changed', (feed) => feed.toolsChanged(), { tools: 2 }],
    ['the list of prompts has changed', (feed) => feed.promptsChanged(), { prompts: 2 }],
    ['the list of resources has changed', (feed) => feed.resourcesChanged(), { resources: 2, templates: 2 }],
    ['a resource has changed', (feed) => feed.updated('note://b'), { 'note://b': 2 }],
    [
      'a part of a resource has changed: so has the whole',
      (feed) => feed.updated('note://a/1'),
      { 'note://a': 2, 'note://a/1': 2 },
    ],
    ['a resource has changed that was never read', (feed) => feed.updated('note://a/2'), { 'note://a': 2 }],
  ]
  for (const [name, tell, stale] of cases) {
    it(`PY-129: before it is heard that ${name}, nothing of that is kept any more`, async (t) => {
      const { connection, server } = await connectTo(t, counting())
      const changes = connection.listen(EVERYTHING)
      assert.deepEqual(await askForAll(connection, server), ONCE)
      assert.deepEqual(await askForAll(connection, server), ONCE)
      tell(await subscription(server))
      await changes.next()
      assert.deepEqual(await askForAll(connection, server), { ...ONCE, ...stale })
    })
  }

  it('what the server says of a change to those who do not listen counts, too', async (t) => {
    const { connection, server } = await connectTo(t, counting())
    server.say({ method: 'notifications/resources/updated', params: { uri: 'note://b' } })
    await askForAll(connection, server)
    server.say({ method: 'notifications/tools/list_changed' })
    server.say({ method: 'notifications/resources/updated' })
    server.say({ method: 'notifications/resources/updated', params: { uri: 7 } })
    server.say({ method: 'notifications/prompts/changed' })
    await turn()
    assert.deepEqual(await askForAll(connection, server), { ...ONCE, tools: 2 })
  })

  it('a gap leaves nothing of what is listened to', async (t) => {
    const options = { reconnect: { delayMs: 1, maxDelayMs: 1 } }
    const { connection, server } = await connectTo(t, counting(), options)
    const changes = connection.listen({ tools: true, resources: ['note://b'] })
    await changes.ready
    await askForAll(connection, server)
    await lose(server)
    assert.deepEqual((await changes.next()).value, { kind: 'gap' })
    assert.deepEqual(await askForAll(connection, server), { ...ONCE, tools: 2, 'note://b': 2 })
  })
})

/** A store whose changes take as long as a test likes. */
class SlowStore implements CacheStore {
  readonly results = new Map<string, CachedResult>()
  readonly #held: (() => void)[] = []
  isHeld = false

  get(key: string): CachedResult | undefined {
    return this.results.get(key)
  }

  async set(key: string, result: CachedResult): Promise<void> {
    await this.#hold()
    this.results.set(key, result)
  }

  async delete(key: string): Promise<void> {
    await this.#hold()
    this.results.delete(key)
  }

  get waiting(): number {
    return this.#held.length
  }

  release(): void {
    this.isHeld = false
    for (const go of this.#held.splice(0)) go()
  }

  async #hold(): Promise<void> {
    if (this.isHeld) await new Promise<void>((resolve) => this.#held.push(resolve))
  }
}

const slowly = async (store: SlowStore): Promise<void> => {
  while (store.waiting === 0) await turn()
}

describe('what becomes stale on its way', () => {
  it('PY-122, TS-60: a result that was asked for before the change is not kept', async (t) => {
    const { connection, server } = await connectTo(t, speaking(VERSION, HONOURS))
    const changes = connection.listen({ tools: true })
    const feed = await subscription(server)
    await changes.ready
    const list = connection.listTools().then((tools) => tools)
    const request = await server.next('tools/list')
    feed.toolsChanged()
    await changes.next()
    server.answer(request, hinted({ tools: [] }))
    await list
    const again = connection.listTools().then((tools) => tools)
    server.answer(await server.next('tools/list'), hinted({ tools: [] }))
    await again
    await connection.listTools()
    assert.equal(sent(server, 'tools/list').length, 2)
  })

  it('TS-60: nor are the pages before a change, though those behind it are', async (t) => {
    const { connection, server } = await connectTo(
      t,
      speaking(VERSION, {
        ...HONOURS,
        'prompts/list': ({ params }: Loose) =>
          params.cursor === undefined ? hinted({ prompts: [], nextCursor: 'two' }) : undefined,
      }),
    )
    const changes = connection.listen({ prompts: true })
    const feed = await subscription(server)
    const list = connection.listPrompts().then((prompts) => prompts)
    await server.next('prompts/list')
    const second = await server.next('prompts/list')
    feed.promptsChanged()
    await changes.next()
    server.answer(second, hinted({ prompts: [] }))
    await list
    const again = connection.listPrompts().then((prompts) => prompts)
    await server.next('prompts/list')
    server.answer(await server.next('prompts/list'), hinted({ prompts: [] }))
    await again
    await connection.listPrompts()
    assert.equal(sent(server, 'prompts/list').length, 4)
  })

  it('PY-122: one that is being stored while the change comes does not stay', async (t) => {
    const store = new SlowStore()
    const options = { cache: { store, partition: 'a' } }
    const { connection, server } = await connectTo(t, counting(), options)
    const changes = connection.listen({ tools: true })
    const feed = await subscription(server)
    await changes.ready
    store.isHeld = true
    const list = connection.listTools().then((tools) => tools)
    await slowly(store)
    feed.toolsChanged()
    while (store.waiting < 2) await turn()
    store.release()
    await changes.next()
    await list
    assert.equal(store.results.size, 0)
    await connection.listTools()
    assert.equal(sent(server, 'tools/list').length, 2)
  })

  it('PY-122: nor does one whose call was given up meanwhile', async (t) => {
    const store = new SlowStore()
    const options = { cache: { store, partition: 'a' } }
    const { connection, server } = await connectTo(t, counting(), options)
    const changes = connection.listen({ tools: true })
    const feed = await subscription(server)
    await changes.ready
    const controller = new AbortController()
    store.isHeld = true
    const list = connection.listTools({ signal: controller.signal }).then(
      () => undefined,
      () => undefined,
    )
    await slowly(store)
    controller.abort()
    feed.toolsChanged()
    while (store.waiting < 2) await turn()
    store.release()
    await changes.next()
    await list
    assert.equal(store.results.size, 0)
  })

  it('PY-129: a change waits until what was kept is gone, and is not lost where nobody waits for it', async (t) => {
    const store = new SlowStore()
    const options = { cache: { store, partition: 'a' } }
    const { connection, server } = await connectTo(t, counting(), options)
    const changes = connection.listen({ tools: true })
    const feed = await subscription(server)
    await connection.listTools()
    assert.equal(store.results.size, 1)
    store.isHeld = true
    feed.toolsChanged()
    await slowly(store)
    let isHeard = false
    const heard = changes.next().then(({ value }) => {
      isHeard = true
      return value
    })
    await turn()
    assert.equal(isHeard, false)
    store.release()
    assert.deepEqual(await heard, { kind: 'tools' })
    assert.equal(store.results.size, 0)

    store.isHeld = true
    feed.toolsChanged()
    feed.end()
    await slowly(store)
    store.release()
    assert.deepEqual((await changes.next()).value, { kind: 'tools' })
    assert.deepEqual(await changes.next(), { done: true, value: undefined })
  })
})
