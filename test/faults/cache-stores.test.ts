import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CachedResult, CacheStore } from '../../src/client.ts'
import { counting } from '../client/cache/support.ts'
import { connectTo, sent, turn } from '../client/support.ts'
import { FAULTS } from './store-faults.ts'

const FUNCTIONS = ['get', 'set', 'delete'] as const

const ASKED: Readonly<Record<string, (connection: Awaited<ReturnType<typeof connectTo>>['connection']) => unknown>> = {
  'tools/list': (connection) => connection.listTools(),
  'resources/read': (connection) => connection.readResource('note://1'),
  'prompts/list': (connection) => connection.request('prompts/list', { cursor: 'x' }),
}

/** A store that does one thing wrong once it is broken. */
const storeWith = (name: (typeof FUNCTIONS)[number], fault: (typeof FAULTS)[string]) => {
  const results = new Map<string, CachedResult>()
  let isBroken = true
  let release: () => void = () => undefined
  const later = new Promise<void>((resolve) => {
    release = resolve
  })
  const through =
    (own: (typeof FUNCTIONS)[number]) =>
    (...args: readonly unknown[]): unknown => {
      const work = () => (results[own] as (...all: unknown[]) => unknown).call(results, ...args)
      return own === name && isBroken ? fault(work, later) : work()
    }
  const store = Object.fromEntries(FUNCTIONS.map((own) => [own, through(own)])) as unknown as CacheStore
  const mend = (): void => {
    isBroken = false
    release()
  }
  return { store, mend }
}

describe('a store of results that does wrong', () => {
  for (const name of FUNCTIONS) {
    for (const [what, fault] of Object.entries(FAULTS)) {
      it(`${name} ${what}: calls at once, and one after the other, are answered, and once it is mended, it is used`, async (t) => {
        const { store, mend } = storeWith(name, fault)
        const cache = { store, partition: 'a' }
        const { connection, server, log } = await connectTo(t, counting(), { cache })
        const other = await connectTo(t, counting(), { cache: { ...cache, partition: 'b' } })
        t.mock.timers.enable({ apis: ['setTimeout'] })
        for (const _ of [1, 2]) {
          const all = Promise.all(
            [connection, other.connection].flatMap((one) => Object.values(ASKED).map((ask) => ask(one))),
          )
          let isOver = false
          const watched = all.finally(() => {
            isOver = true
          })
          for (let seconds = 0; !isOver && seconds < 10; seconds += 1) {
            await turn()
            await turn()
            t.mock.timers.tick(1_000)
          }
          assert.equal((await watched).length, 6)
        }
        for (const { message } of log.lines) assert.equal(message, 'the cache could not be used:')
        if (name !== 'delete' && what !== 'answers late') assert.ok(log.lines.length > 0)
        mend()
        t.mock.timers.reset()
        for (const [method, ask] of Object.entries(ASKED)) {
          await ask(connection)
          const count = sent(server, method).length
          await ask(connection)
          assert.equal(sent(server, method).length, count, method)
        }
      })
    }
  }
})
