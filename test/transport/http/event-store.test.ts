import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { createServer, type EventStore, type StoredEvent } from '../../../src/index.ts'
import { MemoryEventStore } from '../../../src/transport/http/event-store.ts'
import { mockClocks } from '../../support/clock.ts'
import { Events, openSession, type SessionClient, said, sessionOf } from './session-support.ts'
import { gate, open, testBoth } from './support.ts'

const numbersIn = (store: MemoryEventStore, stream: string, after = 0): readonly number[] =>
  store.read(stream, after).map(({ number }) => number)

const fill = (store: MemoryEventStore, stream: string, count: number, from = 1): void => {
  for (let number = from; number < from + count; number++) store.append(stream, { number, data: 'x' })
}

test('in memory: events come back by stream, in order, behind a number', () => {
  const store = new MemoryEventStore()
  store.append('a', { number: 1, data: 'one' })
  store.append('b', { number: 1, data: 'other' })
  store.append('a', { number: 2, data: 'two' })
  assert.deepEqual(store.read('a', 0), [
    { number: 1, data: 'one' },
    { number: 2, data: 'two' },
  ])
  assert.deepEqual(store.read('a', 1), [{ number: 2, data: 'two' }])
  assert.deepEqual([store.read('a', 2), store.read('c', 0)], [[], []])
  store.remove('a')
  store.remove('c')
  assert.deepEqual([store.read('a', 0), numbersIn(store, 'b')], [[], [1]])
})

test('in memory: each stream keeps so many events, and all of them so many', () => {
  const store = new MemoryEventStore({ streamEvents: 3, events: 5 })
  fill(store, 'a', 4)
  assert.deepEqual(numbersIn(store, 'a'), [2, 3, 4])
  fill(store, 'b', 3)
  assert.deepEqual(
    [numbersIn(store, 'a'), numbersIn(store, 'b')],
    [
      [3, 4],
      [1, 2, 3],
    ],
  )
  fill(store, 'c', 3)
  assert.deepEqual([numbersIn(store, 'a'), numbersIn(store, 'b'), numbersIn(store, 'c')], [[], [2, 3], [1, 2, 3]])
})

test('in memory: events together have so many bytes, and one that is larger is not kept', () => {
  const store = new MemoryEventStore({ bytes: 20 })
  store.append('a', { number: 1, data: '12345' })
  store.append('b', { number: 1, data: '12345' })
  store.append('b', { number: 2, data: '1' })
  assert.deepEqual([numbersIn(store, 'a'), numbersIn(store, 'b')], [[], [1, 2]])
  store.append('c', { number: 1, data: 'x'.repeat(11) })
  assert.deepEqual([numbersIn(store, 'b'), numbersIn(store, 'c')], [[], []])
  store.append('c', { number: 2, data: 'x'.repeat(10) })
  assert.deepEqual(numbersIn(store, 'c'), [2])
})

test('in memory: events are kept for so long', (t) => {
  mockClocks(t, ['Date'])
  const store = new MemoryEventStore()
  fill(store, 'a', 1)
  t.mock.timers.tick(200_000)
  fill(store, 'a', 1, 2)
  t.mock.timers.tick(100_000)
  assert.deepEqual(numbersIn(store, 'a'), [1, 2])
  t.mock.timers.tick(1)
  assert.deepEqual(numbersIn(store, 'a'), [2])
  t.mock.timers.tick(300_000)
  fill(store, 'b', 1)
  assert.deepEqual([numbersIn(store, 'a'), numbersIn(store, 'b')], [[], [1]])
})

test('in memory: whatever is kept is the newest of each stream, without a gap, and within the bounds', () => {
  const stream = fc.constantFrom('a', 'b', 'c')
  const step = fc.record({ stream, size: fc.nat(8), removes: fc.boolean().filter((is) => !is || Math.random() < 0.2) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = new MemoryEventStore({ streamEvents: 6, events: 12, bytes: 80 })
      const last: Record<string, number> = { a: 0, b: 0, c: 0 }
      for (const { stream: name, size, removes } of steps) {
        if (removes) store.remove(name)
        const number = (last[name] ?? 0) + 1
        last[name] = number
        store.append(name, { number, data: 'x'.repeat(size) })
        const kept = Object.keys(last).map((one) => store.read(one, 0))
        for (const [index, events] of kept.entries()) {
          assert.ok(events.length <= 6)
          const newest = Object.values(last)[index] ?? 0
          assert.deepEqual(
            events.map((event) => event.number),
            events.map((_, at) => newest - events.length + 1 + at),
          )
        }
        const all = kept.flat()
        assert.ok(all.length <= 12)
        assert.ok(all.reduce((sum, { data }) => sum + 2 * data.length, 0) <= 80)
      }
    }),
  )
})

