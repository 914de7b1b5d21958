import assert from 'node:assert/strict'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer, globalAgent } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { connectWebSocket, HandshakeError } from '../../../src/transport/websocket/connect.ts'
import { acceptOf } from '../../../src/transport/websocket/handshake.ts'
import { closing, rawFrame } from '../../support/frames.ts'
import { RawPeer } from '../../support/raw-peer.ts'
import { TLS_CLIENT, TLS_SERVER } from '../../support/tls.ts'
import { next } from '../../support/websocket.ts'

type Headers = Readonly<Record<string, string | undefined>>

const headText = (status: string, headers: Headers): string => {
  const lines = Object.entries(headers).filter(([, value]) => value !== undefined)
  return `HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** An http server whose upgrades are answered by hand: with these headers, and what follows them. */
const serveUpgrades = async (
  t: TestContext,
  changes: (accept: string) => Headers = () => ({}),
  behind: Uint8Array = Buffer.alloc(0),
) => {
  const peers: RawPeer[] = []
  const server = createHttpServer()
  server.on('upgrade', async (request, socket: Duplex) => {
    const accept = await acceptOf(request.headers['sec-websocket-key'] ?? '')
    const headers = {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-accept': accept,
      'sec-websocket-protocol': 'mcp',
      ...changes(accept),
    }
    socket.write(Buffer.concat([Buffer.from(headText('101 Switching Protocols', headers)), behind]))
    peers.push(new RawPeer(socket, 'server'))
  })
  const upgraded = next(server, 'upgrade')
  return { ...(await listening(t, server)), upgraded, peers }
}

const listening = async (t: TestContext, server: ReturnType<typeof createHttpServer>) => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await next(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `ws://127.0.0.1:${port}/mcp` }
}

const serve = (t: TestContext, listener: RequestListener) => listening(t, createHttpServer(listener))

test('RFC 6455 §4.1: a client asks with a key, the version and its subprotocols, and headers of its own', async (t) => {
  const { url, upgraded } = await serveUpgrades(t)
  const channel = await connectWebSocket(`${url}?with=query`, {
    protocols: ['other', 'mcp'],
    headers: { authorization: 'Bearer token', connection: 'close' },
  })
  const [request] = (await upgraded) as [{ method: string; url: string; headers: Record<string, string> }]
  const { host, 'sec-websocket-key': key, ...headers } = request.headers
  assert.deepEqual([request.method, request.url], ['GET', '/mcp?with=query'])
  assert.match(host ?? '', /^127\.0\.0\.1:\d+$/)
  assert.equal(Buffer.from(key ?? '', 'base64').length, 16)
  assert.deepEqual(headers, {
    authorization: 'Bearer token',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'other, mcp',
  })
  assert.equal(channel.protocol, 'mcp')
})

test('texts go both ways, also those that come right behind the handshake', async (t) => {
  const first = Buffer.from('8105', 'hex')
  const { url, peers } = await serveUpgrades(t, undefined, Buffer.concat([first, Buffer.from('first')]))
  const channel = await connectWebSocket(new URL(url))
  const texts: string[] = []
  channel.onMessage((text) => void texts.push(text))
  const [peer] = peers
  assert.ok(peer)
  channel.send('to you')
  assert.equal(await peer.takeText(), 'to you')
  peer.send(rawFrame('text', 'second'), rawFrame('close', closing(1000, 'done')))
  assert.deepEqual(await peer.takeClose(), [1000, ''])
  peer.socket.end()
  assert.deepEqual(await channel.closed, { code: 1000, reason: 'done', clean: true })
  assert.deepEqual(texts, ['first', 'second'])
})

test('the size of a message that comes in can be limited', async (t) => {
  const { url, peers } = await serveUpgrades(t)
  const channel = await connectWebSocket(url, { maxMessageBytes: 4 })
  channel.onMessage(() => undefined)
  const [peer] = peers
  assert.ok(peer)
  peer.send(rawFrame('text', '12345'))
  assert.deepEqual(await peer.takeClose(), [1009, 'a message has at most 4 bytes'])
})

test('a client pings as often as it is told to', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { url, peers } = await serveUpgrades(t)
  const channel = await connectWebSocket(url, { keepAliveMs: 5000 })
  channel.onMessage(() => undefined)
  t.mock.timers.tick(5000)
  assert.deepEqual(await peers[0]?.take(1), [rawFrame('ping')])
})

