import assert from 'node:assert/strict'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { type BindOptions, byHost, createServer, type NodeRequest, type Runtime } from '../../../src/index.ts'
import { acceptOf } from '../../../src/transport/websocket/handshake.ts'
import { duplexPair } from '../../support/duplex-pair.ts'
import { rawFrame } from '../../support/frames.ts'
import { initializeParams, keepingLogger, request } from '../../support/messages.ts'
import { TLS_CLIENT, TLS_SERVER } from '../../support/tls.ts'
import { ACCEPT, type HeaderChanges, KEY, next, UPGRADE_HEADERS, upgrade, upgraded } from '../../support/websocket.ts'

const definition = createServer({ name: 'test', version: '1.0.0' }).tool('hello', () => 'Hello!')

/** A runtime behind a plain http server, which has nothing else. */
const mount = async (t: TestContext, runtime: Runtime, server: HttpServer = createHttpServer(runtime.handler)) => {
  server.on('upgrade', runtime.upgrade)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await next(server, 'listening')
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    await runtime.close({ drainMs: 0 })
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}/mcp` }
}

const bound = (options: BindOptions = {}) => {
  const logger = keepingLogger()
  return { logger, runtime: definition.bind({ logger, ...options }) }
}

const errorOf = (body: string) => JSON.parse(body).error

test('RFC 6455 §4.2.2: an upgrade is answered with the accept value and the subprotocol, and no extension', async (t) => {
  const { url } = await mount(t, bound().runtime)
  const { status, headers } = await upgrade(url, { 'sec-websocket-extensions': 'permessage-deflate' })
  assert.equal(status, 101)
  assert.deepEqual(
    { ...headers },
    {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-accept': ACCEPT,
      'sec-websocket-protocol': 'mcp',
    },
  )
})

test('what a client sends right behind its request is read', async (t) => {
  const { port } = await mount(t, bound().runtime)
  const socket = connect(port, '127.0.0.1')
  const headers = Object.entries({ host: 'localhost', ...UPGRADE_HEADERS }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const mask = Buffer.alloc(4)
  const text = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }))
  const frame = Buffer.concat([Uint8Array.of(0x81, 0x80 + text.length), mask, text])
  socket.write(Buffer.concat([Buffer.from(`GET /mcp HTTP/1.1\r\n${headers.join('')}\r\n`), frame]))
  let came = ''
  while (!came.includes('"id":1')) came += String((await next(socket, 'data'))[0])
  assert.match(came, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
  assert.match(came, /\{"jsonrpc":"2\.0","id":1,"result":\{\}\}$/)
  socket.destroy()
})

const refusals: readonly (readonly [name: string, changes: HeaderChanges, status: number, message: RegExp])[] = [
  ['another version', { 'sec-websocket-version': '8' }, 426, /Sec-WebSocket-Version must be 13/],
  ['no key', { 'sec-websocket-key': undefined }, 400, /Sec-WebSocket-Key/],
  ['no subprotocol', { 'sec-websocket-protocol': undefined }, 400, /Sec-WebSocket-Protocol must offer "mcp"/],
  ['a foreign origin', { origin: 'https://evil.example' }, 403, /origin "https:\/\/evil\.example" are not allowed/],
  ['a foreign host', { host: 'evil.example' }, 421, /host "evil\.example"/],
]

for (const [name, changes, status, message] of refusals) {
  test(`an upgrade with ${name} is refused politely with ${status}`, async (t) => {
    const { url } = await mount(t, bound().runtime)
    const { status: got, headers, body } = await upgrade(url, changes)
    assert.deepEqual([got, headers['content-type'], headers.connection], [status, 'application/json', 'close'])
    assert.match(errorOf(body).message, message)
  })
}

test('RFC 6455 §4.4: the refusal of another version names the right one', async (t) => {
  const { url } = await mount(t, bound().runtime)
  const { headers } = await upgrade(url, { 'sec-websocket-version': '8' })
  assert.deepEqual([headers['sec-websocket-version'], headers.upgrade], ['13', 'websocket'])
})

test('an upgrade that is no GET is refused with 405', async (t) => {
  const { url } = await mount(t, bound().runtime)
  const { status, headers } = await upgrade(url, {}, 'POST')
  assert.deepEqual([status, headers.allow], [405, 'GET'])
})

test('a refused origin or host gives a log line that names the option to change', async (t) => {
  const { runtime, logger } = bound()
  const { url } = await mount(t, runtime)
  await upgrade(url, { origin: 'https://app.example' })
  await upgrade(url, { host: 'app.example' })
  assert.match(logger.lines[0]?.message ?? '', /app\.example.*allowedOrigins/)
  assert.match(logger.lines[1]?.message ?? '', /app\.example.*allowedHosts/)
})

test('pages of loopback origins may connect, and those that allowedOrigins lists', async (t) => {
  const loopback = await mount(t, bound().runtime)
  await upgraded(loopback.url, { origin: 'http://localhost:3000' })
  const listed = await mount(t, bound({ allowedOrigins: ['https://app.example'] }).runtime)
  await upgraded(listed.url, { origin: 'https://app.example' })
})

// ---- paths

test('an upgrade is answered at the path of the handler', async (t) => {
  const { url } = await mount(t, bound({ path: '/deep/mcp' }).runtime)
  assert.equal((await upgrade(url)).status, 404)
  await upgraded(url.replace('/mcp', '/deep/mcp?with=query'))
})

test("with the path '*' it is answered anywhere", async (t) => {
  const { url } = await mount(t, bound({ path: '*' }).runtime)
  await upgraded(`${url}/anywhere`)
})

test('what is not its own goes to the next one where there is one', async (t) => {
  const one = bound({ path: '/one' }).runtime
  const two = bound({ path: '/two' }).runtime
  const server = createHttpServer()
  const both: Runtime = {
    ...one,
    close: () => one.close(),
    upgrade: (asked, socket, head) => one.upgrade(asked, socket, head, () => two.upgrade(asked, socket, head)),
  }
  const { url } = await mount(t, both, server)
  t.after(() => two.close())
  await upgraded(url.replace('/mcp', '/one'))
  await upgraded(url.replace('/mcp', '/two'))
  const { status, body } = await upgrade(url)
  assert.deepEqual([status, errorOf(body).message], [404, 'There is no WebSocket here'])
})

test('without WebSocket, an upgrade is not its own', async (t) => {
  const { url } = await mount(t, bound({ websocket: false }).runtime)
  assert.equal((await upgrade(url)).status, 404)
})

test('byHost routes upgrades by their host', async (t) => {
  const router = byHost({ 'a.example': bound({ allowedHosts: ['a.example'] }).runtime, 'b.example': definition })
  const { url } = await mount(t, { ...bound().runtime, ...router, close: async () => undefined })
  await upgraded(url, { host: 'a.example' })
  await upgraded(url, { host: 'b.example:8000' })
  const { status, body } = await upgrade(url, { host: 'c.example' })
  assert.deepEqual([status, errorOf(body).message], [421, 'This server does not answer for this host'])
  let passed = 0
  const [own] = duplexPair()
  router.upgrade(requestOf(own, { host: 'c.example' }), own, Buffer.alloc(0), () => {
    passed += 1
  })
  assert.equal(passed, 1)
})

test('server.upgrade is that of the shared runtime', async (t) => {
  const server = createServer({ name: 'test', version: '1.0.0' }).tool('hello', () => 'Hello!')
  assert.equal(server.upgrade, server.runtime.upgrade)
  const { url } = await mount(t, server.runtime)
  await upgraded(url)
})

// ---- listen

test('listen answers WebSocket at the same address, unless it is told not to', async (t) => {
  const running = await definition.listen({ port: 0 })
  t.after(() => running.close())
  const peer = await upgraded(running.url)
  peer.socket.destroy()
  const without = await definition.listen({ port: 0, websocket: false })
  t.after(() => without.close())
  assert.notEqual((await upgrade(without.url)).status, 101)
})

// ---- lifespans

const startingWith = (start: () => unknown) =>
  createServer({ name: 'test', version: '1.0.0' })
    .lifespan(start)
    .tool('hello', () => 'Hello!')

/** Settles when the condition holds, in whatever turn that is. */
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

/** A runtime whose lifespan starts when `finish` is called. */
const startingLater = (options: BindOptions = {}) => {
  const held: { finish?: () => void } = {}
  const start = (): Promise<void> =>
    new Promise((resolve) => {
      held.finish = resolve
    })
  return {
    runtime: startingWith(start).bind(options),
    begun: () => until(() => held.finish !== undefined),
    finish: () => held.finish?.(),
  }
}

test('an upgrade waits for the lifespan to start', async (t) => {
  const { runtime, begun, finish } = startingLater()
  const { url } = await mount(t, runtime)
  const waiting = upgrade(url)
  await begun()
  finish()
  assert.equal((await waiting).status, 101)
})

test('a client that ends its half before its upgrade is answered gets the end of the other', async (t) => {
  const { runtime, begun, finish } = startingLater()
  const server = createHttpServer(runtime.handler)
  const { port } = await mount(t, runtime, server)
  const accepted = next(server, 'connection')
  const client = connect(port, '127.0.0.1')
  const lines = Object.entries({ host: 'localhost', ...UPGRADE_HEADERS }).map((pair) => `${pair.join(': ')}\r\n`)
  client.resume().end(`GET /mcp HTTP/1.1\r\n${lines.join('')}\r\n`)
  const [socket] = (await accepted) as [Socket]
  await begun()
  await until(() => socket.readableEnded)
  const closed = next(client, 'close')
  finish()
  await closed
})

test('a lifespan that fails to start refuses upgrades with 503, and logs why', async (t) => {
  const logger = keepingLogger()
  const failing = startingWith(() => {
    throw new Error('no database')
  })
  const { url } = await mount(t, failing.bind({ logger }))
  const { status, headers, body } = await upgrade(url)
  assert.deepEqual([status, headers['retry-after']], [503, '1'])
  assert.deepEqual(errorOf(body), { code: -32603, message: 'The server could not start' })
  assert.equal(logger.lines[0]?.message, 'the lifespan failed to start:')
})

test('while it closes, upgrades are refused with 503', async (t) => {
  const { runtime } = bound()
  const { url } = await mount(t, runtime)
  await runtime.close()
  const { status, body } = await upgrade(url)
  assert.deepEqual([status, errorOf(body).message], [503, 'The server is closing'])
})

test('an upgrade that waits while it closes is refused with 503', async (t) => {
  const { runtime, begun, finish } = startingLater()
  const { url } = await mount(t, runtime)
  const waiting = upgrade(url)
  await begun()
  const closed = runtime.close()
  finish()
  const { status, body } = await waiting
  assert.deepEqual([status, errorOf(body).message], [503, 'The server is closing'])
  await closed
})

// ---- sockets that are no sockets of a server

const requestOf = (socket: Duplex, changes: HeaderChanges = {}): NodeRequest => ({
  method: 'GET',
  url: '/mcp',
  headers: { host: 'localhost', ...UPGRADE_HEADERS, ...changes },
  on: () => socket,
  resume: () => undefined,
})

test('a client that goes away while it waits is forgotten', async () => {
  const { runtime, begun, finish } = startingLater()
  const [own, other] = duplexPair()
  runtime.upgrade(requestOf(own), own, Buffer.alloc(0))
  await begun()
  // Whatever the upgrade itself computes has been computed by then, too.
  await acceptOf(KEY)
  other.on('error', () => undefined)
  const closed = new Promise((resolve) => own.once('close', resolve))
  own.destroy(new Error('read ECONNRESET'))
  await closed
  finish()
  await until(() => other.destroyed)
  await runtime.close()
  assert.equal(other.read(), null)
})

test('a client that goes away while it is refused is forgotten', async () => {
  const { runtime } = bound()
  const [own, other] = duplexPair()
  other.on('error', () => undefined)
  runtime.upgrade(requestOf(own, { 'sec-websocket-key': undefined }), own, Buffer.alloc(0))
  const closed = new Promise((resolve) => own.once('close', resolve))
  own.destroy(new Error('read ECONNRESET'))
  await closed
})

test('who calls is known where the host has found out', async (t) => {
  const server = createServer({ name: 'test', version: '1.0.0' }).tool('who', (_, { auth }) => `${auth?.clientId}`)
  const runtime = server.bind()
  const { url } = await mount(t, {
    ...runtime,
    close: runtime.close,
    upgrade: (asked, socket, head) =>
      runtime.upgrade(Object.assign(asked, { auth: { token: 'secret', clientId: 'ann', scopes: [] } }), socket, head),
  })
  const peer = await upgraded(url)
  peer.send(rawFrame('text', JSON.stringify(request('2026-07-28', 1, 'tools/call', { name: 'who' }))))
  assert.equal(JSON.parse(await peer.takeText()).result.content[0].text, 'ann')
})

test('any duplex stream will do for a socket', async () => {
  const { runtime } = bound()
  const [own, other] = duplexPair()
  runtime.upgrade(requestOf(own), own, Buffer.alloc(0))
  const [head] = await next(other, 'data')
  assert.match(String(head), /^HTTP\/1\.1 101 /)
  other.destroy()
  await runtime.close()
})

// ---- other upgrades

const H2C: HeaderChanges = {
  connection: 'Upgrade, HTTP2-Settings',
  upgrade: 'h2c',
  'http2-settings': 'AAMAAABkAAQAAP__',
}

const POST_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: initializeParams('2025-11-25'),
})

/** What is sent as one client of Java does: every request offers h2c. */
const h2cPost = (body: string): string =>
  [
    'POST /mcp HTTP/1.1',
    'Host: localhost',
    ...Object.entries({ ...H2C, ...POST_HEADERS }).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${body.length}`,
    '',
    '',
  ].join('\r\n')

