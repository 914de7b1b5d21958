import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { connectSse, type SseConnectOptions } from '../../../src/transport/sse/connect.ts'
import { initializeParams, keepingLogger } from '../../support/messages.ts'
import { callerOn } from '../../support/transports.ts'
import { gate } from '../http/support.ts'
import {
  deadUrl,
  ended,
  events,
  fetchByHand,
  type Listener,
  serve,
  serveOurs,
  settled,
  streamByHand,
  testBoth,
} from '../http-client/support.ts'
import { call, request } from './support.ts'

const TRANSPORT = '2024-11-05 Transports, HTTP with SSE'

const transportTo = (url: URL, options: Partial<SseConnectOptions> = {}) =>
  connectSse({ url, headers: {}, maxMessageBytes: 1_000, logger: keepingLogger(), ...options })

/** A transport that has begun. It is given up at the end of the test. */
const open = async (t: TestContext, url: URL, options: Partial<SseConnectOptions> = {}) => {
  const transport = transportTo(url, options)
  t.after(() => transport.close(new Error('the test is over')))
  return callerOn(transport)
}

const starting = (url: URL, options: Partial<SseConnectOptions> = {}) => callerOn(transportTo(url, options))

const endpoint = (address: string): string => `event: endpoint\ndata: ${address}\n\n`

const message = (value: unknown): string => `event: message\ndata: ${JSON.stringify(value)}\n\n`

/** Names an endpoint, and takes what is posted there. */
const taking =
  (address: string): Listener =>
  (received, response) => {
    if (received.method === 'GET') events(response, endpoint(address))
    else response.writeHead(202).end('Accepted')
  }

for (const options of [{}, { path: '/events', messagePath: '/post' }]) {
  testBoth(`${TRANSPORT}: a server of ours is called, ${JSON.stringify(options)}`, async (t, fetch) => {
    const server = createServer({ name: 'old', version: '1.0.0' }).tool(
      'add',
      v.object({ a: v.number() }),
      ({ a }) => a + 1,
    )
    const url = await serveOurs(t, server, { sse: options })
    const { send, next, closed, transport } = await open(t, new URL(options.path ?? '/sse', url), { fetch })
    send(request(1, 'initialize', initializeParams('2024-11-05')), {
      jsonrpc: '2.0',
      method: 'notifications/initialized',
    })
    assert.equal((await next()).result.protocolVersion, '2024-11-05')
    send(call(2, 'add', { a: 1 }))
    assert.equal((await next()).result.content[0].text, '2')
    await transport.close()
    assert.equal(await closed, undefined)
  })
}

testBoth(`${TRANSPORT}: texts are posted in their order, each when the one before has arrived`, async (t, fetch) => {
  const first = gate()
  const { url, requests, arrivals } = await serve(t, (received, response) => {
    if (received.method === 'GET' || received.message.id !== 1) return taking('/messages?session=1')(received, response)
    void first.opened.then(() => response.writeHead(202).end())
  })
  const { transport } = await open(t, url, { fetch, headers: { 'x-tenant': 'a', 'content-type': 'text/plain' } })
  const sent = [1, 2, 3].map((id) => transport.send(JSON.stringify({ id })))
  for (const _ of ['GET', 1]) await arrivals.next()
  assert.equal(requests.length, 2)
  first.open()
  await Promise.all(sent)
  assert.deepEqual(
    requests.map(({ method, url: address, body, headers }) => [method, address, body, headers['x-tenant']]),
    [
      ['GET', '/mcp', '', 'a'],
      ['POST', '/messages?session=1', '{"id":1}', 'a'],
      ['POST', '/messages?session=1', '{"id":2}', 'a'],
      ['POST', '/messages?session=1', '{"id":3}', 'a'],
    ],
  )
  assert.equal(requests[1]?.headers['content-type'], 'application/json')
  assert.equal(requests[0]?.headers.accept, 'text/event-stream')
})

testBoth(`${TRANSPORT}: only messages are messages`, async (t, fetch) => {
  const { url } = await serve(t, (_, response) => {
    events(response, `: hello\n\nevent: ping\ndata: {}\n\n${endpoint('/messages')}`)
    response.write(`event: ping\ndata: {}\n\nevent: message\ndata:\n\n${message({ id: 1 })}${message({ id: 2 })}`)
  })
  const { next, inbox } = await open(t, url, { fetch })
  assert.deepEqual([await next(), await next(), inbox.size], [{ id: 1 }, { id: 2 }, 0])
})