const problems: readonly (readonly [name: string, changes: (accept: string) => Headers, message: RegExp])[] = [
  ['another protocol', () => ({ upgrade: 'h2c' }), /its Upgrade is not "websocket"/],
  ['a wrong accept value', () => ({ 'sec-websocket-accept': 'AAAA' }), /does not answer the key/],
  ['no accept value', () => ({ 'sec-websocket-accept': undefined }), /does not answer the key/],
  ['an extension', () => ({ 'sec-websocket-extensions': 'permessage-deflate' }), /extension that was not offered/],
  ['another subprotocol', () => ({ 'sec-websocket-protocol': 'soap' }), /subprotocol "soap", which was not offered/],
  ['no subprotocol', () => ({ 'sec-websocket-protocol': undefined }), /none of the subprotocols mcp/],
]

for (const [name, changes, message] of problems) {
  test(`RFC 6455 §4.1: a server that answers with ${name} is left`, async (t) => {
    const { url, peers } = await serveUpgrades(t, changes)
    await assert.rejects(connectWebSocket(url), (error) => {
      assert.ok(error instanceof HandshakeError)
      assert.match(error.message, message)
      assert.deepEqual([error.status, error.body], [101, ''])
      return true
    })
    await peers[0]?.ended
  })
}

test('a server that refuses is quoted: its status, its headers and what it says', async (t) => {
  const { url } = await serve(t, (_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer' })
    response.end('who are you?')
  })
  await assert.rejects(connectWebSocket(url), (error) => {
    assert.ok(error instanceof HandshakeError)
    assert.equal(error.message, `${url} refused the WebSocket: 401 Unauthorized`)
    assert.deepEqual([error.status, error.headers['www-authenticate'], error.body], [401, 'Bearer', 'who are you?'])
    return true
  })
})

test('of a long refusal the beginning is read, of a broken one what has come', async (t) => {
  const long = await serve(t, (_request, response) => {
    response.writeHead(500)
    response.end('x'.repeat(1_000_000))
  })
  const bodyOf = (url: string) =>
    connectWebSocket(url).then(
      () => assert.fail('it connected'),
      (error: HandshakeError) => error.body,
    )
  assert.equal((await bodyOf(long.url)).length, 16_384)
  const broken = await serve(t, (_request, response) => {
    response.writeHead(500, { 'content-length': '100' })
    response.write('so far')
    setImmediate(() => response.destroy())
  })
  assert.equal(await bodyOf(broken.url), 'so far')
})

test('nobody listening is an error of the connection', async () => {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await next(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await next(server, 'close')
  await assert.rejects(connectWebSocket(`ws://127.0.0.1:${port}/`), { code: 'ECONNREFUSED' })
})

test('a signal gives the handshake up, with its reason', async (t) => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const { url } = await serve(t, () => controller.abort(reason))
  await assert.rejects(connectWebSocket(url, { signal: AbortSignal.abort(reason) }), reason)
  await assert.rejects(connectWebSocket(url, { signal: controller.signal }), reason)
})

test('a signal that aborts later does nothing to the connection', async (t) => {
  const { url, peers } = await serveUpgrades(t)
  const controller = new AbortController()
  const channel = await connectWebSocket(url, { signal: controller.signal })
  channel.onMessage(() => undefined)
  controller.abort()
  channel.send('still here')
  assert.equal(await peers[0]?.takeText(), 'still here')
})

for (const url of ['http://example.com/mcp', 'example.com', 'wss://']) {
  test(`${url} is no URL of a WebSocket`, async () => {
    await assert.rejects(connectWebSocket(url), { name: 'DefinitionError', message: /wss:\/\/example\.com\/mcp/ })
  })
}

test('wss is WebSocket over TLS', async (t) => {
  const server = createHttpsServer(TLS_SERVER)
  server.on('upgrade', async (request, socket: Duplex) => {
    const accept = await acceptOf(request.headers['sec-websocket-key'] ?? '')
    const headers = { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-accept': accept }
    socket.write(headText('101 Switching Protocols', { ...headers, 'sec-websocket-protocol': 'mcp' }))
    new RawPeer(socket, 'server').send(rawFrame('text', 'in secret'))
  })
  const { port } = await listening(t, server)
  const before = globalAgent.options
  globalAgent.options = { ...before, ...TLS_CLIENT }
  t.after(() => {
    globalAgent.options = before
  })
  const channel = await connectWebSocket(`wss://127.0.0.1:${port}/mcp`)
  const text = await new Promise((resolve) => channel.onMessage(resolve))
  assert.equal(text, 'in secret')
})
