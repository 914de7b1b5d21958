import assert from 'node:assert/strict'
import { createServer } from '../../../src/index.ts'
import { messagesOf, STATEFUL } from '../../support/messages.ts'
import {
  type Event,
  Events,
  eventsIn,
  notification,
  openSession,
  POLLING,
  type SessionClient,
  said,
  sessionOf,
  textOf,
} from './session-support.ts'
import { calling, gate, type Sending, testBoth } from './support.ts'

const RESUMABILITY = '2025-11-25 Streamable HTTP, Resumability and Redelivery'
const SENDING = '2025-11-25 Streamable HTTP, Sending Messages to the Server'

/** A tool that tells its progress in four steps, each of which the test lets it take. */
const stepwise = () => {
  let steps = [gate(), gate(), gate(), gate()]
  const server = createServer({ name: 'steps', version: '1.0.0' })
    .tool('steps', async (_, ctx) => {
      for (const [index, step] of [...steps].entries()) {
        await step.opened
        await ctx.progress(index + 1, undefined, 'ä€𝄞')
      }
      return 'done'
    })
    .tool('quick', async (_, ctx) => {
      for (const step of [1, 2, 3, 4]) await ctx.progress(step)
      return 'done'
    })
    .tool('once', () => 1)
    .tool('change', (_, ctx) => ctx.notify.toolsChanged())
  const all = (): void => {
    for (const step of steps) step.open()
  }
  const renew = (): void => {
    steps = steps.map(() => gate())
  }
  return { server, step: (index: number) => steps[index]?.open(), all, renew }
}

const EXPECTED = ['progress 1', 'progress 2', 'progress 3', 'progress 4', 7]

const saidIn = (events: readonly Event[]): readonly string[] =>
  events.filter(({ data }) => data !== '').map(({ data }) => said(JSON.parse(data)))

/** Reads some bytes of a response, and no more. */
const readBytes = async (
  sending: Sending,
  limit: number,
  onEvents: (count: number) => void,
): Promise<{ readonly text: string; readonly isWhole: boolean }> => {
  const response = await sending.response
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  let bytes = Buffer.alloc(0)
  while (bytes.byteLength < limit) {
    const { done, value } = await reader.read()
    if (done) return { text: bytes.toString(), isWhole: true }
    bytes = Buffer.concat([bytes, value])
    onEvents(eventsIn(bytes.toString()).filter(({ data }) => data !== '').length)
  }
  return { text: bytes.subarray(0, limit).toString(), isWhole: false }
}

/** Loses the connection after some bytes, comes back, and gives what came altogether. */
const lose = async (session: SessionClient, sending: Sending, limit: number, going: (count: number) => void) => {
  const { text, isWhole } = await readBytes(sending, limit, going)
  await sending.leave()
  going(Number.POSITIVE_INFINITY)
  const before = eventsIn(text)
  const lastId = before.findLast(({ id }) => id !== undefined)?.id
  if (isWhole || lastId === undefined) return { isWhole, lastId, said: saidIn(before) }
  const response = await session.resume(lastId)
  const after = response.status === 204 ? [] : (await new Events(response).rest()).map(said)
  return { isWhole, lastId, said: [...saidIn(before), ...after] }
}

// After every byte; over sockets, where each loss is a connection more, after every seventh: that is within every event.
const STEPS = { fetch: 1, Node: 7 } as const

for (const version of ['2025-03-26', '2025-11-25'] as const) {
  testBoth(
    `${RESUMABILITY}: whatever byte the connection is lost after, each event comes exactly once (${version})`,
    async (t, _, adapter) => {
      const session = await sessionOf(t, adapter, stepwise().server, version)
      let lost = 0
      for (let limit = 1; ; limit += STEPS[adapter]) {
        const came = await lose(session, session.beginCall(limit, 'quick'), limit, () => undefined)
        assert.deepEqual(came.said, came.lastId === undefined ? [] : EXPECTED.with(4, limit))
        if (came.lastId === undefined) lost = limit
        if (came.isWhole) break
      }
      // Only what is cut off before the first id cannot be resumed. With a priming event, that is before any message.
      assert.equal(lost < 20, POLLING.includes(version))
    },
  )
}

