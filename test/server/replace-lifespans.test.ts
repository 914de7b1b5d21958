import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connect } from '../support/connection.ts'
import { gate } from './asking.ts'
import { ALL, listen, turn, VERSION } from './listening.ts'
import { call, create, noting, replace, textOf } from './replacing.ts'

/** A server whose tool `hold` lasts until the gate is opened, and whose tool `see` gives the lifespan. */
const served = (starts: readonly (() => unknown)[], held: Promise<void> = Promise.resolve()) =>
  starts
    .reduce<ReturnType<typeof create>>((server, start) => server.lifespan(start as () => object), create())
    .tool('hold', async () => {
      await held
      return 'held'
    })
    .tool('see', (_, ctx) => (ctx as { lifespan?: object }).lifespan ?? {})

describe('replace: lifespans', () => {
  it('the same function runs on with its value; a new one starts, and what is gone ends', async () => {
    const notes: string[] = []
    const [kept, gone, added] = ['kept', 'gone', 'added'].map((name) => noting(notes, name)) as [
      () => unknown,
      () => unknown,
      () => unknown,
    ]
    const connected = connect(served([kept, gone]))
    const see = async () => (await connected.ask(call(VERSION, 1, 'see'))).result.structuredContent
    await connected.runtime.start()
    assert.deepEqual(await see(), { kept: true, gone: true })
    await replace(connected, served([added, kept]))
    assert.deepEqual(await see(), { added: true, kept: true })
    await turn()
    assert.deepEqual(notes, ['kept starts', 'gone starts', 'added starts', 'gone ends'])
    await connected.runtime.close()
    assert.deepEqual(notes.slice(4), ['added ends', 'kept ends'])
  })

  it('the value is the very same one', async () => {
    const start = () => ({ made: {} })
    const values: unknown[] = []
    const define = () =>
      create()
        .lifespan(start)
        .tool('keep', (_, { lifespan }) => void values.push(lifespan))
    const connected = connect(define())
    await connected.runtime.start()
    await connected.ask(call(VERSION, 1, 'keep'))
    await replace(connected, define())
    await connected.ask(call(VERSION, 1, 'keep'))
    assert.equal(values.length, 2)
    assert.equal(values[0], values[1])
  })

  it('what is gone ends in reverse order, after the last request that began with it; the new one does not wait', async () => {
    const notes: string[] = []
    const { opened: held, open } = gate()
    const connected = connect(served([noting(notes, 'a'), noting(notes, 'b')], held))
    await connected.runtime.start()
    connected.send(call(VERSION, 1, 'hold'), call(VERSION, 2, 'hold'))
    await replace(connected, served([noting(notes, 'c')]))
    assert.deepEqual((await connected.ask(call(VERSION, 3, 'see'))).result.structuredContent, { c: true })
    await turn()
    assert.deepEqual(notes, ['a starts', 'b starts', 'c starts'])
    open()
    assert.deepEqual([textOf(await connected.next()), textOf(await connected.next())], ['held', 'held'])
    await turn()
    assert.deepEqual(notes.slice(3), ['b ends', 'a ends'])
    await connected.runtime.close()
    assert.deepEqual(notes.slice(5), ['c ends'])
  })

  it('what is shared by several definitions lasts until the calls of each have ended', async () => {
    const notes: string[] = []
    const { opened: held, open } = gate()
    const shared = noting(notes, 'shared')
    const connected = connect(served([shared, noting(notes, 'first')], held))
    await connected.runtime.start()
    connected.send(call(VERSION, 1, 'hold'))
    await replace(connected, served([shared, noting(notes, 'second')]))
    await replace(connected, served([noting(notes, 'third')]))
    await turn()
    assert.deepEqual(notes, ['shared starts', 'first starts', 'second starts', 'third starts', 'second ends'])
    open()
    await connected.next()
    await turn()
    assert.deepEqual(notes.slice(5), ['first ends', 'shared ends'])
  })

  it('what ends in several definitions at once ends one after the other', async () => {
    const notes: string[] = []
    const { opened: ended, open } = gate()
    const base = noting(notes, 'base')
    const connected = connect(served([base, noting(notes, 'built on it', () => ended)]))
    await connected.runtime.start()
    await replace(connected, served([base]))
    await replace(connected, served([]))
    await turn()
    assert.deepEqual(notes, ['base starts', 'built on it starts'])
    open()
    await turn()
    assert.deepEqual(notes.slice(2), ['built on it ends', 'base ends'])
  })

  it('one that was gone and comes back starts anew', async () => {
    const notes: string[] = []
    const start = noting(notes, 'a')
    const connected = connect(served([start]))
    await connected.runtime.start()
    await replace(connected, served([]))
    await replace(connected, served([start]))
    await turn()
    assert.deepEqual(notes, ['a starts', 'a ends', 'a starts'])
  })

  it('one that fails to start: what started for it is undone, and the old definition stays', async () => {
    const notes: string[] = []
    const kept = noting(notes, 'kept')
    const failing = () => Promise.reject(new Error('no database'))
    const connected = connect(served([kept]))
    await connected.runtime.start()
    const next = served([noting(notes, 'a'), kept, noting(notes, 'b'), failing, noting(notes, 'c')])
    await assert.rejects(replace(connected, next), { message: 'no database' })
    assert.deepEqual(notes, ['kept starts', 'a starts', 'b starts', 'b ends', 'a ends'])
    assert.deepEqual((await connected.ask(call(VERSION, 1, 'see'))).result.structuredContent, { kept: true })
    assert.equal(connected.inbox.size, 0)
    await connected.runtime.close()
    assert.deepEqual(notes.slice(5), ['kept ends'])
  })

  it('values that cannot be merged count as a failure to start', async () => {
    const notes: string[] = []
    const connected = connect(served([]))
    await assert.rejects(replace(connected, served([noting(notes, 'a'), () => new Map()])), { name: 'DefinitionError' })
    assert.deepEqual(notes, ['a starts', 'a ends'])
  })

  it('one that fails to end is logged, and the others end all the same', async () => {
    const notes: string[] = []
    const failure = new Error('stuck')
    const failing = noting(notes, 'b', () => Promise.reject(failure))
    const connected = connect(served([noting(notes, 'a'), failing]))
    await connected.runtime.start()
    await replace(connected, served([]))
    await turn()
    assert.deepEqual(notes, ['a starts', 'b starts', 'a ends'])
    assert.deepEqual(
      connected.logger.lines.map(({ level, message, details }) => [level, message, details]),
      [['error', 'a lifespan that was replaced failed to end:', [failure]]],
    )
    await connected.runtime.close()
  })

  it('2026-07-28 Subscriptions: who listens keeps nothing of a definition', async () => {
    const notes: string[] = []
    const connected = connect(served([noting(notes, 'a')]))
    await connected.runtime.start()
    await connected.ask(listen('sub', ALL))
    await replace(connected, served([noting(notes, 'b')]))
    await turn()
    assert.deepEqual(notes, ['a starts', 'b starts', 'a ends'])
    const closed = connected.runtime.close()
    assert.equal((await connected.next()).result, undefined)
    assert.equal((await connected.next()).id, 'sub')
    await closed
    assert.deepEqual(notes.slice(3), ['b ends'])
  })
})

