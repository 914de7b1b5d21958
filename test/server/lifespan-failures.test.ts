import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer } from '../../src/index.ts'
import { connect } from '../support/connection.ts'
import { keepingLogger, messagesOf, post, resultOf } from '../support/messages.ts'
import { quiet } from './asking.ts'

const create = (name = 'test') => createServer({ name, version: '1.0.0' })

const noting = (notes: string[], name: string, failsAtEnd = false) =>
  async function* () {
    notes.push(`${name} starts`)
    yield { [name]: true }
    notes.push(`${name} ends`)
    if (failsAtEnd) throw new Error(`${name} does not end`)
  }

describe('lifespan: failing to start', () => {
  it('undoes what has started, and rejects with its own error, now and later', async () => {
    const notes: string[] = []
    const { runtime } = connect(
      create()
        .lifespan(noting(notes, 'a'))
        .lifespan(() => Promise.reject(new Error('no database')))
        .lifespan(noting(notes, 'c'))
        .tool('t', () => 1),
    )
    await assert.rejects(runtime.start(), { message: 'no database' })
    await assert.rejects(runtime.start(), { message: 'no database' })
    assert.deepEqual(notes, ['a starts', 'a ends'])
    assert.equal(runtime.ready, false)
    await runtime.close()
    assert.deepEqual(notes, ['a starts', 'a ends'])
  })

  it('its own error counts, also when undoing fails in turn', async () => {
    const { runtime } = connect(
      create()
        .lifespan(noting([], 'a', true))
        .lifespan(() => {
          throw new Error('no database')
        })
        .tool('t', () => 1),
    )
    await assert.rejects(runtime.start(), { message: 'no database' })
  })

  it('fails `listen`', async () => {
    const server = create()
      .lifespan(() => Promise.reject(new Error('no database')))
      .tool('t', () => 1)
    await assert.rejects(server.listen({ port: 0 }), { message: 'no database' })
  })

  it('answers 503 behind the handler, and tells the log', async () => {
    const logger = keepingLogger()
    const runtime = create()
      .lifespan(() => Promise.reject(new Error('no database')))
      .tool('t', () => 1)
      .bind({ logger })
    for (let round = 0; round < 2; round += 1) {
      const response = await runtime.fetch(post('2026-07-28', 'tools/list'))
      assert.equal(response.status, 503)
      const [reply] = await messagesOf(response)
      assert.equal(reply?.error.code, -32603)
      assert.doesNotMatch(reply?.error.message, /database/)
    }
    assert.match(JSON.stringify(logger.lines.map(({ message, details }) => [message, String(details)])), /no database/)
  })

  const generators: readonly (readonly [string, () => never, string])[] = [
    [
      'a generator that never yields',
      async function* () {} as never,
      'lifespan: the generator ended without a yield; yield what handlers may use',
    ],
    [
      'a generator that is not async',
      function* () {
        yield {}
      } as never,
      'lifespan: make it an async generator: async function* () { … }',
    ],
  ]
  for (const [name, start, message] of generators) {
    it(`${name} says what is missing`, async () => {
      const { runtime } = connect(
        create()
          .lifespan(start)
          .tool('t', () => 1),
      )
      await assert.rejects(runtime.start(), { name: 'DefinitionError', message })
    })
  }

  it('a generator that throws before its yield fails with that error', async () => {
    const { runtime } = connect(
      create()
        // biome-ignore lint/correctness/useYield: it never comes to it
        .lifespan(async function* () {
          throw new Error('no database')
        })
        .tool('t', () => 1),
    )
    await assert.rejects(runtime.start(), { message: 'no database' })
  })
})

describe('lifespan: failing to end', () => {
  it('the others end all the same, and the first error is thrown', async () => {
    const notes: string[] = []
    const runtime = quiet(
      create()
        .lifespan(noting(notes, 'a', true))
        .lifespan(noting(notes, 'b'))
        .lifespan(noting(notes, 'c', true))
        .tool('t', () => 1),
    )
    await resultOf(runtime, '2026-07-28', 'tools/list')
    await assert.rejects(runtime.close(), { message: 'c does not end' })
    await assert.rejects(runtime.close(), { message: 'c does not end' })
    assert.deepEqual(notes, ['a starts', 'b starts', 'c starts', 'c ends', 'b ends', 'a ends'])
  })

  it('a generator that yields twice is ended there, and says so', async () => {
    const notes: string[] = []
    const runtime = quiet(
      create()
        .lifespan(async function* () {
          try {
            yield { a: 1 }
            yield { a: 2 }
            notes.push('never')
          } finally {
            notes.push('finally')
          }
        })
        .tool('t', () => 1),
    )
    await resultOf(runtime, '2026-07-28', 'tools/list')
    await assert.rejects(runtime.close(), {
      name: 'DefinitionError',
      message: 'lifespan: the generator yielded twice; what follows the first yield runs at close',
    })
    assert.deepEqual(notes, ['finally'])
  })

  it('a disposal that fails is thrown at close', async () => {
    const runtime = quiet(
      create()
        .lifespan(() => ({
          [Symbol.dispose]() {
            throw new Error('stuck')
          },
        }))
        .tool('t', () => 1),
    )
    await resultOf(runtime, '2026-07-28', 'tools/list')
    await assert.rejects(runtime.close(), { message: 'stuck' })
  })
})