testBoth(
  `${RESUMABILITY}: the same while the call goes on, and after the client has come back`,
  async (t, _, adapter) => {
    const { server, step, all, renew } = stepwise()
    const session = await sessionOf(t, adapter, server, '2025-11-25')
    for (let limit = 20; ; limit += STEPS[adapter]) {
      renew()
      step(0)
      const going = (count: number): void => (count === Number.POSITIVE_INFINITY ? all() : step(count))
      const came = await lose(session, session.beginCall(limit, 'steps'), limit, going)
      assert.deepEqual(came.said, EXPECTED.with(4, limit))
      if (came.isWhole) break
    }
  },
)

testBoth(`${RESUMABILITY}: a connection that is lost again and again`, async (t, _, adapter) => {
  const { server, step } = stepwise()
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  step(0)
  let sending = session.beginCall(7, 'steps')
  const came: string[] = []
  for (const index of [0, 1, 2, 3]) {
    const events = new Events(await sending.response)
    came.push(said(await events.message()))
    await sending.leave()
    step(index + 1)
    sending = session.get({ 'last-event-id': events.lastId })
  }
  assert.deepEqual([...came, ...(await new Events(await sending.response).rest()).map(said)], EXPECTED)
})

testBoth(`PY-74; ${SENDING}: a client that goes away has not cancelled its call`, async (t, _, adapter) => {
  const released = gate()
  const finished = gate<boolean>()
  const server = createServer({ name: 'slow', version: '1.0.0' }).tool('slow', async (_args, ctx) => {
    await ctx.progress(1)
    await released.opened
    finished.open(ctx.signal.aborted)
  })
  const session = await sessionOf(t, adapter, server, '2025-03-26')
  const sending = session.beginCall(1, 'slow')
  await new Events(await sending.response).message()
  await sending.leave()
  released.open()
  assert.equal(await finished.opened, false)
})

testBoth(
  `PY-76; ${RESUMABILITY}: what comes again is of the one stream that was lost, in order`,
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, stepwise().server, '2025-11-25')
    const first = new Events(await session.call(1, 'quick'))
    const second = new Events(await session.call(2, 'quick'))
    await session.call(3, 'change')
    await first.rest()
    await second.rest()
    assert.deepEqual((await new Events(await session.resume('1-0')).rest()).map(said), EXPECTED.with(4, 1))
    assert.deepEqual((await new Events(await session.resume('2-3')).rest()).map(said), ['progress 4', 2])
    const standalone = new Events(await session.resume('0-0'))
    assert.equal(said(await standalone.message()), 'notifications/tools/list_changed')
    await session.call(4, 'change')
    assert.equal(said(await standalone.message()), 'notifications/tools/list_changed')
    assert.equal(standalone.lastId, '0-2')
  },
)

testBoth(`TS-12; ${RESUMABILITY}: an id that is not known is a 400`, async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, stepwise().server, '2025-11-25')
  await new Events(await session.call(1, 'quick')).rest()
  const unknown = ['x', '1', '1-', '-1', '1-6', '2-0', '01-x', '1-0, 1-1', '1--1', '1-0.5', '9'.repeat(40), '__proto__']
  for (const id of unknown) {
    const response = await session.resume(id)
    assert.equal(response.status, 400, id)
    assert.match((await messagesOf(response))[0]?.error.message, /Last-Event-ID/)
  }
  const other = await openSession(session.subject, '2025-11-25')
  assert.equal((await other.resume('1-0')).status, 400)
  assert.equal((await session.resume('1-0')).status, 200)
})

testBoth(
  `TS-12; ${RESUMABILITY}: a stream that has ended comes again and ends; when nothing is left of it, that is a 204`,
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, stepwise().server, '2025-11-25')
    await new Events(await session.call(7, 'quick')).rest()
    for (const from of [0, 1, 2, 3, 4]) {
      const events = await new Events(await session.resume(`1-${from}`)).rest()
      assert.deepEqual(events.map(said), EXPECTED.slice(from))
    }
    const over = await session.resume('1-5')
    assert.equal(over.status, 204)
    assert.equal(await over.text(), '')
  },
)

testBoth(`TS-12; ${RESUMABILITY}: a stream that is being read is a 409`, async (t, _, adapter) => {
  const { server, step, all } = stepwise()
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  step(0)
  const sending = session.beginCall(7, 'steps')
  const events = new Events(await sending.response)
  await events.message()
  assert.equal((await session.resume('1-0')).status, 409)
  await sending.leave()
  const back = session.get({ 'last-event-id': '1-0' })
  const again = new Events(await back.response)
  assert.equal(said(await again.message()), 'progress 1')
  assert.equal((await session.resume('1-0')).status, 409)
  all()
  assert.deepEqual((await again.rest()).map(said), EXPECTED.slice(1))
})