describe('replace: lifespans, and close', () => {
  it('close waits for what is still in flight on the old definition, and ends everything in reverse order', async () => {
    const notes: string[] = []
    const { opened: held, open } = gate()
    const connected = connect(served([noting(notes, 'a'), noting(notes, 'b')], held))
    await connected.runtime.start()
    connected.send(call(VERSION, 1, 'hold'))
    await replace(connected, served([noting(notes, 'c')]))
    const closed = connected.runtime.close()
    await turn()
    assert.equal(notes.length, 3)
    open()
    await closed
    assert.equal(textOf(await connected.next()), 'held')
    assert.deepEqual(notes.slice(3).sort(), ['a ends', 'b ends', 'c ends'])
    assert.ok(notes.indexOf('b ends') < notes.indexOf('a ends'))
  })

  it('what is in flight for too long does not keep anything from ending, once and for all', async () => {
    const notes: string[] = []
    const { opened: held, open } = gate()
    const connected = connect(served([noting(notes, 'a')], held))
    await connected.runtime.start()
    connected.send(call(VERSION, 1, 'hold'))
    await replace(connected, served([noting(notes, 'b')]))
    await connected.runtime.close(0)
    assert.deepEqual(notes.slice(2), ['b ends', 'a ends'])
    open()
    await connected.next()
    await turn()
    assert.equal(notes.length, 4)
  })

  it('close waits for what is ending already, whatever becomes of it', async () => {
    const notes: string[] = []
    const { opened: ended, open } = gate()
    const connected = connect(served([noting(notes, 'a', () => ended)]))
    await connected.runtime.start()
    await replace(connected, served([noting(notes, 'b')]))
    await turn()
    const closed = connected.runtime.close()
    await turn()
    assert.deepEqual(notes, ['a starts', 'b starts'])
    open()
    await closed
    assert.deepEqual(notes.slice(2), ['a ends', 'b ends'])
  })

  it('closing while the new ones start: they are undone, the replacement rejects, and close waits for that', async () => {
    const notes: string[] = []
    const { opened: go, open } = gate()
    const slow = async function* () {
      await go
      notes.push('slow starts')
      yield {}
      notes.push('slow ends')
    }
    const kept = noting(notes, 'kept')
    const connected = connect(served([kept]))
    await connected.runtime.start()
    const replaced = replace(connected, served([kept, slow]))
    const behind = replace(connected, served([]))
    await turn()
    const closed = connected.runtime.close().then(() => notes.push('closed'))
    open()
    for (const refused of [replaced, behind]) await assert.rejects(refused, { name: 'AbortedError', code: 'closed' })
    await closed
    assert.deepEqual(notes, ['kept starts', 'slow starts', 'slow ends', 'kept ends', 'closed'])
  })
})