for (const [address, posted] of [
  ['messages', '/messages'],
  ['?session=1', '/mcp?session=1'],
  ['SAME', '/absolute'],
] as const) {
  testBoth(`${TRANSPORT}: an endpoint may be relative to the stream: ${address}`, async (t, fetch) => {
    const { url, requests } = await serve(t, (received, response) =>
      taking(address === 'SAME' ? `http://${received.headers.host}/absolute` : address)(received, response),
    )
    const { transport } = await open(t, url, { fetch })
    await transport.send('{}')
    assert.equal(requests[1]?.url, posted)
  })
}

for (const address of ['https://127.0.0.1/messages', 'http://elsewhere.example/messages', 'http://']) {
  testBoth(`PY-102: an endpoint of another origin is refused: ${address}`, async (t, fetch) => {
    const { url, requests, arrivals } = await serve(t, taking(address))
    await assert.rejects(starting(url, { fetch }), {
      code: 'refused',
      message: /it names an endpoint of another origin, /,
    })
    await (await arrivals.next()).closed
    assert.equal(requests.length, 1)
  })
}

testBoth('PY-102: an endpoint of another origin is refused later, too, and the first one stays', async (t, fetch) => {
  const later = gate()
  const { url, requests } = await serve(t, (received, response) => {
    taking('/first')(received, response)
    if (received.method !== 'GET') return
    response.write(endpoint('/second') + message({ id: 1 }))
    void later.opened.then(() => response.write(endpoint('https://elsewhere.example/') + message({ id: 2 })))
  })
  const { transport, closed, next, inbox } = await open(t, url, { fetch })
  await next()
  await transport.send('{}')
  assert.equal(requests[1]?.url, '/first')
  later.open()
  assert.equal(((await closed) as { code?: string }).code, 'refused')
  assert.equal(inbox.size, 0)
})

const refusals: Readonly<Record<string, readonly [listener: Listener, status: number | undefined, message: RegExp]>> = {
  '404': [(_, response) => response.writeHead(404).end('what?'), 404, /refused the event stream: status 404: what\?/],
  '405': [(_, response) => response.writeHead(405).end(), 405, /status 405/],
  '401': [(_, response) => response.writeHead(401).end(), 401, /it wants authorization/],
  'a page': [
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    200,
    /is no server of HTTP with SSE: it answers with text\/html/,
  ],
  'no content type': [(_, response) => response.writeHead(200).end(), 200, /a body without a content type/],
  'a stream that ends': [
    (_, response) => {
      events(response, message({ id: 1 }))
      response.end()
    },
    undefined,
    /its stream ends before it names an endpoint/,
  ],
}

for (const [name, [listener, status, text]] of Object.entries(refusals)) {
  testBoth(`${TRANSPORT}: what is no such server is told by ${name}`, async (t, fetch) => {
    const { url } = await serve(t, listener)
    await assert.rejects(starting(url, { fetch }), (error: { code?: string; status?: number; message: string }) => {
      assert.deepEqual([error.code, error.status], ['refused', status])
      assert.match(error.message, text)
      return true
    })
  })
}

testBoth('nobody listening is told as such', async (_, fetch) => {
  await assert.rejects(starting(await deadUrl(), { fetch }), { code: 'unreachable' })
})

test('a server that names no endpoint is waited for only so long', async (t) => {
  const { asked, fetch } = fetchByHand()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const rejected = assert.rejects(starting(new URL('http://localhost/sse'), { fetch }), {
    code: 'refused',
    message: 'http://localhost is no server of HTTP with SSE: its stream names no endpoint',
  })
  const { init, respond } = await asked.next()
  respond(streamByHand().response)
  await settled()
  t.mock.timers.tick(9_999)
  assert.equal(init.signal?.aborted, false)
  t.mock.timers.tick(1)
  await rejected
  assert.equal(init.signal?.aborted, true)
})

testBoth('the end of the stream is the end', async (t, fetch) => {
  for (const end of ['end', 'destroy'] as const) {
    const later = gate()
    const { url } = await serve(t, (_, response) => {
      events(response, endpoint('/messages'))
      void later.opened.then(() => response[end]())
    })
    const { closed, transport } = await open(t, url, { fetch })
    later.open()
    assert.equal(((await closed) as { code?: string }).code, 'disconnected')
    assert.equal(transport.send('{}'), undefined)
    await transport.close()
  }
})

