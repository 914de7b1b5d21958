import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { type BindOptions, createServer, type SessionOptions } from '../../../src/index.ts'
import { mockClocks } from '../../support/clock.ts'
import { headersOf, messagesOf } from '../../support/messages.ts'
import {
  Events,
  initialize,
  notification,
  openSession,
  request,
  type SessionClient,
  said,
  sessionOf,
  textOf,
} from './session-support.ts'
import { calling, gate, open, type Subject, testBoth } from './support.ts'

const MANAGEMENT = '2025-11-25 Streamable HTTP, Session Management'

/** A server whose calls wait for the test. */
const waiting = () => {
  const started = gate()
  const released = gate()
  const failed = gate<{ readonly code: string; readonly message: string }>()
  const server = createServer({ name: 'limits', version: '1.0.0' })
    .tool('once', () => 1)
    .tool('wait', async (_, ctx) => {
      started.open()
      await Promise.race([released.opened, once(ctx.signal, 'abort')])
      return ctx.signal.aborted ? 'aborted' : 'released'
    })
    .tool('ask', async (_, ctx) => {
      await ctx.progress(1)
      return String((await ctx.roots().catch((error) => Promise.reject(failed.open(error)))).length)
    })
    .tool('ask_twice', async (_, ctx) => {
      const all = await Promise.all([ctx.roots(), ctx.roots()])
      started.open()
      await released.opened
      return String(all.length)
    })
  return { server, started: started.opened, release: released.open, failed: failed.opened }
}

const IDLE_MS = 1_000

/** With a clock that the test moves. */
const clocked = async (t: TestContext, server: Parameters<typeof open>[2], sessions: SessionOptions = {}) => {
  mockClocks(t, ['setTimeout', 'Date'], 1_000_000)
  const subject = await open(t, 'fetch', server, { sessions: { idleMs: IDLE_MS, ...sessions }, keepAliveMs: 100_000 })
  return { subject, tick: (ms: number) => t.mock.timers.tick(ms) }
}

const lives = async (session: SessionClient): Promise<boolean> => {
  // Asked in a way that keeps no session from being idle.
  const { status } = await session.resume('x')
  assert.ok(status === 400 || status === 404)
  return status === 400
}

test(`PY-81; ${MANAGEMENT}: a session in which nothing goes on ends in time`, async (t) => {
  const { subject, tick } = await clocked(t, waiting().server)
  const session = await openSession(subject, '2025-11-25')
  tick(IDLE_MS - 1)
  assert.ok(await lives(session))
  tick(1)
  assert.ok(!(await lives(session)))
  assert.equal((await session.call(1, 'once')).status, 404)
})

const touches: Readonly<Record<string, (session: SessionClient) => Promise<unknown>>> = {
  request: (session) => session.call(1, 'once'),
  notification: (session) => session.post(notification('notifications/initialized')),
  answer: (session) => session.post({ jsonrpc: '2.0', id: 1, result: {} }),
  stream: async (session) => {
    const get = session.get()
    await get.response
    await get.leave()
  },
}

for (const [name, touch] of Object.entries(touches)) {
  test(`PY-81: a ${name} begins the wait anew`, async (t) => {
    const { subject, tick } = await clocked(t, waiting().server)
    const session = await openSession(subject, '2025-11-25')
    for (const _ of [1, 2, 3]) {
      tick(IDLE_MS - 1)
      await touch(session)
    }
    tick(IDLE_MS - 1)
    assert.ok(await lives(session))
    tick(1)
    assert.ok(!(await lives(session)))
  })
}

test('PY-81: a session with a call in flight or an open stream is not idle', async (t) => {
  const { server, started, release } = waiting()
  const { subject, tick } = await clocked(t, server)
  const [calling, listening] = [await openSession(subject, '2025-11-25'), await openSession(subject, '2025-11-25')]
  const call = calling.beginCall(1, 'wait')
  await started
  const get = listening.get()
  await get.response
  tick(10 * IDLE_MS)
  assert.deepEqual([await lives(calling), await lives(listening)], [true, true])
  release()
  assert.equal(textOf((await messagesOf(await call.response))[0]), 'released')
  await get.leave()
  tick(IDLE_MS - 1)
  assert.deepEqual([await lives(calling), await lives(listening)], [true, true])
  tick(1)
  assert.deepEqual([await lives(calling), await lives(listening)], [false, false])
})

test('a call that waits for a client that has gone does not keep its session for ever', async (t) => {
  const { server, failed } = waiting()
  const { subject, tick } = await clocked(t, server)
  const session = await openSession(subject, '2025-11-25')
  const sending = session.beginCall(1, 'ask')
  const events = new Events(await sending.response)
  assert.equal(said(await events.message()), 'progress 1')
  assert.equal(said(await events.message()), 'roots/list')
  tick(10 * IDLE_MS)
  assert.ok(await lives(session))
  await sending.leave()
  tick(IDLE_MS)
  const { code, message } = await failed
  assert.deepEqual([code, message], ['closed', `the session was idle for ${IDLE_MS} ms`])
  assert.ok(!(await lives(session)))
})

