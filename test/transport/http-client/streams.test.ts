import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { SessionExpiredError } from '../../../src/client/carrier.ts'
import { mockClocks } from '../../support/clock.ts'
import { gate } from '../http/support.ts'
import {
  calling,
  ended,
  event,
  events,
  fetchByHand,
  json,
  type Listener,
  notification,
  open,
  opening,
  polite,
  type Received,
  resultOf,
  revisionOf,
  SOON,
  serve,
  settled,
  streamByHand,
  testBoth,
} from './support.ts'

const LISTENING = '2025-11-25 Streamable HTTP, Listening for Messages from the Server'

const told = (number: number) => ({ jsonrpc: '2.0', method: 'notifications/message', params: { number } })

/** Opens the stream of a session over a fetch by hand, with a clock that stands still. */
const openByHand = async (t: TestContext, options: Parameters<typeof open>[2] = {}) => {
  const { asked, fetch } = fetchByHand()
  const opened = await open(t, new URL('http://localhost/mcp'), {
    fetch,
    reconnect: { attempts: 3, delayMs: 1_000, maxDelayMs: 4_000 },
    ...options,
  })
  opened.carrier.speak(revisionOf('2025-11-25'))
  // Of the waits that vary, the longest: 1,250, 2,500 and 5,000.
  t.mock.method(Math, 'random', () => 1)
  mockClocks(t)
  opened.carrier.opened()
  await settled()
  const pass = async (milliseconds: number): Promise<void> => {
    await settled()
    t.mock.timers.tick(milliseconds)
    await settled()
  }
  /** Whether it is asked again behind so many milliseconds, and not before. */
  const asksAfter = async (milliseconds: number): Promise<void> => {
    await pass(milliseconds - 1)
    assert.equal(asked.size, 0, `asked before ${milliseconds} ms`)
    await pass(1)
    assert.equal(asked.size, 1, `not asked after ${milliseconds} ms`)
  }
  const asksNoMore = async (): Promise<void> => {
    await pass(1_000_000)
    assert.equal(asked.size, 0)
  }
  return { ...opened, asked, pass, asksAfter, asksNoMore }
}

testBoth(`${LISTENING}: what the server says by itself comes on a stream that GET opens`, async (t, fetch) => {
  const { url, requests } = await serve(t, ({ method }, response) => {
    if (method === 'GET') events(response, event(told(1)) + event('{nonsense') + event([told(2)]))
  })
  const { carrier, recorder, log } = await open(t, url, { fetch, headers: { accept: 'text/plain' } })
  carrier.speak(revisionOf('2025-11-25'))
  carrier.opened()
  assert.deepEqual([await recorder.next(), await recorder.next()], [told(1), [told(2)]])
  const { headers, method } = requests[0] as Received
  assert.deepEqual(
    [method, headers.accept, headers['mcp-protocol-version'], headers['content-type'], headers['last-event-id']],
    ['GET', 'text/event-stream, text/plain', '2025-11-25', undefined, undefined],
  )
  assert.match(log.lines[0]?.message ?? '', /passed over an event of the session that is no message/)
})

testBoth(
  '2026-07-28 Streamable HTTP, Backward Compatibility: there is no stream of a stateless revision',
  async (t, fetch) => {
    const { url, requests } = await serve(t, polite)
    const { carrier } = await open(t, url, { fetch })
    carrier.opened()
    carrier.speak(revisionOf('2026-07-28'))
    carrier.opened()
    await carrier.send(notification('notifications/x'))
    assert.deepEqual(
      requests.map(({ method }) => method),
      ['POST'],
    )
  },
)

const none: Readonly<Record<string, Listener>> = {
  405: polite,
  404: (_, response) => response.writeHead(404).end(),
  400: (_, response) => response.writeHead(400).end(),
  406: (_, response) => response.writeHead(406).end(),
  501: (_, response) => response.writeHead(501).end(),
  401: (_, response) => response.writeHead(401).end(),
  '204, which asks not to come back': (_, response) => response.writeHead(204).end(),
  JSON: (_, response) => json(response, 200, {}),
}

for (const [name, listener] of Object.entries(none)) {
  testBoth(`PY-99: a server without a stream is left in peace: ${name}`, async (t, fetch) => {
    const { url, requests } = await serve(t, listener)
    const { carrier, recorder, log } = await open(t, url, { fetch })
    const logged = gate()
    t.mock.method(log, 'debug', () => logged.open())
    carrier.speak(revisionOf('2025-11-25'))
    carrier.opened()
    await logged.opened
    await carrier.close()
    assert.deepEqual([requests.length, recorder.line.size, recorder.ends, log.lines], [1, 0, [], []])
  })
}