testBoth('a message that is not taken ends the connection, since its answer would never come', async (t, fetch) => {
  const { url, requests } = await serve(t, (received, response) => {
    if (received.method === 'GET') events(response, endpoint('/messages'))
    else response.writeHead(404).end('no such session')
  })
  const { closed, transport } = await open(t, url, { fetch })
  await Promise.all([transport.send('{}'), transport.send('{}')])
  const { code, status, message: text } = (await closed) as { code?: string; status?: number; message: string }
  assert.deepEqual([code, status, text], ['refused', 404, 'The server refused a message: status 404: no such session'])
  assert.equal(requests.length, 2)
})

testBoth('a message that cannot leave ends the connection, on which others have been taken', async (t, fetch) => {
  const { url, server } = await serve(t, taking('/messages'))
  const { closed, transport } = await open(t, url, { fetch })
  // The stream stays open, and nobody else gets in.
  server.close()
  await transport.send('{}')
  const { code, cause } = (await closed) as { code?: string; cause?: { code?: string } }
  assert.deepEqual([code, cause?.code], ['disconnected', 'unreachable'])
})

testBoth('a message that is larger than allowed ends the connection', async (t, fetch) => {
  const { url } = await serve(t, (_, response) => {
    events(response, endpoint('/messages') + message('x'.repeat(2_000)) + message({ id: 1 }))
  })
  const { closed, inbox } = await open(t, url, { fetch })
  const { code, message: text } = (await closed) as { code?: string; message: string }
  assert.equal(code, 'disconnected')
  assert.match(text, /sent a message larger than 1000 bytes; see maxMessageBytes/)
  assert.equal(inbox.size, 0)
})

testBoth('what was sent before the end arrives; with an error, it is given up', async (t, fetch) => {
  for (const error of [undefined, new Error('enough')]) {
    const taken = gate()
    const { url, arrivals } = await serve(t, (received, response) => {
      if (received.method === 'GET') events(response, endpoint('/messages'))
      else void taken.opened.then(() => response.writeHead(202).end())
    })
    const { transport, closed } = await open(t, url, { fetch })
    void transport.send('{"id":1}')
    void transport.send('{"id":2}')
    const closing = transport.close(error)
    const stream = await arrivals.next()
    if (!error) {
      for (const id of [1, 2]) {
        const { body } = await arrivals.next()
        assert.equal(body, `{"id":${id}}`)
        taken.open()
      }
    }
    await closing
    assert.equal(await closed, error)
    await stream.closed
  }
})

testBoth('the authorization goes along, and is renewed', async (t, fetch) => {
  let token = 1
  const { url, requests } = await serve(t, (received, response) => {
    if (received.headers['authorization'] === '2') taking('/messages')(received, response)
    else response.writeHead(401).end()
  })
  const { transport } = await open(t, url, {
    fetch,
    auth: {
      headers: () => ({ authorization: String(token) }),
      challenged: () => {
        token += 1
        return true
      },
    },
  })
  await transport.send('{}')
  assert.deepEqual(
    requests.map(({ method, headers }) => [method, headers['authorization']]),
    [
      ['GET', '1'],
      ['GET', '2'],
      ['POST', '2'],
    ],
  )
})

test('closed before it has begun, it does not begin', async () => {
  const { asked, fetch } = fetchByHand()
  for (const error of [undefined, new Error('enough')]) {
    const transport = transportTo(new URL('http://localhost/sse'), { fetch })
    await transport.close(error)
    await assert.rejects(callerOn(transport), error ?? { code: 'closed' })
    assert.equal(asked.size, 0)
  }
})

test('closed while it begins, it leaves nothing open', async () => {
  const { asked, fetch } = fetchByHand()
  const transport = transportTo(new URL('http://localhost/sse'), { fetch })
  const rejected = assert.rejects(callerOn(transport), { code: 'closed' })
  const { init, respond } = await asked.next()
  const sent = transport.send('{}')
  await transport.close()
  await rejected
  await sent
  respond(ended())
  await settled()
  assert.deepEqual([init.signal?.aborted, asked.size], [true, 0])
})
