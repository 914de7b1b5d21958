import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { mockClocks } from '../../support/clock.ts'
import {
  calling,
  ended,
  event,
  events,
  fetchByHand,
  json,
  type Listener,
  open,
  opening,
  proxyTo,
  REQUESTERS,
  resultOf,
  revisionOf,
  SOON,
  serve,
  serveOurs,
  settled,
  streamByHand,
  testBoth,
} from './support.ts'

const RESUMABILITY = '2025-11-25 Streamable HTTP, Resumability and Redelivery'
const VERSION = '2025-11-25'

const progress = (number: number) => ({
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken: 'p1', progress: number },
})

/** A call over a fetch by hand, with a clock that stands still. */
const callByHand = async (t: TestContext, options: Parameters<typeof open>[2] = {}) => {
  const { asked, fetch } = fetchByHand()
  const opened = await open(t, new URL('http://localhost/mcp'), {
    fetch,
    reconnect: { attempts: 2, delayMs: 1_000, maxDelayMs: 4_000 },
    ...options,
  })
  const { carrier } = opened
  carrier.speak(revisionOf(VERSION))
  t.mock.method(Math, 'random', () => 1)
  mockClocks(t)
  carrier.request(calling(VERSION, 1, 'add'))
  const post = await asked.next()
  const pass = async (milliseconds: number): Promise<void> => {
    await settled()
    t.mock.timers.tick(milliseconds)
    await settled()
  }
  return { ...opened, asked, post, pass }
}

test('PY-78: a call is taken up again exactly as late as the server says', async (t) => {
  const { recorder, asked, post, pass } = await callByHand(t)
  assert.equal(post.init.method, 'POST')
  post.respond(ended('id: 1-0\nretry: 500\ndata:\n\n'))
  await pass(499)
  assert.equal(asked.size, 0)
  await pass(1)
  const { init, lastEventId, respond } = await asked.next()
  assert.deepEqual([init.method, init.body, lastEventId], ['GET', null, '1-0'])
  respond(ended(event(resultOf(1), '1-1')))
  assert.deepEqual(await recorder.next(), resultOf(1))
  await pass(10_000)
  assert.equal(asked.size, 0)
})

test('PY-78: what is longer than a timer can wait is waited for as long as it can', async (t) => {
  const { asked, post, pass } = await callByHand(t)
  post.respond(ended('id: 1-0\nretry: 99999999999\ndata:\n\n'))
  await pass(2 ** 31 - 2)
  assert.equal(asked.size, 0)
  await pass(1)
  assert.equal(asked.size, 1)
})

test('TSBUG-12: each stream waits as long as its own server connection has said', async (t) => {
  const { carrier, asked, post, pass } = await callByHand(t)
  carrier.request(calling(VERSION, 2, 'add'))
  post.respond(ended('id: 1-0\nretry: 500\ndata:\n\n'))
  ;(await asked.next()).respond(ended('id: 2-0\nretry: 100\ndata:\n\n'))
  await pass(100)
  assert.equal((await asked.next()).lastEventId, '2-0')
  await pass(399)
  assert.equal(asked.size, 0)
  await pass(1)
  assert.equal((await asked.next()).lastEventId, '1-0')
})

testBoth('PY-100: a call comes back as often as its server sends it away', async (t, fetch) => {
  let number = 0
  const { url, requests } = await serve(t, (_, response) => {
    number += 1
    events(response, `id: ${number}\nretry: 1\ndata:\n\n`)
    response.end(number % 2 === 0 ? '' : event(number === 15 ? resultOf(1) : progress(number), `${number}m`))
  })
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.speak(revisionOf(VERSION))
  carrier.request(calling(VERSION, 1, 'add'))
  for (const expected of [1, 3, 5, 7, 9, 11, 13]) assert.deepEqual(await recorder.next(), progress(expected))
  assert.deepEqual(await recorder.next(), resultOf(1))
  assert.deepEqual(
    requests.map(({ method, headers }) => [method, headers['last-event-id']]),
    [
      ['POST', undefined],
      ...Array.from({ length: 14 }, (_, index) => ['GET', `${index + 1}${index % 2 === 0 ? 'm' : ''}`]),
    ],
  )
})

testBoth('PY-95: a call whose server is gone is given up after some attempts', async (t, fetch) => {
  const { url, server } = await serve(t, (_, response) => events(response, event(progress(1), '1')))
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.speak(revisionOf(VERSION))
  carrier.request(calling(VERSION, 1, 'add'))
  assert.deepEqual(await recorder.next(), progress(1))
  server.close()
  server.closeAllConnections()
  const { code, message, cause } = await recorder.failure(1)
  // Nobody may take it for a request that has not left.
  assert.equal(code, 'disconnected')
  assert.match(message, /^Lost the event stream of "tools\/call": Cannot reach /)
  assert.equal((cause as { code?: string }).code, 'unreachable')
})