test(`${LISTENING}: a stream that ends is opened again, behind the last event and as soon as the server says`, async (t) => {
  const { asked, recorder, asksAfter } = await openByHand(t)
  const first = streamByHand(`retry: 700\n\n${event(told(1), 'a-1')}`)
  ;(await asked.next()).respond(first.response)
  assert.deepEqual(await recorder.next(), told(1))
  first.end()
  await asksAfter(700)
  const second = await asked.next()
  assert.equal(second.lastEventId, 'a-1')
  // What has begun is no event, and a stream without ids goes on behind the last one.
  second.respond(ended(`${event(told(2))}id: a-2\ndata: {"begun"`))
  assert.deepEqual(await recorder.next(), told(2))
  await asksAfter(700)
  const third = await asked.next()
  assert.equal(third.lastEventId, 'a-1')
  third.respond(ended(`${event(told(3), 'a-3')}id: ä€\n\n`))
  assert.deepEqual(await recorder.next(), told(3))
  await asksAfter(700)
  assert.equal((await asked.next()).lastEventId, Buffer.from('ä€').toString('latin1'))
})

test('where the server does not say, each further attempt waits twice as long', async (t) => {
  const { asked, log, asksAfter, asksNoMore, recorder } = await openByHand(t)
  ;(await asked.next()).respond(ended(event('')))
  await asksAfter(1_250)
  ;(await asked.next()).respond(new Response(null, { status: 503 }))
  await asksAfter(2_500)
  ;(await asked.next()).fail(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
  await asksAfter(5_000)
  ;(await asked.next()).respond(ended())
  await asksNoMore()
  assert.deepEqual(
    log.lines.map(({ level }) => level),
    ['debug'],
  )
  assert.deepEqual(recorder.ends, [])
})

test('TSBUG-12: a server that closes the stream at once is asked only so often, however soon it says', async (t) => {
  const { asked, pass } = await openByHand(t, { reconnect: { attempts: 3, delayMs: 1_000, maxDelayMs: 4_000 } })
  let count = 0
  for (; asked.size > 0; count++) {
    ;(await asked.next()).respond(ended(`id: ${count}\nretry: 0\ndata:\n\n`))
    await pass(10_000)
  }
  assert.equal(count, 4)
})

test('what the server says is exceeded only where attempts come to nothing', async (t) => {
  const { asked, asksAfter } = await openByHand(t)
  ;(await asked.next()).respond(ended('retry: 2000\n\n'))
  await asksAfter(2_000)
  ;(await asked.next()).respond(ended())
  await asksAfter(2_000)
  ;(await asked.next()).respond(ended())
  await asksAfter(2_500)
})

test('a message, or a connection that lasted, begins the count anew', async (t) => {
  const { asked, asksAfter, pass, recorder } = await openByHand(t)
  ;(await asked.next()).respond(ended())
  await asksAfter(1_250)
  for (let round = 0; round < 3; round++) {
    ;(await asked.next()).respond(ended())
    await asksAfter(2_500)
    ;(await asked.next()).respond(ended(event(told(round))))
    assert.deepEqual(await recorder.next(), told(round))
    await asksAfter(1_250)
    ;(await asked.next()).respond(ended())
    await asksAfter(2_500)
    const lasting = streamByHand()
    ;(await asked.next()).respond(lasting.response)
    await pass(5_000)
    lasting.end()
    await asksAfter(1_250)
  }
})

test('whoever tells to wait for long is asked for ever', async (t) => {
  const { asked, asksAfter } = await openByHand(t)
  for (let round = 0; round < 10; round++) {
    ;(await asked.next()).respond(ended('retry: 5000\n\n'))
    await asksAfter(5_000)
  }
})

for (const status of [408, 409, 425, 429, 500, 502, 503]) {
  test(`${status} may pass`, async (t) => {
    const { asked, asksAfter, recorder } = await openByHand(t)
    ;(await asked.next()).respond(new Response('busy', { status }))
    await asksAfter(1_250)
    ;(await asked.next()).respond(ended(event(told(1))))
    assert.deepEqual(await recorder.next(), told(1))
  })
}

test('where the server does not remember the last event, the stream begins anew', async (t) => {
  const { asked, asksAfter, asksNoMore, recorder } = await openByHand(t)
  ;(await asked.next()).respond(ended(event(told(1), 'a-1')))
  await recorder.next()
  await asksAfter(1_250)
  const second = await asked.next()
  assert.equal(second.lastEventId, 'a-1')
  second.respond(new Response(null, { status: 400 }))
  await asksAfter(2_500)
  const third = await asked.next()
  assert.equal(third.lastEventId, null)
  third.respond(new Response(null, { status: 400 }))
  await asksNoMore()
})

/** Opens the stream of a session, lets it tell something, and breaks it off. */
const openInSession = async (t: TestContext, id: string | undefined) => {
  const { asked, fetch } = fetchByHand()
  const opened = await open(t, new URL('http://localhost/mcp'), { fetch })
  const { carrier, recorder } = opened
  carrier.request(opening('2025-11-25'))
  const headers = new Headers({ 'content-type': 'application/json' })
  if (id) headers.set('mcp-session-id', id)
  ;(await asked.next()).respond(new Response(JSON.stringify(resultOf('init')), { headers }))
  await recorder.next()
  carrier.speak(revisionOf('2025-11-25'))
  carrier.opened()
  ;(await asked.next()).respond(ended(event(told(1), 'a-1')))
  await recorder.next()
  return { ...opened, asked }
}

const UNREACHABLE = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })

test('PY-94: a session that the server does not know any more is heard of by its stream, and what is in flight goes on', async (t) => {
  const { asked, recorder, carrier } = await openInSession(t, 's-1')
  carrier.request(calling('2025-11-25', 1, 'add'))
  const [one, two] = [await asked.next(), await asked.next()]
  const [call, stream] = one.init.method === 'POST' ? [one, two] : [two, one]
  stream.respond(new Response(null, { status: 404 }))
  const error = await recorder.expiries.next()
  assert.ok(error instanceof SessionExpiredError)
  assert.equal(error.message, 'The server has ended the session before the request for its events came')
  call.respond(new Response(JSON.stringify(resultOf(1)), { headers: { 'content-type': 'application/json' } }))
  assert.deepEqual(await recorder.next(), resultOf(1))
  assert.deepEqual([asked.size, recorder.ends], [0, []])
})

test('a server that has gone is heard of by its stream, once it has been looked for often enough', async (t) => {
  const { asked, recorder } = await openInSession(t, undefined)
  for (let attempt = 0; attempt < SOON.attempts; attempt++) (await asked.next()).fail(UNREACHABLE)
  const { code } = await recorder.expiries.next()
  assert.deepEqual([code, recorder.ends], ['unreachable', []])
})

test('a stream that is not offered any more is no loss of the session: 404 without one, 405, 204', async (t) => {
  for (const [id, status] of [
    [undefined, 404],
    ['s-1', 405],
    ['s-1', 204],
  ] as const) {
    const { asked, recorder, log } = await openInSession(t, id)
    const logged = gate()
    t.mock.method(log, 'debug', () => logged.open())
    ;(await asked.next()).respond(new Response(null, { status }))
    await logged.opened
    assert.deepEqual([recorder.line.size, recorder.expiries.size, recorder.ends], [0, 0, []])
  }
})

test('a message that is larger than allowed is passed over, and the stream goes on', async (t) => {
  const { asked, recorder, log } = await openByHand(t, { maxMessageBytes: 200 })
  ;(await asked.next()).respond(ended(event('x'.repeat(1_000)) + event(told(1))))
  assert.deepEqual(await recorder.next(), told(1))
  assert.match(log.lines[0]?.message ?? '', /passed over a message larger than 200 bytes; see maxMessageBytes/)
})

test('what fails in the authorization is not tried again', async (t) => {
  const { asked, fetch } = fetchByHand()
  const logged = gate<string>()
  const { carrier, log } = await open(t, new URL('http://localhost/mcp'), {
    fetch,
    auth: { headers: () => Promise.reject(new Error('no token')) },
  })
  t.mock.method(log, 'debug', (message: string) => logged.open(message))
  carrier.speak(revisionOf('2025-11-25'))
  carrier.opened()
  assert.equal(await logged.opened, 'the server says nothing by itself: no token')
  assert.equal(asked.size, 0)
})

test('an id of an event may be as long as an event', async (t) => {
  const { asked, asksAfter, recorder } = await openByHand(t)
  const id = 'x'.repeat(500_000)
  ;(await asked.next()).respond(ended(event(told(1), id)))
  await recorder.next()
  await asksAfter(1_250)
  assert.equal((await asked.next()).lastEventId, id)
})

test('closing ends the stream, also while it waits', async (t) => {
  const { carrier, asked, asksNoMore } = await openByHand(t)
  ;(await asked.next()).respond(ended())
  await settled()
  await carrier.close()
  await asksNoMore()
})
