import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer } from '../../src/index.ts'
import { isStateless, resultOf, VERSIONS } from '../support/messages.ts'
import { errorOf, quiet, untyped } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

const MEMBERS = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
} as const

type Method = keyof typeof MEMBERS

const METHODS = Object.keys(MEMBERS) as readonly Method[]

/** A server with so many entries in each list, named from 0. */
const withEntries = (size: number) =>
  Array.from({ length: size }, (_, index) => index).reduce(
    (chain, index) =>
      chain
        .tool(`t${index}`, () => 'a')
        .prompt(`p${index}`, () => 'a')
        .resource(`r://${index}`, () => 'a')
        .resource(`t${index}://{x}`, () => 'a') as unknown as ReturnType<typeof create>,
    create(),
  )

const base64Url = (text: string): string => Buffer.from(text).toString('base64url')

/** Each page of a list, from the first to the last. */
const pagesOf = async (server: Parameters<typeof resultOf>[0], method: Method) => {
  const pages = []
  let cursor: string | undefined
  do {
    const page = await resultOf(server, '2026-07-28', method, cursor === undefined ? {} : { cursor })
    pages.push(page)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return pages
}

describe('lists', () => {
  it('2026-07-28 Tools, Capabilities: are in the order of the chain, and the same each time', async () => {
    const server = withEntries(5)
    for (const method of METHODS) {
      const first = await resultOf(server, '2026-07-28', method)
      assert.equal(first[MEMBERS[method]].length, 5)
      assert.deepEqual(await resultOf(server, '2026-07-28', method), first)
    }
    const { tools } = await resultOf(server, '2026-07-28', 'tools/list')
    assert.deepEqual(
      tools.map(({ name }: { name: string }) => name),
      ['t0', 't1', 't2', 't3', 't4'],
    )
  })

  it('begin at the beginning without a cursor, and with null, which some clients write for it', async () => {
    const server = quiet(withEntries(3), { pageSize: 2 })
    const first = await resultOf(server, '2026-07-28', 'tools/list')
    assert.deepEqual(await resultOf(server, '2026-07-28', 'tools/list', { cursor: null }), first)
  })

  it('are whole by default, without a cursor', async () => {
    for (const method of METHODS) {
      for (const version of VERSIONS) {
        assert.equal('nextCursor' in (await resultOf(withEntries(3), version, method)), false)
      }
    }
  })

  it('2026-07-28 Pagination: pageSize gives pages, whose cursors lead to the end', async () => {
    for (const [size, pageSize, lengths] of [
      [5, 2, [2, 2, 1]],
      [4, 2, [2, 2]],
      [2, 2, [2]],
      [1, 2, [1]],
      [3, 1, [1, 1, 1]],
    ] as const) {
      const server = quiet(withEntries(size), { pageSize })
      for (const method of METHODS) {
        const pages = await pagesOf(server, method)
        assert.deepEqual(
          pages.map((page) => page[MEMBERS[method]].length),
          lengths,
        )
        const whole = await resultOf(withEntries(size), '2026-07-28', method)
        assert.deepEqual(
          pages.flatMap((page) => page[MEMBERS[method]]),
          whole[MEMBERS[method]],
        )
      }
    }
  })

  it('2026-07-28 Pagination: cursors are stable, and know nothing of the connection', async () => {
    const one = quiet(withEntries(3), { pageSize: 2 })
    const { nextCursor } = await resultOf(one, '2026-07-28', 'tools/list')
    for (const version of VERSIONS) {
      const other = quiet(withEntries(3), { pageSize: 2 })
      const { tools } = await resultOf(other, version, 'tools/list', { cursor: nextCursor })
      assert.equal(tools[0].name, 't2')
    }
  })

  it('2026-07-28 Pagination, Error Handling: a cursor that is none of this list is an error', async () => {
    const server = quiet(withEntries(5), { pageSize: 2 })
    const own = await resultOf(server, '2026-07-28', 'tools/list')
    for (const method of METHODS) {
      const bad: unknown[] = ['', 5, {}, 'x', '%', 'tools:2', `${own.nextCursor}x`, `${own.nextCursor}=`]
      bad.push(...['tools:-2', 'tools:0', 'tools:1.5', 'tools:', 'tools:x', 'tools:99', 'tools:9e99'].map(base64Url))
      if (method !== 'tools/list') bad.push(own.nextCursor)
      for (const cursor of bad) {
        for (const version of ['2025-11-25', '2026-07-28'] as const) {
          assert.deepEqual(
            await errorOf(server, method, { cursor }, version),
            { code: -32602, message: `${method}: this cursor is none of this list; begin again without one` },
            JSON.stringify(cursor),
          )
        }
      }
    }
  })

  it('2026-07-28 Caching: are public and stale at once by default, and say what `cache` says', async () => {
    const hints = async (options: Parameters<typeof quiet>[1], method: Method) => {
      const { ttlMs, cacheScope } = await resultOf(quiet(withEntries(1), options), '2026-07-28', method)
      return { ttlMs, cacheScope }
    }
    for (const method of METHODS) {
      assert.deepEqual(await hints({}, method), { ttlMs: 0, cacheScope: 'public' })
      assert.deepEqual(await hints({ cache: { ttlMs: 5000 } }, method), { ttlMs: 5000, cacheScope: 'public' })
      assert.deepEqual(await hints({ cache: { scope: 'private' } }, method), { ttlMs: 0, cacheScope: 'private' })
    }
    const discovered = await resultOf(quiet(withEntries(1), { cache: { ttlMs: 7 } }), '2026-07-28', 'server/discover')
    assert.deepEqual([discovered.ttlMs, discovered.cacheScope], [7, 'public'])
  })

  it('earlier revisions hear nothing of caching', async () => {
    for (const version of VERSIONS.filter((one) => !isStateless(one))) {
      for (const method of METHODS) {
        assert.deepEqual(Object.keys(await resultOf(withEntries(1), version, method)), [MEMBERS[method]])
      }
    }
  })
})

describe('lists that depend on the caller', () => {
  const guarded = create()
    .tool('open', () => 'a')
    .tool('hidden', { enabled: () => false }, () => 'b')
    .tool('late', { enabled: async ({ auth }) => auth === undefined }, () => 'c')
    .tool('odd', { enabled: () => untyped('yes') }, () => 'd')
    .prompt('hidden', { enabled: () => false }, () => 'b')
    .resource('hidden://a', { enabled: () => false }, () => 'b')
    .resource('hidden://{b}', { enabled: () => false, list: () => ['hidden://c'] }, () => 'b')

  it('TSBUG-4: leave out what is not there for this caller, and what it would list', async () => {
    const { tools } = await resultOf(guarded, '2026-07-28', 'tools/list')
    assert.deepEqual(
      tools.map(({ name }: { name: string }) => name),
      ['open', 'late'],
    )
    for (const method of METHODS.slice(1)) {
      assert.deepEqual((await resultOf(guarded, '2026-07-28', method))[MEMBERS[method]], [])
    }
  })

  it('2026-07-28 Caching: are private, on every page', async () => {
    const server = quiet(guarded, { pageSize: 1, cache: { ttlMs: 5, scope: 'public' } })
    for (const method of METHODS) {
      const pages = await pagesOf(server, method)
      assert.deepEqual([...new Set(pages.map(({ cacheScope }) => cacheScope))], ['private'])
      assert.deepEqual([...new Set(pages.map(({ ttlMs }) => ttlMs))], [5])
    }
    assert.equal((await pagesOf(server, 'tools/list')).length, 2)
  })

  it('a server keeps its other lists public', async () => {
    const server = create()
      .tool('hidden', { enabled: () => false }, () => 'b')
      .prompt('open', () => 'a')
    assert.equal((await resultOf(server, '2026-07-28', 'prompts/list')).cacheScope, 'public')
    assert.equal((await resultOf(server, '2026-07-28', 'tools/list')).cacheScope, 'private')
  })

  it('`enabled` that fails shows nothing, and is an internal error', async () => {
    const server = create().tool('a', { enabled: () => Promise.reject(new Error('boom')) }, () => 'a')
    assert.deepEqual(await errorOf(quiet(server), 'tools/list'), { code: -32603, message: 'boom' })
    assert.deepEqual(await errorOf(quiet(server), 'tools/call', { name: 'a' }), { code: -32603, message: 'boom' })
  })

  it('what is there for this caller can be called', async () => {
    for (const version of VERSIONS) {
      const { content } = await resultOf(guarded, version, 'tools/call', { name: 'late' })
      assert.equal(content[0].text, 'c')
    }
  })

  it('what is hidden cannot be called, and is not there in so many words', async () => {
    for (const version of VERSIONS) {
      assert.deepEqual(await errorOf(guarded, 'tools/call', { name: 'hidden' }, version), {
        code: -32602,
        message: 'Unknown tool "hidden".',
        data: { name: 'hidden' },
      })
    }
    assert.equal((await errorOf(guarded, 'prompts/get', { name: 'hidden' })).code, -32602)
    assert.equal((await errorOf(guarded, 'resources/read', { uri: 'hidden://a' })).code, -32602)
    assert.equal((await errorOf(guarded, 'resources/read', { uri: 'hidden://b' })).code, -32602)
  })
})

describe('resources/list: what templates list', () => {
  const items = ['x://1', { uri: 'x://2', name: 'two', title: 'Two', mimeType: 'a/b', meta: { own: 1 } }] as const
  const server = create()
    .resource(
      'x://{id}',
      { mimeType: 'text/markdown', annotations: { priority: 1 }, icons: [{ src: 'data:,' }], list: () => items },
      () => 'x',
    )
    .resource('a://static', () => 'a')
    .resource('y://{id}', { list: async (ctx) => [`y://${ctx.protocolVersion}`] }, () => 'y')
    .resource('z://{id}', () => 'z')

  it('follows the single resources, in the order of the chain, with what the template says of all', async () => {
    const { resources, cacheScope } = await resultOf(server, '2026-07-28', 'resources/list')
    const common = { mimeType: 'text/markdown', annotations: { priority: 1 }, icons: [{ src: 'data:,' }] }
    assert.deepEqual(resources, [
      { uri: 'a://static', name: 'a://static' },
      { uri: 'x://1', name: 'x://1', ...common },
      { uri: 'x://2', name: 'two', ...common, title: 'Two', mimeType: 'a/b', _meta: { own: 1 } },
      { uri: 'y://2026-07-28', name: 'y://2026-07-28' },
    ])
    assert.equal(cacheScope, 'private')
  })

  it('is paged with them; a list that has become shorter ends', async () => {
    let size = 3
    const list = () => Array.from({ length: size }, (_, index) => `x://${index}`)
    const shrinking = quiet(
      create().resource('x://{id}', { list }, () => 'x'),
      { pageSize: 2 },
    )
    assert.deepEqual(
      (await pagesOf(shrinking, 'resources/list')).map(({ resources }) => resources.length),
      [2, 1],
    )
    const { nextCursor } = await resultOf(shrinking, '2026-07-28', 'resources/list')
    size = 1
    const { resources, ...rest } = await resultOf(shrinking, '2026-07-28', 'resources/list', { cursor: nextCursor })
    assert.deepEqual([resources, 'nextCursor' in rest], [[], false])
  })

  it('what is no array is a mistake, and the template is named', async () => {
    for (const [given, shown] of [
      [undefined, 'undefined'],
      ['x://1', '"x://1"'],
      [new Map().keys(), 'an object'],
    ]) {
      const odd = create().resource('x://{id}', { list: () => untyped(given) }, () => 'x')
      assert.deepEqual(await errorOf(quiet(odd), 'resources/list'), {
        code: -32603,
        message: `resource "x://{id}": list must return an array, got ${shown}`,
      })
    }
  })

  it('an item without a URI is a mistake, and the template is named', async () => {
    for (const item of [{ name: 'a' }, 5, null]) {
      const odd = create().resource('x://{id}', { list: () => [untyped(item)] }, () => 'x')
      assert.deepEqual(await errorOf(quiet(odd), 'resources/list'), {
        code: -32603,
        message: 'resource "x://{id}", list: an item needs a "uri"',
      })
    }
  })
})
