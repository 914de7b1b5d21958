import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import {
  type CachedResult,
  type CacheStore,
  createClient,
  DefinitionError,
  InvalidResultError,
} from '../../../src/client.ts'
import { createServer, jsonSchema, type Running } from '../../../src/index.ts'
import { keepingLogger } from '../../support/messages.ts'
import { speaking } from '../../support/scripted-server.ts'
import { connectTo, HONOURS, sent, subscription, turn } from '../support.ts'
import { counting, hinted, TTL } from './support.ts'

const VERSION = '2026-07-28'

const USED = 'the cache could not be used:'

const mistake = (): never => {
  throw new Error('the store is full')
}

const never = (): Promise<never> => new Promise(() => undefined)

describe('a store of its own', () => {
  const failing: Readonly<Record<string, Partial<Record<keyof CacheStore, () => never | Promise<never>>>>> = {
    'that throws': { get: mistake, set: mistake, delete: mistake },
    'that rejects': { get: async () => mistake(), set: async () => mistake(), delete: async () => mistake() },
    'that only cannot be read': { get: mistake },
    'that only cannot be written': { set: async () => mistake() },
    'that only cannot forget': { delete: async () => mistake() },
  }
  for (const [name, failures] of Object.entries(failing)) {
    it(`TS-60, PY-122: one ${name} costs no call, and no change`, async (t) => {
      const store: CacheStore = Object.assign(new Map<string, CachedResult>(), failures)
      const { connection, server, log } = await connectTo(t, counting(), { cache: { store, partition: 'a' } })
      const changes = connection.listen({ tools: true })
      const feed = await subscription(server)
      assert.equal((await connection.listTools())[0]?.name, 'number 1')
      feed.toolsChanged()
      assert.deepEqual((await changes.next()).value, { kind: 'tools' })
      await connection.listTools()
      assert.ok(log.lines.length > 0)
      for (const { level, message, details } of log.lines) {
        assert.deepEqual([level, message, (details[0] as Error).message], ['warn', USED, 'the store is full'])
      }
    })
  }

  it('one that hangs is waited for, but not for long', async (t) => {
    const store = { get: never, set: never, delete: never }
    const { connection, server, log } = await connectTo(t, counting(), { cache: { store, partition: 'a' } })
    const changes = connection.listen({ tools: true })
    const feed = await subscription(server)
    await changes.ready
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const tools = connection.listTools().then((list) => list)
    const asked = server.next('tools/list')
    await turn()
    assert.equal(sent(server, 'tools/list').length, 0)
    t.mock.timers.tick(1_000)
    await asked
    await turn()
    t.mock.timers.tick(1_000)
    assert.equal((await tools)[0]?.name, 'number 1')
    feed.toolsChanged()
    await turn()
    t.mock.timers.tick(1_000)
    assert.deepEqual((await changes.next()).value, { kind: 'tools' })
    assert.deepEqual([...new Set(log.lines.map(({ message }) => message))], [USED])
  })

  it('what one stores too late, behind a change, does not stay', async (t) => {
    const results = new Map<string, CachedResult>()
    let store = (): void => undefined
    const slow = {
      get: (key: string) => results.get(key),
      set: (key: string, result: CachedResult) =>
        new Promise<void>((resolve) => {
          store = () => {
            results.set(key, result)
            resolve()
          }
        }),
      delete: (key: string) => results.delete(key),
    }
    const { connection, server } = await connectTo(t, counting(), { cache: { store: slow, partition: 'a' } })
    const changes = connection.listen({ tools: true })
    const feed = await subscription(server)
    await changes.ready
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const tools = connection.listTools().then((list) => list)
    await server.next('tools/list')
    await turn()
    t.mock.timers.tick(1_000)
    await tools
    feed.toolsChanged()
    await changes.next()
    store()
    assert.equal(results.size, 1)
    await turn()
    assert.equal(results.size, 0)
  })

  const damaged: readonly unknown[] = [
    7,
    'text',
    [],
    {},
    { text: '{}' },
    { expiresAt: Number.MAX_SAFE_INTEGER },
    { text: 7, expiresAt: Number.MAX_SAFE_INTEGER },
    { text: '{}', expiresAt: 'tomorrow' },
    { text: '{"tools":', expiresAt: Number.MAX_SAFE_INTEGER },
    { text: '[]', expiresAt: Number.MAX_SAFE_INTEGER },
    { text: 'null', expiresAt: Number.MAX_SAFE_INTEGER },
    { text: '{}', expiresAt: 0 },
  ]
  for (const found of damaged) {
    it(`TS-60: what is damaged or stale is deleted once, and asked for anew: ${JSON.stringify(found)}`, async (t) => {
      const deleted: string[] = []
      const store = {
        get: () => found as CachedResult,
        set: () => undefined,
        delete: (key: string) => deleted.push(key),
      }
      const { connection, log } = await connectTo(t, counting(), { cache: { store, partition: 'a' } })
      assert.equal((await connection.listTools())[0]?.name, 'number 1')
      assert.equal(deleted.length, 1)
      assert.deepEqual(log.lines, [])
    })
  }

  for (const found of [undefined, null]) {
    it(`${found} is nothing, and need not be deleted`, async (t) => {
      const store = {
        get: async () => found as undefined,
        set: async () => undefined,
        delete: () => assert.fail('there is nothing to delete'),
      }
      const { connection } = await connectTo(t, counting(), { cache: { store, partition: 'a' } })
      assert.equal((await connection.listTools())[0]?.name, 'number 1')
    })
  }

  it('keeps texts and times, under keys that begin alike for one server and one partition', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
    const store = new Map<string, CachedResult>()
    const { connection } = await connectTo(t, counting(), { cache: { store, partition: 'a' } })
    await connection.listTools()
    await connection.readResource('note://1')
    const keys = [...store.keys()]
    assert.equal(new Set(keys.map((key) => key.split(':', 1)[0])).size, 1)
    assert.deepEqual(
      keys.map((key) => key.slice(key.indexOf(':') + 1)),
      ['["2026-07-28","tools/list",null]', '["2026-07-28","resources/read","note://1"]'],
    )
    for (const { text, expiresAt } of store.values()) {
      assert.equal(expiresAt, 1_000_000 + TTL)
      assert.equal(JSON.parse(text).ttlMs, TTL)
    }
  })
})

