import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer, type Runtime } from '../../src/index.ts'
import { connect } from '../support/connection.ts'
import { post, request, resultOf } from '../support/messages.ts'
import { gate, quiet, untyped } from './asking.ts'

const create = (name = 'test') => createServer({ name, version: '1.0.0' })

/** What a tool of a bound server sees, as JSON. */
const seen = async (runtime: Runtime, name = 'see') =>
  (await resultOf(runtime, '2026-07-28', 'tools/call', { name })).structuredContent

/** A lifespan that notes when it starts and ends. */
const noting = <Value>(notes: string[], name: string, value: Value) =>
  async function* () {
    notes.push(`${name} starts`)
    try {
      yield value
    } finally {
      notes.push(`${name} ends`)
    }
  }

describe('lifespan: what it may be', () => {
  it('an async generator that yields once', async () => {
    const notes: string[] = []
    const runtime = quiet(
      create()
        .lifespan(noting(notes, 'a', { db: 1 }))
        .tool('see', (_, { lifespan }) => lifespan),
    )
    assert.deepEqual(await seen(runtime), { db: 1 })
    assert.deepEqual(await seen(runtime), { db: 1 })
    assert.deepEqual(notes, ['a starts'])
    await runtime.close()
    await runtime.close()
    assert.deepEqual(notes, ['a starts', 'a ends'])
  })

  it('a function, which may answer late', async () => {
    for (const start of [() => ({ db: 1 }), async () => ({ db: 1 })]) {
      const runtime = quiet(
        create()
          .lifespan(start)
          .tool('see', (_, { lifespan }) => lifespan),
      )
      assert.deepEqual(await seen(runtime), { db: 1 })
      await runtime.close()
    }
  })

  it('what is disposable is disposed of, asynchronously where it can be', async () => {
    const notes: string[] = []
    class Disposable {
      readonly name: string
      constructor(name: string) {
        this.name = name
      }
      [Symbol.dispose]() {
        notes.push(`${this.name} disposed`)
      }
    }
    class AsyncDisposable extends Disposable {
      async [Symbol.asyncDispose]() {
        await Promise.resolve()
        notes.push(`${this.name} disposed asynchronously`)
      }
    }
    for (const value of [new Disposable('a'), new AsyncDisposable('b'), { name: 'c' }, 5, null, undefined, 'x']) {
      const runtime = quiet(
        create()
          .lifespan(() => value)
          .tool('see', () => 1),
      )
      await seen(runtime)
      await runtime.close()
    }
    assert.deepEqual(notes, ['a disposed', 'b disposed asynchronously'])
  })

  it('one value as it is, be it an instance of a class, a number or null', async () => {
    class Database {
      readonly #rows = 3
      count() {
        return this.#rows
      }
    }
    const runtime = quiet(
      create()
        .lifespan(() => new Database())
        .tool('see', (_, { lifespan }) => lifespan.count()),
    )
    assert.equal(await seen(runtime), 3)
    for (const value of [5, null, false]) {
      const plain = create()
        .lifespan(() => value)
        .tool('see', (_, { lifespan }) => ({ lifespan }))
      assert.deepEqual(await seen(quiet(plain)), { lifespan: value })
    }
  })

  it('none: then there is none in the context, on any transport', async () => {
    const server = create().tool('see', (_, ctx) => ctx.lifespan === undefined)
    assert.equal(await seen(quiet(server)), true)
    const { runtime, ask } = connect(server)
    await runtime.start()
    assert.equal((await ask(request('2026-07-28', 1, 'tools/call', { name: 'see' }))).result.structuredContent, true)
  })

  it('is no function: a mistake', () => {
    for (const start of [undefined, {}, Promise.resolve({})]) {
      assert.throws(() => create().lifespan(untyped(start)), {
        name: 'DefinitionError',
        message: 'lifespan: pass a function, or an async generator function',
      })
    }
  })
})