testBoth(
  `PY-75, TS-9; ${SENDING}: a stream is primed with an id and no data from 2025-11-25 on, and when it is new`,
  async (t, _, adapter) => {
    for (const version of STATEFUL) {
      const session = await sessionOf(t, adapter, stepwise().server, version)
      const call = new Events(await session.call(1, 'quick'))
      const first = await call.next()
      const primed = POLLING.includes(version)
      assert.deepEqual([first?.id, first?.data === ''], primed ? ['1-0', true] : ['1-1', false])
      await call.rest()
      assert.equal((await new Events(await session.resume('1-2')).next())?.id, '1-3')
      await session.call(2, 'change')
      const standalone = new Events(await session.get().response)
      const opening = await standalone.next()
      assert.deepEqual([opening?.id, opening?.data === ''], primed ? ['0-0', true] : ['0-1', false])
    }
  },
)

testBoth(
  `${RESUMABILITY}: the stream of a session goes on behind the last event that was sent`,
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, stepwise().server, '2025-11-25')
    const first = session.get()
    const events = new Events(await first.response)
    await session.call(1, 'change')
    await session.call(2, 'change')
    await events.message()
    await events.message()
    await first.leave()
    await session.call(3, 'change')
    const plain = session.get()
    const second = new Events(await plain.response)
    assert.equal((await second.next())?.id, '0-2')
    assert.equal((await second.next())?.id, '0-3')
    await plain.leave()
    const resumed = new Events(await session.resume('0-1'))
    assert.deepEqual([(await resumed.next())?.id, (await resumed.next())?.id], ['0-2', '0-3'])
  },
)

testBoth('a session keeps the streams of 32 calls', async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, stepwise().server, '2025-11-25')
  for (let id = 1; id <= 33; id++) await new Events(await session.call(7, 'quick')).rest()
  assert.equal((await session.resume('1-0')).status, 400)
  assert.deepEqual((await new Events(await session.resume('2-0')).rest()).map(said), EXPECTED)
})

testBoth(`without resumption, events have no ids, and nobody comes back`, async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, stepwise().server, '2025-11-25', { sessions: { resume: false } })
  for (const count of [1, 2]) {
    const events = new Events(await session.call(7, 'quick'))
    for (const expected of EXPECTED) {
      const event = await events.next()
      assert.deepEqual([event?.id, said(JSON.parse(event?.data ?? ''))], [undefined, expected])
    }
    assert.equal((await session.resume(`${count}-0`)).status, 400)
  }
})

testBoth('PY-18: a question to a client that will not come back fails at once', async (t, _, adapter) => {
  const released = gate()
  const failed = gate<string>()
  const server = createServer({ name: 'asking', version: '1.0.0' }).tool('ask', async (_args, ctx) => {
    await ctx.progress(1)
    await released.opened
    await ctx.roots().catch((error: Error) => failed.open(error.message))
    throw new Error('late')
  })
  const session = await sessionOf(t, adapter, server, '2025-11-25', { sessions: { resume: false } })
  const sending = session.beginCall(1, 'ask')
  await new Events(await sending.response).message()
  await sending.leave()
  released.open()
  assert.match(await failed.opened, /it has gone away/)
})

testBoth('a question to a client that will come back waits for it', async (t, _, adapter) => {
  const released = gate()
  const server = createServer({ name: 'asking', version: '1.0.0' }).tool('ask', async (_args, ctx) => {
    await ctx.progress(1)
    await released.opened
    return (await ctx.roots()).length
  })
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  const sending = session.beginCall(1, 'ask')
  const events = new Events(await sending.response)
  await events.message()
  await sending.leave()
  released.open()
  const back = new Events(await session.resume(events.lastId))
  const { id } = await back.message()
  await session.post({ jsonrpc: '2.0', id, result: { roots: [] } })
  assert.equal(textOf(await back.message()), '0')
})