describe('whose results they are', () => {
  const definition = createServer({ name: 'shared', version: '1.0.0' }).tool('any', () => '')

  /** A server over HTTP, and how often it was asked for its tools. */
  const serve = async (t: { after(fn: () => unknown): void }): Promise<{ running: Running; asked: () => number }> => {
    let count = 0
    const server = definition.intercept((message, next) => {
      if (message.method === 'tools/list') count += 1
      return next()
    })
    const running = await server.listen({
      port: 0,
      path: '*',
      cache: { ttlMs: TTL, scope: 'public' },
      logger: keepingLogger(),
    })
    t.after(() => running.close())
    return { running, asked: () => count }
  }

  const list = async (url: string, store: CacheStore, partition: string): Promise<void> => {
    const connection = await createClient().connect(url, { cache: { store, partition }, logger: keepingLogger() })
    try {
      await connection.listTools()
    } finally {
      await connection.close()
    }
  }

  it('one partition of one server shares them, from one connection to the next', async (t) => {
    const { running, asked } = await serve(t)
    const store = new Map<string, CachedResult>()
    await list(running.url, store, 'ann')
    await list(running.url, store, 'ann')
    assert.equal(asked(), 1)
  })

  it('PY-125: another partition does not, even where the server says that they are for everybody', async (t) => {
    const { running, asked } = await serve(t)
    const store = new Map<string, CachedResult>()
    await list(running.url, store, 'ann')
    await list(running.url, store, 'bob')
    await list(running.url, store, '')
    assert.equal(asked(), 3)
    for (const { text } of store.values()) assert.equal(JSON.parse(text).cacheScope, 'public')
  })

  it('PY-118: every part of a URL tells servers apart, none of it is in a key, and credentials have no place there', async (t) => {
    const { running, asked } = await serve(t)
    const store = new Map<string, CachedResult>()
    const { origin } = new URL(running.url)
    const urls = [`${origin}/mcp`, `${origin}/mcp?tenant=a`, `${origin}/mcp?tenant=secret`, `${origin}/other`]
    for (const url of [...urls, ...urls]) await list(url, store, 'ann')
    assert.equal(asked(), 4)
    assert.equal(store.size, 4)
    const withUser = Object.assign(new URL(`${origin}/mcp`), { username: 'ann', password: 'secret' }).href
    await assert.rejects(list(withUser, store, 'ann'), DefinitionError)
    for (const key of store.keys()) assert.doesNotMatch(key, /secret|tenant|ann|127\.0\.0\.1/)
  })

  it('PY-118: the same URL is the same server, however it is written', async (t) => {
    const { running, asked } = await serve(t)
    const store = new Map<string, CachedResult>()
    await list(running.url, store, 'ann')
    await list(running.url.replace('http://', 'HTTP://').replace('/mcp', '/x/../mcp'), store, 'ann')
    assert.equal(asked(), 1)
  })

  it('PY-119: no partition is taken for the end of a URL', async (t) => {
    const { running, asked } = await serve(t)
    const store = new Map<string, CachedResult>()
    await list(`${running.url}?a`, store, 'bc')
    await list(`${running.url}?ab`, store, 'c')
    await list(`${running.url}?`, store, '","')
    assert.equal(asked(), 3)
  })

  it('PY-119: no cursor and no URI is taken for another method, or for the first page', async (t) => {
    const store = new Map<string, CachedResult>()
    const script = speaking(VERSION, { 'tools/list': hinted({ tools: [] }), 'prompts/list': hinted({ prompts: [] }) })
    const { connection } = await connectTo(t, script, { cache: { store, partition: 'a' } })
    for (const cursor of [undefined, '', 'null', '"]', 'x","y']) {
      const params = cursor === undefined ? {} : { cursor }
      await connection.request('tools/list', params)
      await connection.request('prompts/list', params)
    }
    assert.equal(store.size, 10)
  })

  it('TS-61: what a server says of itself does not count, and one without a name has one for each connection', async (t) => {
    const store = new Map<string, CachedResult>()
    const options = { cache: { store, partition: 'a' } }
    for (const script of [counting(), counting()]) {
      const { connection } = await connectTo(t, script, options)
      assert.equal(connection.serverInfo?.name, 'scripted')
      assert.equal((await connection.listTools())[0]?.name, 'number 1')
    }
    assert.equal(store.size, 2)
  })
})