const server = createServer({ name: 'store', version: '1.0.0' })
  .tool('quick', async (_, ctx) => {
    for (const step of [1, 2, 3]) await ctx.progress(step)
    return 'done'
  })
  .tool('change', (_, ctx) => ctx.notify.toolsChanged())
  .tool('endless', async (_, ctx) => {
    await ctx.progress(1)
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
  })

const EXPECTED = ['progress 1', 'progress 2', 'progress 3', 7]

/** A store whose functions are those given, and otherwise those of one that works. */
const storeWith = (odd: Partial<EventStore>): EventStore => {
  const memory = new MemoryEventStore()
  const { append, read, remove } = memory
  return { append: append.bind(memory), read: read.bind(memory), remove: remove.bind(memory), ...odd }
}

const withStore = (store: EventStore) => ({ sessions: { store } })

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

testBoth('a store that takes its time has everything all the same', async (t, _, adapter) => {
  const memory = new MemoryEventStore()
  const removed: string[] = []
  const streams = new Set<string>()
  const store: EventStore = {
    append: async (stream, event) => {
      streams.add(stream)
      await later()
      memory.append(stream, event)
    },
    read: async (stream, after) => {
      await later()
      return memory.read(stream, after)
    },
    remove: async (stream) => {
      removed.push(stream)
    },
  }
  const session = await sessionOf(t, adapter, server, '2025-11-25', withStore(store))
  const other = await openSession(session.subject, '2025-11-25')
  for (const one of [session, other]) {
    const sending = one.beginCall(7, 'quick')
    const events = new Events(await sending.response)
    await events.message()
    await sending.leave()
    assert.deepEqual((await new Events(await one.resume('1-1')).rest()).map(said), EXPECTED.slice(1))
  }
  await session.call(8, 'change')
  assert.equal(said(await new Events(await session.get().response).message()), 'notifications/tools/list_changed')
  await session.end()
  await later()
  assert.deepEqual(removed, [`${session.id}/0`, `${session.id}/1`])
  assert.deepEqual(streams.size, 4)
})

testBoth('a store may answer with anything that is no promise', async (t, _, adapter) => {
  const memory = new MemoryEventStore()
  const append = (stream: string, event: StoredEvent): never => {
    memory.append(stream, event)
    return 1 as never
  }
  const session = await sessionOf(
    t,
    adapter,
    server,
    '2025-11-25',
    withStore(storeWith({ append, read: (stream, after) => memory.read(stream, after) })),
  )
  await new Events(await session.call(7, 'quick')).rest()
  assert.deepEqual((await new Events(await session.resume('1-0')).rest()).map(said), EXPECTED)
})

const broken: readonly (readonly [name: string, odd: Partial<EventStore>])[] = [
  [
    'throws when it should keep an event',
    {
      append: () => {
        throw new Error('full')
      },
    },
  ],
  ['rejects when it should keep an event', { append: () => Promise.reject(new Error('full')) }],
  [
    'throws when it is read',
    {
      read: () => {
        throw new Error('full')
      },
    },
  ],
  ['rejects when it is read', { read: () => Promise.reject(new Error('full')) }],
  ['gives something else than a list', { read: () => 7 as never }],
  ['gives something else than events', { read: () => [null] as never }],
]

for (const [name, odd] of broken) {
  testBoth(
    `PY-77: a store that ${name} costs a stream its resumption and a log line, never the answer`,
    async (t, _, adapter) => {
      const session = await sessionOf(t, adapter, server, '2025-11-25', withStore(storeWith(odd)))
      const events = new Events(await session.call(7, 'quick'))
      assert.deepEqual((await events.rest()).map(said), EXPECTED)
      const back = await session.resume('1-1')
      assert.equal(back.status, 400)
      await back.text()
      const { lines } = session.subject.log
      assert.equal(lines.length, 1)
      assert.match(lines[0]?.message ?? '', /event store failed/)
      // The stream of the session is one of its own, and goes on with what is new.
      await session.call(8, 'change')
      const get = session.get()
      const standalone = new Events(await get.response)
      await session.call(9, 'change')
      assert.equal(said(await standalone.message()), 'notifications/tools/list_changed')
      await session.end()
    },
  )
}

