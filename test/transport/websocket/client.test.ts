import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { type ClientAuth, ConnectionError } from '../../../src/client.ts'
import { createServer } from '../../../src/index.ts'
import { type WebSocketClientOptions, webSocketTransport } from '../../../src/transport/websocket/client.ts'
import { request } from '../../support/messages.ts'
import { callerOn } from '../../support/transports.ts'

const nobody = { message: () => undefined, malformed: () => undefined, ended: () => undefined, closed: () => undefined }

const transportTo = (url: string, options: Partial<WebSocketClientOptions> = {}) =>
  webSocketTransport({ url: new URL(url), headers: {}, auth: undefined, maxMessageBytes: 1024, ...options })

/** An http server that answers the handshake by hand, or lets ours do it. */
const doorman = async (
  t: TestContext,
  answer: (socket: Duplex, attempt: number) => unknown,
): Promise<{ readonly url: string; readonly seen: readonly IncomingHttpHeaders[] }> => {
  const { runtime } = createServer({ name: 'near', version: '1.0.0' }).tool('add', () => 3)
  const seen: IncomingHttpHeaders[] = []
  const http = createHttpServer()
  http.on('upgrade', (incoming, socket: Duplex, head) => {
    seen.push(incoming.headers)
    if (answer(socket, seen.length) === 'let in') runtime.upgrade(incoming, socket, head)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    await runtime.close()
    await new Promise((resolve) => http.close(resolve))
  })
  return { seen, url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/mcp` }
}

const withResolvers = <Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } => {
  let resolve!: (value: Value) => void
  const promise = new Promise<Value>((given) => {
    resolve = given
  })
  return { promise, resolve }
}

const refusing =
  (status: string, headers = '') =>
  (socket: Duplex): void =>
    void socket.end(`HTTP/1.1 ${status}\r\n${headers}content-length: 5\r\nconnection: close\r\n\r\nNo.\r\n`)

test('a socket is opened with its headers when it is started, and is a transport from then on', async (t) => {
  const { url, seen } = await doorman(t, () => 'let in')
  const auth: ClientAuth = { headers: async ({ url: asked, method }) => ({ authorization: `Own ${method} ${asked}` }) }
  const transport = transportTo(url, { headers: { 'x-tenant': 'a' }, auth })
  assert.equal(transport.send('{}'), undefined)
  assert.equal(seen.length, 0)
  const caller = await callerOn(transport)
  assert.deepEqual([seen[0]?.['x-tenant'], seen[0]?.authorization], ['a', `Own GET ${url}`])
  caller.send(request('2026-07-28', 1, 'tools/call', { name: 'add' }))
  assert.equal((await caller.next()).result.structuredContent, 3)
  await transport.close()
  assert.equal(await caller.closed, undefined)
})

test('a handshake that is refused says how, and by which status', async (t) => {
  for (const [status, code] of [
    ['404 Not Found', 404],
    ['503 Service Unavailable', 503],
    ['401 Unauthorized', 401],
  ] as const) {
    const { url } = await doorman(t, refusing(status))
    await assert.rejects(
      async () => transportTo(url).start(nobody),
      (error: ConnectionError) => {
        assert.ok(error instanceof ConnectionError)
        assert.deepEqual([error.code, error.status, error.body], ['refused', code, 'No.\r\n'])
        assert.match(error.message, new RegExp(`${code}`))
        return true
      },
    )
  }
})

test('a caller who was refused may come again once, with new headers', async (t) => {
  const challenges: unknown[] = []
  const auth = (isWorthIt: boolean): ClientAuth => ({
    headers: () => ({ authorization: `Bearer ${challenges.length}` }),
    challenged: (challenge) => {
      challenges.push(challenge)
      return isWorthIt
    },
  })
  const unauthorized = refusing('403 Forbidden', 'www-authenticate: Bearer scope="b"\r\n')
  const { url, seen } = await doorman(t, (socket, attempt) => (attempt === 1 ? unauthorized(socket) : 'let in'))
  const caller = await callerOn(transportTo(url, { auth: auth(true) }))
  assert.deepEqual(
    seen.map(({ authorization }) => authorization),
    ['Bearer 0', 'Bearer 1'],
  )
  assert.deepEqual(challenges, [{ url, status: 403, header: 'Bearer scope="b"' }])
  await caller.transport.close()
  for (const [isWorthIt, attempts] of [
    [false, 1],
    [true, 2],
  ] as const) {
    const door = await doorman(t, unauthorized)
    await assert.rejects(async () => transportTo(door.url, { auth: auth(isWorthIt) }).start(nobody), { status: 403 })
    assert.equal(door.seen.length, attempts)
  }
})

test('a caller who cannot say who they are fails as they do', async (t) => {
  const { url, seen } = await doorman(t, () => 'let in')
  const failure = new Error('no token today')
  const auth: ClientAuth = {
    headers: () => {
      throw failure
    },
  }
  await assert.rejects(async () => transportTo(url, { auth }).start(nobody), failure)
  assert.equal(seen.length, 0)
})

test('a handshake that nobody answers ends with the transport', async (t) => {
  const { promise: asked, resolve } = withResolvers<Duplex>()
  const { url } = await doorman(t, (socket) => resolve(socket))
  const transport = transportTo(url)
  const starting = assert.rejects(async () => transport.start(nobody))
  const socket = await asked
  const ended = once(socket.resume(), 'end')
  await transport.close()
  await starting
  await ended
  socket.destroy()
})

test('a transport that was closed before it was started opens nothing', async (t) => {
  const { url, seen } = await doorman(t, () => 'let in')
  const transport = transportTo(url)
  await transport.close()
  await assert.rejects(async () => transport.start(nobody))
  assert.equal(seen.length, 0)
})