test('PY-95: attempts that come to nothing are counted, and what names an event begins the count anew', async (t) => {
  const { recorder, asked, post, pass } = await callByHand(t)
  post.respond(ended('id: 1-0\ndata:\n\n'))
  for (let round = 1; round <= 5; round++) {
    await pass(1_250)
    ;(await asked.next()).respond(new Response(null, { status: 503 }))
    await pass(2_500)
    ;(await asked.next()).respond(ended(`id: 1-${round}\ndata:\n\n`))
  }
  await pass(1_250)
  ;(await asked.next()).respond(ended())
  await pass(2_500)
  ;(await asked.next()).respond(ended())
  const { code, message } = await recorder.failure(1)
  assert.deepEqual(
    [code, message],
    ['unanswered', 'The server has ended the event stream of "tools/call" before its answer'],
  )
})

const hopeless: readonly (readonly [status: number, code: string])[] = [
  [204, 'unanswered'],
  [200, 'unanswered'],
  [400, 'disconnected'],
  [401, 'disconnected'],
  [404, 'disconnected'],
  [405, 'disconnected'],
  [501, 'disconnected'],
]

for (const [status, code] of hopeless) {
  test(`PY-95: a call fails at once when it cannot be taken up again: ${status}`, async (t) => {
    const { recorder, asked, post, pass } = await callByHand(t)
    post.respond(ended('id: 1-0\nretry: 1\ndata:\n\n'))
    await pass(1)
    ;(await asked.next()).respond(new Response(null, { status }))
    const failure = await recorder.failure(1)
    assert.deepEqual([failure.code, failure.status], [code, status])
    await pass(100_000)
    assert.equal(asked.size, 0)
  })
}

test('PY-95: a call that breaks off before an event has an id fails at once', async (t) => {
  for (const fail of [true, false]) {
    const { carrier, recorder, asked, post } = await callByHand(t)
    const stream = streamByHand(event(progress(1)))
    post.respond(stream.response)
    assert.deepEqual(await recorder.next(), progress(1))
    if (fail) stream.fail(new Error('broken'))
    else stream.end()
    assert.equal((await recorder.failure(1)).code, fail ? 'disconnected' : 'unanswered')
    assert.equal(asked.size, 0)
    await carrier.close()
    t.mock.timers.reset()
    t.mock.restoreAll()
  }
})

testBoth('2026-07-28 Streamable HTTP, Receiving Messages: streams are not taken up again', async (t, fetch) => {
  const { url, requests } = await serve(t, (_, response) => {
    events(response, 'id: 1\nretry: 1\ndata:\n\n')
    response.end()
  })
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.speak(revisionOf('2026-07-28'))
  carrier.request(calling('2026-07-28', 1, 'add'))
  assert.equal((await recorder.failure(1)).code, 'unanswered')
  assert.equal(requests.length, 1)
})

test('a client that does not reconnect takes up no stream', async (t) => {
  const { recorder, asked, post } = await callByHand(t, { reconnect: { ...SOON, attempts: 0 } })
  post.respond(ended('id: 1-0\nretry: 1\ndata:\n\n'))
  assert.equal((await recorder.failure(1)).code, 'unanswered')
  assert.equal(asked.size, 0)
})

test('a call that is given up while it waits does not come back', async (t) => {
  const { carrier, recorder, asked, post, pass } = await callByHand(t)
  post.respond(ended('id: 1-0\nretry: 500\ndata:\n\n'))
  await settled()
  carrier.cancel(1, undefined)
  await pass(1_000)
  assert.deepEqual([asked.size, recorder.line.size], [0, 0])
})

test('a call that is given up while it comes back leaves that connection, too', async (t) => {
  const { carrier, recorder, asked, post, pass } = await callByHand(t)
  post.respond(ended('id: 1-0\nretry: 1\ndata:\n\n'))
  await pass(1)
  const { init } = await asked.next()
  carrier.cancel(1, '{"jsonrpc":"2.0","method":"notifications/cancelled"}')
  assert.equal(init.signal?.aborted, true)
  assert.equal((await asked.next()).init.method, 'POST')
  assert.equal(recorder.line.size, 0)
})