test('a call that has its answers keeps its session again', async (t) => {
  const { server, started, release } = waiting()
  const { subject, tick } = await clocked(t, server)
  const session = await openSession(subject, '2025-11-25')
  const sending = session.beginCall(1, 'ask_twice')
  const events = new Events(await sending.response)
  const asked = [await events.message(), await events.message()]
  await sending.leave()
  for (const { id } of asked) {
    tick(IDLE_MS - 1)
    await session.post({ jsonrpc: '2.0', id, result: { roots: [] } })
  }
  await started
  tick(10 * IDLE_MS)
  assert.ok(await lives(session))
  release()
  assert.equal(textOf((await new Events(await session.resume(events.lastId)).rest())[0]), '2')
})

test('a question that is taken back by its session does not keep it either', async (t) => {
  const { server } = waiting()
  const { subject, tick } = await clocked(t, server)
  const session = await openSession(subject, '2025-11-25')
  const events = new Events(await session.call(1, 'ask'))
  assert.equal(said(await events.message()), 'progress 1')
  assert.equal(said(await events.message()), 'roots/list')
  await session.post(notification('notifications/cancelled', { requestId: 1 }))
  await events.rest()
  tick(IDLE_MS)
  assert.ok(!(await lives(session)))
})

test('each session ends in its own time', async (t) => {
  const { subject, tick } = await clocked(t, waiting().server)
  const sessions: SessionClient[] = []
  for (const _ of [1, 2, 3]) {
    sessions.push(await openSession(subject, '2025-11-25'))
    tick(300)
  }
  await sessions[1]?.call(1, 'once')
  const lived = async () => Promise.all(sessions.map(lives))
  tick(99)
  assert.deepEqual(await lived(), [true, true, true])
  tick(1)
  assert.deepEqual(await lived(), [false, true, true])
  tick(600)
  assert.deepEqual(await lived(), [false, true, false])
  tick(300)
  assert.deepEqual(await lived(), [false, false, false])
})

test('one timer serves all sessions, and keeps no process alive; where it is a number, that is no matter', async (t) => {
  const { server } = waiting()
  const real = globalThis.setTimeout
  const timers: unknown[] = []
  let asNumber = false
  t.mock.method(globalThis, 'setTimeout', (run: () => void, ms: number) => {
    const timer = real(run, ms)
    if (ms === IDLE_MS) timers.push(timer)
    return asNumber ? timer[Symbol.toPrimitive]() : timer
  })
  const cleared: unknown[] = []
  const { clearTimeout } = globalThis
  t.mock.method(globalThis, 'clearTimeout', (timer: NodeJS.Timeout) => {
    cleared.push(timer)
    clearTimeout(timer)
  })
  for (asNumber of [false, true]) {
    const subject = await open(t, 'fetch', server, { sessions: { idleMs: IDLE_MS } })
    for (const _ of [1, 2, 3]) await openSession(subject, '2025-11-25')
    await subject.runtime.close()
  }
  assert.deepEqual(
    timers.map((timer) => (timer as NodeJS.Timeout).hasRef()),
    [false, true],
  )
  assert.ok(cleared.includes(timers[0]))
})

const openingOf = (subject: Subject): Promise<Response> =>
  subject.send({ headers: headersOf('2025-11-25', 'initialize'), body: JSON.stringify(initialize('2025-11-25')) })

testBoth('where there are too many sessions, the one that has been idle for longest gives way', async (_, bound) => {
  const { server, started, release } = waiting()
  const subject = await bound(server, { sessions: { max: 2 } })
  const first = await openSession(subject, '2025-11-25')
  const second = await openSession(subject, '2025-11-25')
  await first.call(1, 'once')
  const third = await openSession(subject, '2025-11-25')
  assert.deepEqual([await lives(first), await lives(second), await lives(third)], [true, false, true])
  const call = first.beginCall(1, 'wait')
  await started
  const get = third.get()
  await get.response
  const refused = await openingOf(subject)
  assert.equal(refused.status, 503)
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal(refused.headers.get('mcp-session-id'), null)
  assert.match((await messagesOf(refused))[0]?.error.message, /too many sessions/)
  assert.match(subject.log.lines.at(-1)?.message ?? '', /sessions\.max/)
  release()
  await call.response
  assert.equal((await openingOf(subject)).status, 200)
  assert.ok(!(await lives(first)))
  assert.ok(await lives(third))
})

