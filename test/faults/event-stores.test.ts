import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer, type EventStore } from '../../src/index.ts'
import { MemoryEventStore } from '../../src/transport/http/event-store.ts'
import { Events, openSession, type SessionClient, said } from '../transport/http/session-support.ts'
import { gate, open } from '../transport/http/support.ts'
import { FAULTS } from './store-faults.ts'

const FUNCTIONS = ['append', 'read', 'remove'] as const

const server = createServer({ name: 'store', version: '1.0.0' })
  .tool('quick', async (_, ctx) => {
    for (const step of [1, 2]) await ctx.progress(step)
    return 'done'
  })
  .tool('change', (_, ctx) => ctx.notify.toolsChanged())

const EXPECTED = ['progress 1', 'progress 2', 7]

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A store that does one thing wrong, and only for the sessions that it is told. */
const storeWith = (name: (typeof FUNCTIONS)[number], fault: (typeof FAULTS)[string]) => {
  const memory = new MemoryEventStore()
  const late = gate()
  const broken = new Set<string>()
  const through =
    (own: (typeof FUNCTIONS)[number]) =>
    (stream: string, ...args: readonly unknown[]): unknown => {
      const work = () => (memory[own] as (...all: unknown[]) => unknown).call(memory, stream, ...args)
      return own === name && broken.has(stream.split('/')[0] as string) ? fault(work, late.opened) : work()
    }
  const store = Object.fromEntries(FUNCTIONS.map((own) => [own, through(own)])) as unknown as EventStore
  return { store, breakFor: ({ id }: SessionClient) => broken.add(id), release: () => late.open() }
}

describe('an event store that does wrong for one session', () => {
  for (const name of FUNCTIONS) {
    for (const [what, fault] of Object.entries(FAULTS)) {
      it(`${name} ${what}: every answer comes, other sessions resume, one line tells of a stream, and nothing hangs`, async (t) => {
        const { store, breakFor, release } = storeWith(name, fault)
        const subject = await open(t, 'fetch', server, { sessions: { store } })
        const [bad, good] = [await openSession(subject, '2025-11-25'), await openSession(subject, '2025-11-25')]
        breakFor(bad)
        t.mock.timers.enable({ apis: ['setTimeout'] })

        // The stream of a POST.
        for (const session of [bad, good]) {
          assert.deepEqual((await new Events(await session.call(7, 'quick')).rest()).map(said), EXPECTED)
        }
        // The resumption of it.
        const coming = bad.resume('1-1')
        await settled()
        release()
        await settled()
        t.mock.timers.tick(5_000)
        const back = await coming
        const isKept = name === 'remove' || what === 'answers late'
        assert.equal(back.status, isKept ? 200 : 400)
        if (isKept) assert.deepEqual((await new Events(back).rest()).map(said), EXPECTED.slice(1))
        const resumed = new Events(await good.resume('1-1'))
        assert.deepEqual((await resumed.rest()).map(said), EXPECTED.slice(1))
        assert.equal(subject.log.lines.length, isKept ? 0 : 1)
        // The stream of a GET, with something to catch up with.
        await bad.call(8, 'change')
        const get = bad.get()
        await settled()
        t.mock.timers.tick(5_000)
        await settled()
        const standing = new Events(await get.response)
        await bad.call(9, 'change')
        assert.equal(said(await standing.message()), 'notifications/tools/list_changed')
        assert.ok(subject.log.lines.length <= 2)
        for (const { message } of subject.log.lines) assert.match(message, /event store failed/)
        // The ends.
        assert.equal((await bad.end()).status, 204)
        t.mock.timers.reset()
        await subject.runtime.close()
      })
    }
  }
})
