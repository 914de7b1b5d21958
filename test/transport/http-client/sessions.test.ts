import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SessionExpiredError } from '../../../src/client/carrier.ts'
import { ConnectionError, TimeoutError } from '../../../src/errors.ts'
import { gate } from '../http/support.ts'
import {
  calling,
  events,
  json,
  type Listener,
  notification,
  open,
  opening,
  outgoing,
  polite,
  resultOf,
  revisionOf,
  serve,
  testBoth,
} from './support.ts'

const MANAGEMENT = '2025-11-25 Streamable HTTP, Session Management'
const VERSION = '2025-11-25'

/** A server with one session, which ends when it is told to. */
const withSession = (id: string, after: Listener = polite) => {
  const state = { isOver: false }
  const listener: Listener = (received, response) => {
    const { message, headers } = received
    if (message.method === 'initialize') json(response, 200, resultOf(message.id), { 'mcp-session-id': id })
    else if (state.isOver && headers['mcp-session-id'] === id) json(response, 404, 'no such session')
    else after(received, response)
  }
  return { state, listener }
}

/** Opens a conversation. */
const openSession = async (t: Parameters<typeof open>[0], url: URL, options: Parameters<typeof open>[2] = {}) => {
  const opened = await open(t, url, options)
  const { carrier, recorder } = opened
  carrier.speak(undefined)
  carrier.request(opening(VERSION))
  assert.deepEqual(await recorder.next(), resultOf('init'))
  carrier.speak(revisionOf(VERSION))
  return opened
}

testBoth(`${MANAGEMENT}: the id of a session goes along with everything that follows`, async (t, fetch) => {
  const id = '!visible~ASCII'
  const { url, requests, arrivals } = await serve(t, withSession(id).listener)
  const { carrier, recorder } = await openSession(t, url, { fetch })
  await carrier.send(notification('notifications/initialized'))
  carrier.request(calling(VERSION, 1, 'add'))
  await recorder.next()
  for (const _ of [1, 2, 3]) await arrivals.next()
  carrier.opened()
  await arrivals.next()
  await carrier.close()
  assert.deepEqual(
    requests.map(({ method, headers }) => [method, headers['mcp-session-id'], headers['mcp-protocol-version']]),
    [
      ['POST', undefined, undefined],
      ['POST', id, VERSION],
      ['POST', id, VERSION],
      ['GET', id, VERSION],
      ['DELETE', id, VERSION],
    ],
  )
})

for (const id of ['two words', '', 'tab\there']) {
  test(`${MANAGEMENT}: ${JSON.stringify(id)} is no id of a session`, async (t) => {
    const { url, requests } = await serve(t, withSession(id).listener)
    const { carrier, recorder, log } = await openSession(t, url)
    carrier.request(calling(VERSION, 1, 'add'))
    await recorder.next()
    await carrier.close()
    assert.deepEqual(
      requests.map(({ headers }) => headers['mcp-session-id']),
      [undefined, undefined],
    )
    assert.match(log.lines[0]?.message ?? '', /names a session by characters/)
  })
}

test(`${MANAGEMENT}: only the answer to initialize opens one, and a stateless revision has none`, async (t) => {
  const { url, requests } = await serve(t, ({ message }, response) =>
    json(response, 200, resultOf(message.id), { 'mcp-session-id': `s-${message.method}` }),
  )
  const { carrier, recorder } = await open(t, url)
  const ask = async (id: number, method: string): Promise<unknown> => {
    carrier.request(outgoing(VERSION, id, method))
    await recorder.next()
    return requests.at(-1)?.headers['mcp-session-id']
  }
  assert.equal(await ask(1, 'ping'), undefined)
  assert.equal(await ask(2, 'initialize'), undefined)
  assert.equal(await ask(3, 'ping'), 's-initialize')
  carrier.speak(revisionOf('2026-07-28'))
  assert.equal(await ask(4, 'ping'), undefined)
})

testBoth(
  'PY-94, TSBUG-7: 404 within a session says that it has ended, and that nothing was taken',
  async (t, fetch) => {
    const { listener, state } = withSession('s1')
    const { url } = await serve(t, listener)
    const { carrier, recorder } = await openSession(t, url, { fetch })
    state.isOver = true
    carrier.request(calling(VERSION, 1, 'add'))
    const failure = await recorder.failure(1)
    assert.ok(failure instanceof SessionExpiredError)
    assert.deepEqual(
      [failure.code, failure.status, failure.message, failure.body],
      ['disconnected', 404, 'The server has ended the session before "tools/call" came', 'no such session'],
    )
    await assert.rejects(carrier.send(notification('notifications/x')), (error) => {
      assert.ok(error instanceof SessionExpiredError)
      assert.equal(error.message, 'The server has ended the session before a message came')
      return true
    })
    assert.deepEqual(recorder.ends, [])
  },
)

testBoth('PY-94: 404 without a session is a refusal like any other', async (t, fetch) => {
  const { url } = await serve(t, (_, response) => response.writeHead(404).end('what?'))
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(opening(VERSION))
  const failure = await recorder.failure('init')
  assert.deepEqual([failure.code, failure.status, failure instanceof SessionExpiredError], ['refused', 404, false])
  await assert.rejects(
    carrier.send(notification('notifications/x')),
    (error) => !(error instanceof SessionExpiredError),
  )
})

