import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Params } from '../../support/messages.ts'
import {
  calling,
  event,
  events,
  json,
  notification,
  open,
  polite,
  type Received,
  resultOf,
  revisionOf,
  serve,
  testBoth,
} from './support.ts'

const SENDING = '2026-07-28 Streamable HTTP, Sending Messages'

const error = (code: number, id?: unknown) => ({
  jsonrpc: '2.0',
  ...(id !== undefined && { id }),
  error: { code, message: 'no', data: { supported: ['2025-11-25'] } },
})

for (const [name, id] of [
  ['the id of the request', 1],
  ['null as id', null],
  ['no id', undefined],
] as const) {
  testBoth(`${SENDING}: an error of JSON-RPC under a status answers the request, with ${name}`, async (t, fetch) => {
    const { url } = await serve(t, (_, response) => json(response, 400, error(-32022, id)))
    const { carrier, recorder } = await open(t, url, { fetch })
    carrier.speak(revisionOf('2026-07-28'))
    carrier.request(calling('2026-07-28', 1, 'add'))
    assert.deepEqual(await recorder.next(), error(-32022, 1))
  })
}

test('an error of JSON-RPC may be larger than what is kept of other refusals', async (t) => {
  const large = { ...error(-32022, 1), padding: 'x'.repeat(10_000) }
  const { url } = await serve(t, (_, response) => json(response, 404, large))
  const { carrier, recorder } = await open(t, url)
  carrier.request(calling('2026-07-28', 1, 'add'))
  assert.deepEqual(await recorder.next(), large)
})

const PAGE = '<html><title>404</title></html>'

interface Refusal {
  readonly status: number
  readonly body: string
  readonly type?: string
  readonly headers?: Params
  readonly message: RegExp
}