const answers = async (socket: Duplex, count: number): Promise<string> => {
  let came = ''
  while (came.split('"serverInfo"').length <= count) came += String((await next(socket, 'data'))[0])
  return came
}

test('RFC 9110 §7.8: a request that offers h2c is answered as if it did not, however its body comes', async (t) => {
  const { port } = await mount(t, bound().runtime)
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.write(h2cPost(initialize) + initialize.slice(0, 10))
  await next(socket, 'connect')
  socket.write(initialize.slice(10))
  assert.match(await answers(socket, 1), /^HTTP\/1\.1 200 OK\r\n/)
  socket.write(h2cPost(initialize) + initialize)
  assert.match(await answers(socket, 1), /^HTTP\/1\.1 200 OK\r\n/)
  socket.destroy()
})

test('the same over TLS', async (t) => {
  const { runtime } = bound()
  const { port } = await mount(t, runtime, createHttpsServer(TLS_SERVER, runtime.handler))
  const socket = connectTls({ port, host: '127.0.0.1', ...TLS_CLIENT })
  socket.write(h2cPost(initialize) + initialize)
  assert.match(await answers(socket, 1), /^HTTP\/1\.1 200 OK\r\n/)
  socket.destroy()
})

test('an offer of h2c goes to the next one where there is one', () => {
  const [own] = duplexPair()
  let passed = 0
  bound().runtime.upgrade(requestOf(own, H2C), own, Buffer.alloc(0), () => {
    passed += 1
  })
  assert.equal(passed, 1)
})