describe('lifespan: several', () => {
  it('merge, start in order, and end in reverse', async () => {
    const notes: string[] = []
    const runtime = quiet(
      create()
        .lifespan(noting(notes, 'a', { a: 1, both: 'a' }))
        .lifespan(noting(notes, 'b', { b: 2, both: 'b' }))
        .tool('see', (_, { lifespan }) => lifespan),
    )
    assert.deepEqual(await seen(runtime), { a: 1, both: 'b', b: 2 })
    await runtime.close()
    assert.deepEqual(notes, ['a starts', 'b starts', 'b ends', 'a ends'])
  })

  it('are seen by the entries that follow', async () => {
    const runtime = quiet(
      create()
        .tool('none', (_, ctx) => ({ lifespan: ctx.lifespan ?? 'none' }))
        .lifespan(() => ({ a: 1 }))
        .tool('one', (_, { lifespan }) => lifespan)
        .lifespan(() => ({ b: 2 }))
        .tool('two', (_, { lifespan }) => lifespan),
    )
    assert.deepEqual(await seen(runtime, 'none'), { lifespan: 'none' })
    assert.deepEqual(await seen(runtime, 'one'), { a: 1 })
    assert.deepEqual(await seen(runtime, 'two'), { a: 1, b: 2 })
  })

  it('those without a value add nothing', async () => {
    const runtime = quiet(
      create()
        .lifespan(() => undefined)
        .lifespan(() => ({ a: 1 }))
        .lifespan(async () => {})
        .tool('see', (_, { lifespan }) => lifespan),
    )
    assert.deepEqual(await seen(runtime), { a: 1 })
  })

  it('the same one twice starts once', async () => {
    const notes: string[] = []
    const start = noting(notes, 'a', { a: 1 })
    const runtime = quiet(
      create()
        .lifespan(start)
        .lifespan(start)
        .tool('see', (_, { lifespan }) => lifespan),
    )
    assert.deepEqual(await seen(runtime), { a: 1 })
    await runtime.close()
    assert.deepEqual(notes, ['a starts', 'a ends'])
  })

  it('cannot be merged when one is an instance of a class: all end again, and the error says why', async () => {
    const notes: string[] = []
    const { runtime } = connect(
      create()
        .lifespan(noting(notes, 'a', { a: 1 }))
        .lifespan(() => new Map())
        .tool('t', () => 1),
    )
    await assert.rejects(runtime.start(), {
      name: 'DefinitionError',
      message: 'lifespan: where a server has several, each gives a plain object, so that they can be merged',
    })
    assert.deepEqual(notes, ['a starts', 'a ends'])
  })

  it('objects without a prototype are plain', async () => {
    const runtime = quiet(
      create()
        .lifespan(() => Object.assign(Object.create(null) as object, { a: 1 }))
        .lifespan(() => ({ b: 2 }))
        .tool('see', (_, { lifespan }) => lifespan),
    )
    assert.deepEqual(await seen(runtime), { a: 1, b: 2 })
  })

  it('what is merged is frozen: handlers share it', async () => {
    const runtime = quiet(
      create()
        .lifespan(() => ({ a: 1 }))
        .lifespan(() => ({ b: 2 }))
        .tool('see', (_, { lifespan }) => Object.isFrozen(lifespan)),
    )
    assert.equal(await seen(runtime), true)
  })
})

describe('lifespan: when', () => {
  it('once per runtime, before the first request is answered, also when many come at once', async () => {
    let starts = 0
    const { opened, open } = gate()
    const server = create()
      .lifespan(async () => {
        starts += 1
        await opened
        return { started: starts }
      })
      .tool('see', (_, { lifespan }) => lifespan)
    const runtime = quiet(server)
    const all = Promise.all([seen(runtime), seen(runtime), seen(runtime)])
    open()
    assert.deepEqual(await all, [{ started: 1 }, { started: 1 }, { started: 1 }])
    assert.deepEqual(await seen(quiet(server)), { started: 2 })
  })

  it('a runtime that was closed before it has started anything ends nothing', async () => {
    const notes: string[] = []
    const runtime = quiet(
      create()
        .lifespan(noting(notes, 'a', {}))
        .tool('t', () => 1),
    )
    await runtime.close()
    assert.deepEqual(notes, [])
    assert.equal((await runtime.fetch(post('2026-07-28', 'tools/list'))).status, 503)
    assert.deepEqual(notes, [])
  })

  it('closing while it starts waits for it, and ends it', async () => {
    const notes: string[] = []
    const { opened, open } = gate()
    const { runtime } = connect(
      create()
        .lifespan(async function* () {
          await opened
          notes.push('starts')
          yield {}
          notes.push('ends')
        })
        .tool('t', () => 1),
    )
    const started = runtime.start()
    const closed = runtime.close()
    open()
    await Promise.all([started, closed])
    assert.deepEqual(notes, ['starts', 'ends'])
  })

  it('ends after the last request has been answered', async () => {
    const notes: string[] = []
    const { opened, open } = gate()
    const { runtime, send, next } = connect(
      create()
        .lifespan(noting(notes, 'a', {}))
        .tool('slow', async () => {
          await opened
          notes.push('handler ends')
        }),
    )
    await runtime.start()
    send(request('2026-07-28', 1, 'tools/call', { name: 'slow' }))
    const closed = runtime.close()
    open()
    await closed
    assert.equal((await next()).id, 1)
    assert.deepEqual(notes, ['a starts', 'handler ends', 'a ends'])
  })
})