const ends: readonly (readonly [name: string, listener: Listener])[] = [
  ['is not allowed', (_, response) => response.writeHead(405).end()],
  ['fails', (_, response) => response.writeHead(500).end()],
  ['breaks off', (_, response) => response.destroy()],
]

for (const [name, listener] of ends) {
  testBoth(`PY-99: the end of a session that ${name} is no failure`, async (t, fetch) => {
    const { url, requests } = await serve(t, withSession('s1', listener).listener)
    const { carrier, log } = await openSession(t, url, { fetch })
    await carrier.close()
    assert.equal(requests.at(-1)?.method, 'DELETE')
    assert.deepEqual(
      log.lines.map(({ level }) => level),
      ['debug'],
    )
  })
}

test('PY-99: the end of a session that its server does not answer is waited for only so long', async (t) => {
  const { url, arrivals } = await serve(t, withSession('s1', () => undefined).listener)
  const { carrier } = await openSession(t, url)
  await arrivals.next()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const closing = carrier.close()
  const { closed } = await arrivals.next()
  t.mock.timers.tick(2_000)
  await closing
  await closed
})

for (const [error, isTold] of [
  [new TimeoutError('it took too long'), true],
  [new ConnectionError('refused', 'it would not'), true],
  [new ConnectionError('unreachable', 'it is not there'), false],
  [new SessionExpiredError('a message'), false],
] as const) {
  test(`a session is ${isTold ? '' : 'not '}ended where the connection closes since ${error.message}`, async (t) => {
    const { url, requests } = await serve(t, withSession('s1').listener)
    const { carrier } = await openSession(t, url)
    await carrier.close(error)
    assert.equal(requests.at(-1)?.method === 'DELETE', isTold)
  })
}

testBoth('nobody is asked to sign in only to end a session', async (t, fetch) => {
  const { url, requests } = await serve(t, withSession('s1', (_, response) => response.writeHead(401).end()).listener)
  const { carrier } = await openSession(t, url, {
    fetch,
    auth: { headers: () => ({}), challenged: () => assert.fail('it was challenged') },
  })
  await carrier.close()
  assert.deepEqual(
    requests.map(({ method }) => method),
    ['POST', 'DELETE'],
  )
})

testBoth('closing gives up what is in flight, and nothing is heard of it', async (t, fetch) => {
  const { url, requests, arrivals } = await serve(
    t,
    withSession('s1', ({ method, message }, response) => {
      if (method === 'DELETE') response.writeHead(204).end()
      else if (method === 'GET' || message.method === 'tools/call') events(response)
    }).listener,
  )
  const { carrier, recorder } = await openSession(t, url, { fetch })
  await arrivals.next()
  carrier.opened()
  carrier.request(calling(VERSION, 1, 'add'))
  carrier.request(outgoing(VERSION, 2, 'ping'))
  const received = [await arrivals.next(), await arrivals.next(), await arrivals.next()]
  await carrier.close()
  await Promise.all(received.map(({ closed }) => closed))
  assert.equal(requests.at(-1)?.method, 'DELETE')
  assert.deepEqual([recorder.line.size, recorder.ends], [0, []])
})

testBoth('what was sent before the end still arrives before the session is ended', async (t, fetch) => {
  const taken = gate()
  const { url, requests, arrivals } = await serve(
    t,
    withSession('s1', (received, response) => {
      if (received.method === 'DELETE') response.writeHead(204).end()
      else void taken.opened.then(() => response.writeHead(202).end())
    }).listener,
  )
  const { carrier } = await openSession(t, url, { fetch })
  await arrivals.next()
  const sent = carrier.send(notification('notifications/x'))
  const closing = carrier.close()
  await arrivals.next()
  assert.equal(requests.at(-1)?.method, 'POST')
  taken.open()
  await sent
  await closing
  assert.equal(requests.at(-1)?.method, 'DELETE')
})

testBoth('where the server has gone, what was sent before is given up', async (t, fetch) => {
  const { url, arrivals } = await serve(t, () => undefined)
  const { carrier } = await open(t, url, { fetch })
  const sent = carrier.send(notification('notifications/x'))
  const { closed } = await arrivals.next()
  const rejected = assert.rejects(sent, { code: 'closed' })
  await carrier.close(new ConnectionError('disconnected', 'it has gone'))
  await rejected
  await closed
})

test('once it is closed, requests go nowhere, and whatever else is sent is refused', async (t) => {
  const { url, requests } = await serve(t, polite)
  const { carrier, recorder } = await open(t, url)
  await carrier.close()
  await carrier.close(new Error('again'))
  carrier.request(calling(VERSION, 1, 'add'))
  await assert.rejects(carrier.send(notification('notifications/x')), { code: 'closed' })
  await assert.rejects(async () => carrier.start(recorder), { code: 'closed' })
  assert.deepEqual([requests.length, recorder.line.size], [0, 0])
})