test('an offer of h2c on a socket without a server is refused with 426', async () => {
  const [own, other] = duplexPair()
  other.on('error', () => undefined)
  bound().runtime.upgrade(requestOf(own, H2C), own, Buffer.alloc(0))
  const answer = String((await next(other, 'data'))[0])
  assert.match(answer, /^HTTP\/1\.1 426 Upgrade Required\r\nupgrade: websocket\r\n/)
})

// ---- options

const wrong: readonly (readonly [value: unknown, message: RegExp])[] = [
  ['yes', /websocket must be true, false or \{ maxMessageBytes \}, got "yes"/],
  [{ maxMessageBytes: 0 }, /websocket\.maxMessageBytes must be a whole number above 0, got 0/],
  [{ maxMessageByte: 1 }, /maxMessageByte/],
]

for (const [value, message] of wrong) {
  test(`the option websocket: ${JSON.stringify(value)} is refused when it is bound`, () => {
    assert.throws(() => definition.bind({ websocket: value as boolean }), { name: 'DefinitionError', message })
  })
}

test('the size of a message can be limited', async (t) => {
  const { url } = await mount(t, bound({ websocket: { maxMessageBytes: 10 } }).runtime)
  const peer = await upgraded(url)
  peer.send(rawFrame('text', 'x'.repeat(11)))
  assert.deepEqual(await peer.takeClose(), [1009, 'a message has at most 10 bytes'])
})

test('websocket: {} is the default', async (t) => {
  const { url } = await mount(t, bound({ websocket: {} }).runtime)
  await upgraded(url)
})