describe('what a client learns from a list', () => {
  it('PY-123: it learns from one that another client has kept: output schemas, and headers', async (t) => {
    const input = jsonSchema<{ region: string }>({
      type: 'object',
      properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
    })
    const regions: unknown[] = []
    let asked = 0
    const server = createServer({ name: 'learning', version: '1.0.0' })
      .tool('sum', { input, output: v.object({ sum: v.number() }) }, (_, { http }) => {
        regions.push(http?.headers.get('mcp-param-region'))
        return { sum: 3 }
      })
      .intercept(async ({ method }, next) => {
        if (method === 'tools/list') asked += 1
        const result = await next()
        return method === 'tools/call' ? { ...(result as object), structuredContent: { sum: 'three' } } : result
      })
    const running = await server.listen({ port: 0, cache: { ttlMs: TTL }, logger: keepingLogger() })
    t.after(() => running.close())
    const options = { cache: { store: new Map<string, CachedResult>(), partition: 'a' }, logger: keepingLogger() }
    for (let clients = 0; clients < 2; clients++) {
      const connection = await createClient().connect(running.url, options)
      t.after(() => connection.close())
      await connection.listTools()
      await assert.rejects(connection.callTool('sum', { region: 'north' }), InvalidResultError)
    }
    assert.deepEqual(regions, ['north', 'north'])
    assert.equal(asked, 1)
  })
})

describe('memory', () => {
  it('keeps so many results, and those that were used last', async (t) => {
    const { connection, server } = await connectTo(t, counting(), { cache: { maxEntries: 2 } })
    const read = async (...names: readonly string[]): Promise<string> => {
      for (const name of names) await connection.readResource(`note://${name}`)
      return sent(server, 'resources/read')
        .map(({ params }) => params.uri.slice('note://'.length))
        .join('')
    }
    assert.equal(await read('a', 'b', 'a', 'c'), 'abc')
    assert.equal(await read('a', 'c'), 'abc')
    assert.equal(await read('b'), 'abcb')
    assert.equal(await read('c', 'b'), 'abcb')
    assert.equal(await read('a'), 'abcba')
  })

  it('keeps 512 where nothing else is said', async (t) => {
    const { connection, server } = await connectTo(t, counting())
    for (let id = 0; id < 513; id++) await connection.readResource(`note://${id}`)
    await connection.readResource('note://1')
    assert.equal(sent(server, 'resources/read').length, 513)
    await connection.readResource('note://0')
    assert.equal(sent(server, 'resources/read').length, 514)
  })

  it('a store of its own is told to forget so many pages of a list', async (t) => {
    const store = new Map<string, CachedResult>()
    const script = speaking(VERSION, { ...HONOURS, 'tools/list': hinted({ tools: [] }) })
    const { connection, server } = await connectTo(t, script, { cache: { store, partition: 'a', maxEntries: 2 } })
    const changes = connection.listen({ tools: true })
    const feed = await subscription(server)
    for (const cursor of ['1', '2', '3', '2']) await connection.request('tools/list', { cursor })
    feed.toolsChanged()
    await changes.next()
    assert.deepEqual(
      [...store.keys()].map((key) => JSON.parse(key.slice(key.indexOf(':') + 1))[2]),
      ['1'],
    )
  })
})