testBoth('a session that is being opened counts, and does not give way', async (_, bound) => {
  const asked = gate()
  const released = gate()
  const slow = waiting().server.intercept(async ({ method }, next) => {
    if (method === 'initialize') {
      asked.open()
      await released.opened
    }
    return next()
  })
  const subject = await bound(slow, { sessions: { max: 1 }, keepAliveMs: 1 })
  const first = openingOf(subject)
  await asked.opened
  assert.equal((await openingOf(subject)).status, 503)
  // Silence has begun its stream meanwhile: the id is in the headers of it.
  const response = await first
  const id = response.headers.get('mcp-session-id') ?? ''
  released.open()
  assert.equal((await new Events(response).message()).result.protocolVersion, '2025-11-25')
  const { headers, body } = calling('2025-11-25', 'once')
  assert.equal((await subject.send({ headers: { ...headers, 'mcp-session-id': id }, body })).status, 200)
})

/** A session whose server is closing, while a call of it asks. */
const closingWhileAsking = async (t: TestContext, adapter: 'Node' | 'fetch') => {
  const { server, failed } = waiting()
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  const standalone = new Events(await session.get().response)
  const sending = session.beginCall(1, 'ask')
  const events = new Events(await sending.response)
  assert.equal(said(await events.message()), 'progress 1')
  const { id } = await events.message()
  return { session, standalone, sending, events, id, failed, runtime: session.subject.runtime }
}

testBoth('while a server drains, what its calls wait for still comes in, and nothing new', async (t, _, adapter) => {
  const { session, standalone, sending, events, id, runtime } = await closingWhileAsking(t, adapter)
  const closed = runtime.close()
  const refused = [
    await session.call(2, 'once'),
    await session.post([request(3, 'ping')]),
    await openingOf(session.subject),
    await session.subject.send(calling('2025-11-25', 'once')),
    await session.post(notification('notifications/cancelled', { requestId: 1 }), {
      'mcp-protocol-version': '2026-07-28',
    }),
  ]
  assert.deepEqual(
    refused.map(({ status }) => status),
    [503, 503, 503, 503, 503],
  )
  await sending.leave()
  const back = new Events(await session.resume(events.lastId))
  assert.equal((await session.post(notification('notifications/progress'))).status, 202)
  assert.equal((await session.post({ jsonrpc: '2.0', id, result: { roots: [] } })).status, 202)
  assert.equal(textOf(await back.message()), '0')
  await closed
  assert.equal(await standalone.message(), undefined)
  assert.equal((await session.get().response).status, 404)
  assert.equal((await session.post({ jsonrpc: '2.0', id, result: {} })).status, 404)
})

testBoth('TS-13: at the end of the drain, calls end with an error, and streams end', async (t, _, adapter) => {
  const { session, standalone, events, failed, runtime } = await closingWhileAsking(t, adapter)
  await runtime.close({ drainMs: 1 })
  assert.equal((await failed).code, 'closed')
  const messages = await events.rest()
  assert.match(messages.at(-1)?.error?.message ?? '', /the server is closing/)
  assert.equal(await standalone.message(), undefined)
  assert.equal((await session.end()).status, 404)
})

testBoth('a result that a drain has waited for is not cut off', async (t, _, adapter) => {
  for (const responseMode of ['auto', 'sse'] as const) {
    const { server, started, release } = waiting()
    const session = await sessionOf(t, adapter, server, '2025-11-25', { responseMode })
    const call = session.beginCall(1, 'wait')
    await started
    const closed = session.subject.runtime.close()
    release()
    await closed
    const response = await call.response
    const reply = responseMode === 'sse' ? await new Events(response).message() : (await messagesOf(response))[0]
    assert.equal(textOf(reply), 'released')
  }
})

const wrong: readonly (readonly [sessions: unknown, message: RegExp])[] = [
  [true, /sessions must be false or \{ idleMs, max, store, resume \}, got true/],
  [7, /sessions must be false or/],
  [{ idle: 1 }, /there is no option "idle"\. The options are idleMs, max, store, resume/],
  [{ idleMs: 0 }, /sessions\.idleMs must be a whole number of milliseconds above 0, got 0/],
  [{ idleMs: -1 }, /sessions\.idleMs/],
  [{ max: 0 }, /sessions\.max must be a whole number above 0, got 0/],
  [{ max: 1.5 }, /sessions\.max/],
  [{ store: {} }, /sessions\.store must be an object with append, read and remove/],
  [{ store: null }, /sessions\.store/],
  [{ resume: 1 }, /sessions\.resume must be true or false, got 1/],
]

for (const [sessions, message] of wrong) {
  test(`PY-81: bind refuses sessions: ${JSON.stringify(sessions)}`, () => {
    const { server } = waiting()
    assert.throws(() => server.bind({ sessions } as BindOptions), { name: 'DefinitionError', message })
  })
}