/** A server whose tool sends its client away, and answers once the test lets it. */
const polled = () => {
  const away = gate()
  const released = gate()
  const server = createServer({ name: 'polled', version: '1.0.0' })
    .tool('test_reconnection', async (_args, ctx) => {
      ctx.http?.release({ retryMs: 5 })
      away.open()
      await released.opened
      return 'here'
    })
    .tool('default', async (_args, ctx) => {
      await ctx.progress(1)
      ctx.http?.release()
      await ctx.progress(2)
      ctx.http?.release()
      away.open()
      await released.opened
      ctx.http?.release()
      return 'here'
    })
    .tool('wrong', (_args, ctx) => ctx.http?.release({ retryMs: 0.5 }))
    .tool('once', (_args, ctx) => {
      ctx.http?.release()
      return ctx.http?.url.pathname ?? ''
    })
  return { server, away: away.opened, release: released.open }
}

testBoth(
  `TS-10; ${SENDING}: a server closes the connection of a call, and its client comes back for the result`,
  async (t, _, adapter) => {
    const { server, away, release } = polled()
    const session = await sessionOf(t, adapter, server, '2025-11-25')
    const events = new Events(await session.call(7, 'test_reconnection'))
    assert.deepEqual(await events.next(), { id: '1-0', data: '', retry: undefined })
    assert.deepEqual(await events.next(), { id: undefined, data: '', retry: 5 })
    assert.equal(await events.next(), undefined)
    await away
    const back = new Events(await session.resume(events.lastId))
    release()
    assert.equal(textOf(await back.message()), 'here')
    assert.equal(await back.next(), undefined)
  },
)

testBoth('a client may be sent away again and again, and comes back too late or in time', async (t, _, adapter) => {
  const { server, away, release } = polled()
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  const events = new Events(await session.call(7, 'default'))
  assert.equal((await events.next())?.data, '')
  assert.equal(said(await events.message()), 'progress 1')
  // The event that tells when to come back has no data.
  assert.equal(await events.message(), undefined)
  await away
  const back = new Events(await session.resume(events.lastId))
  assert.equal(said(await back.message()), 'progress 2')
  release()
  assert.deepEqual(await back.next(), { id: undefined, data: '', retry: 1000 })
  assert.equal(await back.next(), undefined)
  assert.equal(textOf(await new Events(await session.resume(back.lastId)).message()), 'here')
})

testBoth('sending a client away takes a whole number of milliseconds', async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, polled().server, '2025-11-25')
  const [reply] = await messagesOf(await session.call(1, 'wrong'))
  assert.match(reply?.result.content[0].text, /ctx\.http\.release: retryMs must be a whole number of milliseconds/)
})

testBoth('sending a client away does nothing where it would not come back', async (t, bound, adapter) => {
  const { server } = polled()
  for (const version of ['2024-11-05', '2025-03-26', '2025-06-18'] as const) {
    const session = await sessionOf(t, adapter, server, version)
    const response = await session.call(1, 'once')
    assert.equal(response.headers.get('content-type'), 'application/json')
    assert.equal(textOf((await messagesOf(response))[0]), '/mcp')
  }
  for (const options of [{ responseMode: 'json' }, { sessions: { resume: false } }] as const) {
    const session = await sessionOf(t, adapter, server, '2025-11-25', options)
    assert.equal((await session.call(1, 'once')).headers.get('content-type'), 'application/json')
  }
  const { send } = await bound(server)
  for (const version of ['2025-11-25', '2026-07-28'] as const) {
    const response = await send(calling(version, 'once'))
    assert.equal(response.headers.get('content-type'), 'application/json')
    assert.equal(textOf((await messagesOf(response))[0]), '/mcp')
  }
})

testBoth('sending away a client that has gone is no mistake', async (t, _, adapter) => {
  const { server, away, release } = polled()
  const started = gate()
  const left = gate()
  const done = gate()
  const leaving = server.tool('leaving', async (_args, ctx) => {
    started.open()
    await left.opened
    ctx.http?.release()
    queueMicrotask(done.open)
    return 'late'
  })
  const session = await sessionOf(t, adapter, leaving, '2025-11-25')
  const unread = session.beginCall(1, 'leaving')
  unread.response.catch(() => undefined)
  await started.opened
  await unread.leave()
  left.open()
  await done.opened
  const sending = session.beginCall(2, 'default')
  const events = new Events(await sending.response)
  await events.message()
  await away
  release()
  assert.deepEqual((await new Events(await session.resume('1-1')).rest()).map(said), ['progress 2', 2])
  assert.equal((await session.post(notification('notifications/initialized'))).status, 202)
})