describe('lifespan: of merged servers', () => {
  const see = async (server: { bind: ReturnType<typeof create>['bind'] }, name: string) =>
    (await resultOf(quiet(server), '2026-07-28', 'tools/call', { name })).structuredContent

  it('comes along: started after the host, seen together with it, its own first', async () => {
    const notes: string[] = []
    const other = create('other')
      .lifespan(noting(notes, 'other'))
      .lifespan(() => ({ both: 'other' }))
      .tool('see', (_, { lifespan }) => lifespan)
    const host = create()
      .lifespan(noting(notes, 'host'))
      .lifespan(() => ({ both: 'host' }))
      .merge(other, { prefix: 'x' })
      .lifespan(noting(notes, 'later'))
      .tool('see', (_, { lifespan }) => lifespan)
    const runtime = quiet(host)
    const call = async (name: string) =>
      (await resultOf(runtime, '2026-07-28', 'tools/call', { name })).structuredContent
    assert.deepEqual(await call('x_see'), { host: true, both: 'other', other: true })
    assert.deepEqual(await call('see'), { host: true, both: 'host', later: true })
    await runtime.close()
    assert.deepEqual(notes, ['host starts', 'other starts', 'later starts', 'later ends', 'other ends', 'host ends'])
  })

  it('stays its own where it is an instance of a class, whatever the host has', async () => {
    class Weather {
      readonly kind = 'weather'
    }
    const other = create('other')
      .lifespan(() => new Weather())
      .tool('see', (_, { lifespan }) => [lifespan instanceof Weather, lifespan.kind])
    const host = create()
      .lifespan(() => ({ db: 1 }))
      .merge(other, { prefix: 'x' })
      .tool('see', (_, { lifespan }) => lifespan)
    assert.deepEqual(await see(host, 'x_see'), [true, 'weather'])
    assert.deepEqual(await see(host, 'see'), { db: 1 })
  })

  it('is that of the host where it has none of its own, an instance of a class too', async () => {
    const other = createServer<{ lifespan: Map<string, number> }>({ name: 'other', version: '1' }).tool(
      'see',
      (_, { lifespan }) => lifespan.get('a') ?? 0,
    )
    const host = create()
      .lifespan(() => new Map([['a', 1]]))
      .merge(other, { prefix: 'x' })
    assert.equal(await see(host, 'x_see'), 1)
  })

  it('is its own where that of the host is an instance of a class', async () => {
    const other = create('other')
      .lifespan(() => ({ own: 1 }))
      .tool('see', (_, { lifespan }) => lifespan)
    const host = create()
      .lifespan(() => new Map())
      .merge(other, { prefix: 'x' })
    assert.deepEqual(await see(host, 'x_see'), { own: 1 })
  })

  it('starts once where several servers share the same function', async () => {
    const notes: string[] = []
    const shared = noting(notes, 'shared')
    const kit = (name: string) =>
      create(name)
        .lifespan(shared)
        .tool('see', (_, { lifespan }) => lifespan)
    const runtime = quiet(create().merge(kit('a'), { prefix: 'a' }).lifespan(shared).merge(kit('b'), { prefix: 'b' }))
    for (const name of ['a_see', 'b_see']) {
      const { structuredContent } = await resultOf(runtime, '2026-07-28', 'tools/call', { name })
      assert.deepEqual(structuredContent, { shared: true })
    }
    await runtime.close()
    assert.deepEqual(notes, ['shared starts', 'shared ends'])
  })

  it('of nested ones are seen from the inside out', async () => {
    const layer = (name: string) => create(name).lifespan(() => ({ [name]: true, nearest: name }))
    const inner = layer('inner').tool('see', (_, { lifespan }) => lifespan)
    const host = layer('outer').merge(layer('middle').merge(inner, { prefix: 'b' }), { prefix: 'a' })
    assert.deepEqual(await see(host, 'a_b_see'), { outer: true, nearest: 'inner', middle: true, inner: true })
  })
})