testBoth('events that were kept no longer are missing without a gap going unnoticed', async (t, _, adapter) => {
  const odd: readonly ((events: readonly StoredEvent[]) => readonly StoredEvent[])[] = [
    () => [],
    (events) => events.slice(1),
    (events) => events.slice(0, -1),
    (events) => events.toSpliced(1, 1),
    (events) => events.toReversed(),
  ]
  for (const change of odd) {
    const memory = new MemoryEventStore()
    const store = storeWith({
      append: (stream, event) => memory.append(stream, event),
      read: (stream, after) => change(memory.read(stream, after)),
    })
    const session = await sessionOf(t, adapter, server, '2025-11-25', withStore(store))
    await new Events(await session.call(7, 'quick')).rest()
    assert.equal((await session.resume('1-0')).status, 400)
    assert.equal((await session.resume('1-4')).status, 204)
  }
})

testBoth('of what nobody has read yet, what is still there comes', async (t, _, adapter) => {
  const session = await sessionOf(
    t,
    adapter,
    server,
    '2025-11-25',
    withStore(new MemoryEventStore({ streamEvents: 2 })),
  )
  for (const id of [1, 2, 3, 4]) await session.call(id, 'change')
  const events = new Events(await session.get().response)
  assert.deepEqual(
    [(await events.next())?.id, (await events.next())?.id, (await events.next())?.id],
    ['0-2', '0-3', '0-4'],
  )
  await session.call(5, 'change')
  assert.equal((await events.next())?.id, '0-5')
})

/** A session whose store is read when the test lets it. */
const slowlyRead = async (t: TestContext, odd: Partial<EventStore> = {}) => {
  const memory = new MemoryEventStore()
  const asked = [gate(), gate()]
  const released = [gate(), gate()]
  let reads = 0
  const store = storeWith({
    append: (stream, event) => memory.append(stream, event),
    read: async (stream, after) => {
      const turn = reads++
      const events = memory.read(stream, after)
      asked[turn]?.open()
      await released[turn]?.opened
      return memory.read(stream, after).length === 0 ? [] : events
    },
    ...odd,
  })
  const subject = await open(t, 'fetch', server, withStore(store))
  const session = await openSession(subject, '2025-11-25')
  return {
    session,
    memory,
    asked: (turn: number) => asked[turn]?.opened,
    release: (turn: number) => released[turn]?.open(),
  }
}

const changed = async (session: SessionClient, count: number): Promise<void> => {
  for (let id = 1; id <= count; id++) await (await session.call(id, 'change')).text()
}

/** A reader that has got what there was, and for which the store is asked again because more has come meanwhile. */
const catchingUp = async (t: TestContext, more = 1) => {
  const slow = await slowlyRead(t)
  await changed(slow.session, 1)
  const get = slow.session.get()
  await slow.asked(0)
  await changed(slow.session, more)
  slow.release(0)
  const events = new Events(await get.response)
  await slow.asked(1)
  return { ...slow, events }
}

test('TS-11: what comes while the store is being read comes behind, once', async (t) => {
  const { session, asked, release } = await slowlyRead(t)
  await changed(session, 2)
  const get = session.get()
  await asked(0)
  await changed(session, 2)
  release(0)
  const events = new Events(await get.response)
  assert.deepEqual(
    [(await events.next())?.id, (await events.next())?.id, (await events.next())?.id],
    ['0-0', '0-1', '0-2'],
  )
  await changed(session, 2)
  release(1)
  const ids = []
  for (const _ of [1, 2, 3, 4]) ids.push((await events.next())?.id)
  assert.deepEqual(ids, ['0-3', '0-4', '0-5', '0-6'])
})

test('TS-12: a session that ends while the store is being read is a 404', async (t) => {
  const { session, asked, release } = await slowlyRead(t)
  await changed(session, 1)
  const get = session.get()
  await asked(0)
  assert.equal((await session.get().response).status, 409)
  await session.end()
  release(0)
  const response = await get.response
  assert.equal(response.status, 404)
  assert.match(await response.text(), /session has ended/)
})

test('TS-12: the same on the stream of a call that is still going on', async (t) => {
  const { session, asked, release } = await slowlyRead(t)
  const sending = session.beginCall(7, 'endless')
  assert.equal(said(await new Events(await sending.response).message()), 'progress 1')
  await sending.leave()
  const get = session.get({ 'last-event-id': '1-0' })
  await asked(0)
  await session.end()
  release(0)
  assert.equal((await get.response).status, 404)
})

test('a client that goes away while the store is being read leaves its place to the next', async (t) => {
  const { session, asked, release } = await slowlyRead(t)
  await changed(session, 1)
  const get = session.get()
  await asked(0)
  await get.leave()
  assert.equal((await get.response).status, 499)
  release(0)
  release(1)
  const events = new Events(await session.get().response)
  assert.deepEqual([(await events.next())?.id, (await events.next())?.id], ['0-0', '0-1'])
})