test('a connection that its server leaves open behind the answer is closed, also where the call came back', async (t) => {
  const { recorder, asked, post, pass } = await callByHand(t)
  post.respond(ended('id: 1-0\nretry: 1\ndata:\n\n'))
  await pass(1)
  const { init, respond } = await asked.next()
  respond(streamByHand(event(resultOf(1))).response)
  assert.deepEqual(await recorder.next(), resultOf(1))
  await pass(1_999)
  assert.equal(init.signal?.aborted, false)
  await pass(1)
  assert.equal(init.signal?.aborted, true)
})

test('a connection that is lost behind the answer is no loss', async (t) => {
  const { recorder, asked, post, pass } = await callByHand(t)
  const stream = streamByHand(event(resultOf(1), '1-1'))
  post.respond(stream.response)
  assert.deepEqual(await recorder.next(), resultOf(1))
  stream.fail(new Error('broken'))
  await pass(100_000)
  assert.deepEqual([asked.size, recorder.line.size], [0, 0])
})

testBoth('the opening of a session is taken up again within it', async (t, fetch) => {
  const { url, requests } = await serve(t, ({ method }, response) => {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      ...(method === 'POST' && { 'mcp-session-id': 's1' }),
    })
    response.end(method === 'POST' ? 'id: 1\nretry: 1\ndata:\n\n' : event(resultOf('init')))
  })
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(opening(VERSION))
  assert.deepEqual(await recorder.next(), resultOf('init'))
  assert.deepEqual(
    requests.map(({ method, headers }) => [method, headers['mcp-session-id']]),
    [
      ['POST', undefined],
      ['GET', 's1'],
    ],
  )
})

testBoth('an authorization is asked again for the connection on which a call goes on', async (t, fetch) => {
  const listener: Listener = ({ method, headers }, response) => {
    if (method === 'POST') {
      events(response, 'id: 1\nretry: 1\ndata:\n\n')
      response.end()
    } else if (headers['authorization'] === 'new') {
      events(response)
      response.end(event(resultOf(1)))
    } else json(response, 401, {})
  }
  const { url } = await serve(t, listener)
  let authorization = 'old'
  const { carrier, recorder } = await open(t, url, {
    fetch,
    auth: {
      headers: () => ({ authorization }),
      challenged: () => {
        authorization = 'new'
        return true
      },
    },
  })
  carrier.speak(revisionOf(VERSION))
  carrier.request(calling(VERSION, 1, 'add'))
  assert.deepEqual(await recorder.next(), resultOf(1))
})

/** A server whose tool tells its progress four times, and what its answer says then. */
const steps = createServer({ name: 'steps', version: '1.0.0' }).tool('steps', v.object({}), async (_, ctx) => {
  for (const step of [1, 2, 3, 4]) await ctx.progress(step, undefined, 'ä€𝄞')
  return 'done'
})

// Every byte takes some seconds.
for (const [version, requester, step] of [
  ['2025-11-25', 'node:http', 1],
  ['2025-11-25', 'fetch', 13],
  ['2025-03-26', 'node:http', 13],
  ['2025-03-26', 'fetch', 17],
] as const) {
  test(`${RESUMABILITY}, PY-101: wherever the connection is lost, each message comes exactly once (${version}, ${requester})`, async (t) => {
    const url = await serveOurs(t, steps)
    const proxy = await proxyTo(t, Number(url.port))
    // The server may hear of a loss later than its client.
    const reconnect = { ...SOON, attempts: 1_000 }
    const { carrier, recorder } = await open(t, proxy.url, { fetch: REQUESTERS[requester], reconnect })
    carrier.request(opening(version))
    await recorder.next()
    carrier.speak(revisionOf(version))
    const outcomes = { lost: 0, resumed: 0 }
    for (let bytes = 1; proxy.cuts() === outcomes.lost + outcomes.resumed; bytes += step) {
      proxy.cutNext(/"tools\/call"/, bytes)
      carrier.request(calling(version, bytes, 'steps'))
      const said: unknown[] = []
      let brought = await recorder.line.next()
      while ('message' in brought && brought.message.id !== bytes) {
        said.push(brought.message.params.progress)
        brought = await recorder.line.next()
      }
      if ('message' in brought) {
        assert.deepEqual(said, [1, 2, 3, 4])
        outcomes.resumed += 1
      } else {
        // As long as no event has come whose id could be named.
        assert.equal((brought.error as { code?: string }).code, 'disconnected')
        assert.deepEqual([said, outcomes.resumed], [[], 0])
        outcomes.lost += 1
      }
    }
    assert.ok(outcomes.lost > 100 / step, 'the head of a response is longer')
    assert.ok(outcomes.resumed > 500 / step, 'the events are longer')
  })
}