const refusals: Readonly<Record<string, Refusal>> = {
  'a page': { status: 404, body: PAGE, message: /^The server refused "tools\/call": status 404$/ },
  'an empty body': { status: 405, body: '', message: /^The server refused "tools\/call": status 405$/ },
  'a text': { status: 500, body: 'out of\n memory ', message: /: status 500: out of memory$/ },
  'JSON that is no error of JSON-RPC': {
    status: 400,
    type: 'application/json',
    body: '{"error":"no such method"}',
    message: /status 400: \{"error":"no such method"\}$/,
  },
  'an error of another interface': {
    status: 400,
    type: 'application/json',
    body: '{"error":{"code":400,"message":"no"}}',
    message: /status 400: /,
  },
  'an error for another request': {
    status: 400,
    type: 'application/json',
    body: JSON.stringify(error(-32600, 7)),
    message: /status 400: /,
  },
  'a result under a status that refuses': {
    status: 400,
    type: 'application/json',
    body: JSON.stringify(resultOf(1)),
    message: /status 400: /,
  },
  'JSON that is none': { status: 400, type: 'application/json', body: '{', message: /status 400: \{$/ },
  '401': {
    status: 401,
    body: 'who are you?',
    message: /it wants authorization \(status 401\), by createClient\(\)\.auth\(…\) .*: who are you\?$/,
  },
  '403': {
    status: 403,
    type: 'application/json',
    body: JSON.stringify(error(-32600)),
    message: /it wants authorization \(status 403\)/,
  },
  'a redirect to another origin': {
    status: 307,
    body: '',
    headers: { location: 'https://elsewhere.example/mcp' },
    message: /redirects \(status 307\) to https:\/\/elsewhere\.example\/mcp; connect to that address if you trust it$/,
  },
  'a redirect that changes the method': {
    status: 302,
    body: '',
    headers: { location: '/elsewhere' },
    message: /it redirects \(status 302\) to \/elsewhere; /,
  },
  'a redirect to nowhere': { status: 308, body: '', message: /: status 308$/ },
  'a redirect to what is no address': {
    status: 308,
    body: '',
    headers: { location: 'http://' },
    message: /to http:\/\/;/,
  },
}

for (const [name, { status, body, type = 'text/plain', headers = {}, message }] of Object.entries(refusals)) {
  testBoth(`${SENDING}: what refuses is told with its status: ${name}`, async (t, fetch) => {
    const { url } = await serve(t, (_, response) => {
      response.writeHead(status, { 'content-type': type, ...(headers as Record<string, string>) })
      response.end(body)
    })
    const { carrier, recorder } = await open(t, url, { fetch })
    carrier.speak(revisionOf('2026-07-28'))
    carrier.request(calling('2026-07-28', 1, 'add'))
    const failure = await recorder.failure(1)
    assert.deepEqual([failure.code, failure.status, failure.body], ['refused', status, body])
    assert.match(failure.message, message)
  })
}

test('of a long refusal, 4 KiB are kept', async (t) => {
  const { url, arrivals } = await serve(t, (_, response) => {
    response.writeHead(500)
    response.write('x'.repeat(1_000_000))
  })
  const { carrier, recorder } = await open(t, url)
  carrier.request(calling('2025-11-25', 1, 'add'))
  const { body, message } = await recorder.failure(1)
  assert.equal(body, 'x'.repeat(4_096))
  assert.ok(message.length < 300)
  await (await arrivals.next()).closed
})

testBoth('a refusal that breaks off is told with what has come', async (t, fetch) => {
  const { url } = await serve(t, (_, response) => {
    response.writeHead(500, { 'content-length': 100 })
    response.write('so far')
    setImmediate(() => response.destroy())
  })
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(calling('2025-11-25', 1, 'add'))
  const { code, body } = await recorder.failure(1)
  assert.deepEqual([code, body], ['refused', 'so far'])
})

/** `/mcp` redirects to `/1`, that to `/2`, and so on. */
const redirecting = (last: number, status: number) => (received: Received, response: Parameters<typeof polite>[1]) => {
  const at = Number(received.url.slice(1)) || 0
  if (at === last) polite(received, response)
  else response.writeHead(status, { location: `/${at + 1}` }).end('moved')
}

for (const status of [307, 308]) {
  testBoth(`redirects within the origin are followed with method and body (${status})`, async (t, fetch) => {
    const { url, requests } = await serve(t, redirecting(5, status))
    const { carrier, recorder } = await open(t, url, { fetch })
    carrier.speak(revisionOf('2026-07-28'))
    carrier.request(calling('2026-07-28', 1, 'add'))
    assert.deepEqual(await recorder.next(), resultOf(1))
    assert.equal(requests.length, 6)
    const [first, ...others] = requests.map(({ method, headers, body }) => ({ method, headers, body }))
    for (const other of others) assert.deepEqual(other, first)
    assert.equal(first?.method, 'POST')
    await carrier.send(notification('notifications/x'))
  })
}

testBoth('redirects are followed five times', async (t, fetch) => {
  const { url, requests } = await serve(t, redirecting(6, 307))
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(calling('2025-11-25', 1, 'add'))
  assert.match((await recorder.failure(1)).message, /redirects \(status 307\) to \/6;/)
  assert.equal(requests.length, 6)
})

testBoth('a redirect whose body does not end is followed all the same', async (t, fetch) => {
  const { url } = await serve(t, (received, response) => {
    if (received.url === '/other') return polite(received, response)
    response.writeHead(307, { location: '/other' })
    response.write('x'.repeat(10_000))
  })
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(calling('2025-11-25', 1, 'add'))
  assert.deepEqual(await recorder.next(), resultOf(1))
})

test('a platform that keeps redirects to itself is told apart from a refusal', async (t) => {
  const hidden = { status: 0, headers: new Headers(), body: null } as Response
  const { carrier, recorder } = await open(t, new URL('http://127.0.0.1:1/mcp'), { fetch: async () => hidden })
  carrier.request(calling('2025-11-25', 1, 'add'))
  assert.match((await recorder.failure(1)).message, /it redirects to another address; connect to that one/)
})

testBoth('a notification is taken by any status of success, and rejects with any other', async (t, fetch) => {
  const statuses = [202, 200, 204, 400, 500, 401]
  const { url } = await serve(t, (_, response) => {
    response.writeHead(statuses.shift() ?? 404, { 'content-type': 'text/plain' }).end('why')
  })
  const { carrier } = await open(t, url, { fetch })
  const text = notification('notifications/x')
  for (const _ of [202, 200]) await carrier.send(text)
  await carrier.send(text)
  await assert.rejects(carrier.send(text), {
    code: 'refused',
    status: 400,
    message: 'The server refused a message: status 400: why',
  })
  await assert.rejects(carrier.send(text), { code: 'refused', status: 500 })
  await assert.rejects(carrier.send(text), { code: 'refused', status: 401 })
  await assert.rejects(carrier.send(text), { code: 'refused', status: 404 })
})

test('a server that answers a notification with a stream is not read for long', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { url, arrivals } = await serve(t, (_, response) => events(response, event({ jsonrpc: '2.0' })))
  const { carrier, recorder } = await open(t, url)
  await carrier.send(notification('notifications/x'))
  t.mock.timers.tick(2_000)
  await (await arrivals.next()).closed
  assert.equal(recorder.line.size, 0)
})