test('a client that goes away while it catches up leaves its place to the next', async (t) => {
  const { session, events, release } = await catchingUp(t)
  assert.equal((await events.next())?.id, '0-0')
  await events.cancel()
  release(1)
  const next = new Events(await session.resume('0-0'))
  assert.deepEqual([(await next.next())?.id, (await next.next())?.id], ['0-1', '0-2'])
})

test('a client that goes away between two events of its catching up gets the rest when it comes back', async (t) => {
  const subject = await open(
    t,
    'fetch',
    createServer({ name: 'big', version: '1.0.0' }).tool('big', async (_args, ctx) => {
      for (const _ of [1, 2, 3]) void ctx.log.info('x'.repeat(100_000))
    }),
  )
  const session = await openSession(subject, '2025-11-25')
  await new Events(await session.call(7, 'big')).rest()
  const get = session.get({ 'last-event-id': '1-0' })
  const events = new Events(await get.response)
  await events.cancel()
  await get.leave()
  assert.equal((await new Events(await session.resume('1-0')).rest()).length, 4)
})

test('a stream that has a gap by the time its reader gets there is closed, and cannot be resumed', async (t) => {
  const { session, memory, events, release } = await catchingUp(t, 2)
  assert.deepEqual([(await events.next())?.id, (await events.next())?.id], ['0-0', '0-1'])
  memory.remove(`${session.id}/0`)
  release(1)
  assert.equal(await events.next(), undefined)
  assert.equal((await session.resume('0-1')).status, 400)
})

test('a stream whose store fails while its reader catches up goes on with what is new', async (t) => {
  const { session, memory, events, release } = await catchingUp(t)
  assert.deepEqual([(await events.next())?.id, (await events.next())?.id], ['0-0', '0-1'])
  memory.read = () => {
    throw new Error('full')
  }
  release(1)
  await new Promise((resolve) => setImmediate(resolve))
  await changed(session, 1)
  assert.deepEqual(await events.next(), {
    id: undefined,
    data: '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}',
    retry: undefined,
  })
})

test('a session that ends while a reader catches up ends its stream', async (t) => {
  const { session, events, release } = await catchingUp(t)
  await events.next()
  await session.end()
  release(1)
  assert.equal((await events.next())?.id, '0-1')
  assert.equal(await events.next(), undefined)
})

const hanging: readonly (readonly [name: string, odd: Partial<EventStore>])[] = [
  ['append', { append: () => new Promise(() => undefined) }],
  ['read', { read: () => new Promise(() => undefined) }],
]

for (const [name, odd] of hanging) {
  test(`PY-77: a store whose ${name} never settles is given up after five seconds`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const subject = await open(t, 'fetch', server, withStore(storeWith(odd)))
    const session = await openSession(subject, '2025-11-25')
    assert.deepEqual((await new Events(await session.call(7, 'quick')).rest()).map(said), EXPECTED)
    const back = session.resume('1-1')
    await new Promise((resolve) => setImmediate(resolve))
    t.mock.timers.tick(5_000)
    assert.equal((await back).status, 400)
    assert.equal(subject.log.lines.length, 1)
    assert.match(String(subject.log.lines[0]?.details[0]), /not settled within 5000 ms/)
  })
}

testBoth('a store that does not forget is no mistake of the session', async (t, _, adapter) => {
  const removes: readonly EventStore['remove'][] = [
    () => {
      throw new Error('no')
    },
    () => Promise.reject(new Error('no')),
  ]
  for (const remove of removes) {
    const session = await sessionOf(t, adapter, server, '2025-11-25', withStore(storeWith({ remove })))
    await new Events(await session.call(7, 'quick')).rest()
    assert.equal((await session.end()).status, 204)
    assert.deepEqual(session.subject.log.lines, [])
  }
})

testBoth(
  'a reader that does not keep up is closed, and gets what it missed when it comes back',
  async (t, _, adapter) => {
    const reading = gate()
    const finished = gate()
    const loud = createServer({ name: 'loud', version: '1.0.0' }).tool('loud', async (_args, ctx) => {
      await ctx.progress(1)
      await reading.opened
      for (let count = 0; count < 60; count++) void ctx.log.info('x'.repeat(200_000))
      finished.open()
      return 'said'
    })
    const session = await sessionOf(t, adapter, loud, '2025-11-25')
    const unread = await session.call(7, 'loud')
    reading.open()
    await finished.opened
    assert.match(session.subject.log.lines.at(-1)?.message ?? '', /does not keep up/)
    await unread.body?.cancel().catch(() => undefined)
    const messages = await new Events(await session.resume('1-1')).rest()
    assert.deepEqual([messages.length, said(messages.at(-1))], [61, 7])
  },
)
