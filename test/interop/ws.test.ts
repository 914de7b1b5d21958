import assert from 'node:assert/strict'
import { type EventEmitter, once } from 'node:events'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, type TestContext, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js'
import * as v from 'valibot'
import { createServer, type Running } from '../../src/index.ts'
import { connectWebSocket, type HandshakeError } from '../../src/transport/websocket/connect.ts'
import { initializeParams, request } from '../support/messages.ts'
import { dialogue, dialogueOver } from '../support/websocket.ts'

/** The members of the `ws` package that are used here. */
interface WsSocket extends EventEmitter {
  readonly protocol: string
  readonly extensions: string
  send(data: string | Uint8Array, options?: { fin?: boolean; binary?: boolean }): void
  ping(data?: string): void
  close(code?: number, reason?: string): void
  terminate(): void
}

interface WsServer extends EventEmitter {
  address(): AddressInfo
  close(): void
}

interface Ws {
  readonly WebSocket: new (url: string, protocols?: string | readonly string[], options?: object) => WsSocket
  readonly WebSocketServer: new (options: object) => WsServer
}

const { WebSocket, WebSocketServer }: Ws = createRequire(import.meta.url)('ws')

// ---- its client, our server

let running: Running | undefined

before(async () => {
  running = await createServer({ name: 'ours', version: '1.0.0' })
    .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
    .tool('repeat', v.object({ text: v.string(), times: v.number() }), ({ text, times }) => text.repeat(times))
    .tool('steps', async (_, ctx) => {
      for (let step = 1; step <= 3; step += 1) await ctx.progress(step, 3)
      return 'done'
    })
    .listen({ port: 0 })
})

after(() => running?.close())

const url = (): string => (running as Running).url.replace('http:', 'ws:')

const connect = async (t: TestContext, protocols: string | readonly string[] = 'mcp', options = {}) => {
  const socket = new WebSocket(url(), protocols, options)
  t.after(() => socket.terminate())
  const line = dialogueOver((text) => socket.send(text))
  socket.on('message', (data) => line.receive(String(data)))
  await once(socket, 'open')
  return { socket, line }
}

test('ws talks to our server, which takes the subprotocol and leaves the extension that it offers', async (t) => {
  const { socket, line } = await connect(t)
  assert.deepEqual([socket.protocol, socket.extensions], ['mcp', ''])
  line.send({ jsonrpc: '2.0', id: 0, method: 'initialize', params: initializeParams('2025-06-18') })
  assert.equal((await line.next()).result.protocolVersion, '2025-06-18')
  line.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  line.send(request('2025-06-18', 1, 'tools/call', { name: 'steps', _meta: { progressToken: 0 } }))
  for (const progress of [1, 2, 3]) assert.equal((await line.next()).params.progress, progress)
  assert.equal((await line.next()).result.content[0].text, 'done')
  line.send(request('2026-07-28', 2, 'tools/call', { name: 'add', arguments: { a: 1, b: 2 } }))
  assert.equal((await line.next()).result.structuredContent, 3)
})

test('ws may send in fragments, and gets large messages whole', async (t) => {
  const { socket, line } = await connect(t)
  const text = 'é世🌍'.repeat(100_000)
  const message = Buffer.from(
    JSON.stringify(request('2026-07-28', 1, 'tools/call', { name: 'repeat', arguments: { text, times: 3 } })),
  )
  for (let at = 0; at < message.length; at += 10_000) {
    socket.send(message.subarray(at, at + 10_000), { fin: at + 10_000 >= message.length, binary: false })
  }
  assert.ok((await line.next()).result.content[0].text === text.repeat(3))
})

test('the pings of ws are answered', async (t) => {
  const { socket } = await connect(t)
  socket.ping('are you there?')
  const [payload] = await once(socket, 'pong')
  assert.equal(String(payload), 'are you there?')
})

test('ws closes, and hears the same code', async (t) => {
  const { socket } = await connect(t)
  socket.close(4001, 'enough')
  assert.equal((await once(socket, 'close'))[0], 4001)
})

const closes: readonly (readonly [code: number, what: string, misbehave: (socket: WsSocket) => void])[] = [
  [1003, 'binary messages', (socket) => socket.send(Buffer.from('{}'))],
  [1007, 'what is not UTF-8', (socket) => socket.send(Uint8Array.of(0xff), { binary: false })],
  [1009, 'too large a message', (socket) => socket.send('x'.repeat(4 * 1024 * 1024 + 1))],
]

for (const [code, what, misbehave] of closes) {
  test(`ws hears ${code} when it sends ${what}`, async (t) => {
    const { socket } = await connect(t)
    misbehave(socket)
    assert.equal((await once(socket, 'close'))[0], code)
  })
}

const refused: readonly (readonly [status: number, what: string, protocol: string, options: object])[] = [
  [400, 'another subprotocol', 'soap', {}],
  [403, 'a foreign origin', 'mcp', { origin: 'https://evil.example' }],
  [426, 'an older version', 'mcp', { protocolVersion: 8 }],
]

for (const [status, what, protocol, options] of refused) {
  test(`ws hears ${status} when it comes with ${what}`, async () => {
    const socket = new WebSocket(url(), protocol, options)
    const [error] = await once(socket, 'error')
    assert.match(error.message, new RegExp(`${status}`))
  })
}

test('ws hears 1001 when our server closes', async () => {
  const server = await createServer({ name: 'ours', version: '1.0.0' })
    .tool('hello', () => 'Hello!')
    .listen({ port: 0 })
  const socket = new WebSocket(server.url.replace('http:', 'ws:'), 'mcp')
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await server.close()
  const [code, reason] = await closed
  assert.deepEqual([code, String(reason)], [1001, 'the server is closing'])
})

test('the official client of the first generation talks to our server over ws', async (t) => {
  const before = globalThis.WebSocket
  Object.assign(globalThis, { WebSocket })
  t.after(() => Object.assign(globalThis, { WebSocket: before }))
  const client = new Client({ name: 'official', version: '1.0.0' })
  await client.connect(new WebSocketClientTransport(new URL(url())))
  t.after(() => client.close())
  assert.equal(client.getServerVersion()?.name, 'ours')
  const { tools } = await client.listTools()
  assert.deepEqual(tools.map(({ name }) => name).sort(), ['add', 'repeat', 'steps'])
  const { content } = await client.callTool({ name: 'add', arguments: { a: 40, b: 2 } })
  assert.deepEqual(content, [{ type: 'text', text: '42' }])
})

// ---- our client, its server

const serve = async (t: TestContext, options: object = {}) => {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: (offered: Set<string>) => offered.has('mcp') && 'mcp',
    ...options,
  })
  await once(server, 'listening')
  t.after(() => server.close())
  const accepted = once(server, 'connection').then(([socket]) => {
    t.after(() => socket.terminate())
    return socket as WsSocket
  })
  return { url: `ws://127.0.0.1:${server.address().port}/mcp`, accepted }
}

const pair = async (t: TestContext, options: object = {}) => {
  const { url, accepted } = await serve(t, options)
  const channel = await connectWebSocket(url)
  const line = dialogue(channel)
  return { channel, line, socket: await accepted }
}

test('our client talks to a server of ws', async (t) => {
  const { channel, line, socket } = await pair(t, { perMessageDeflate: true })
  assert.deepEqual([channel.protocol, socket.extensions], ['mcp', ''])
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  const text = 'é世🌍'.repeat(50_000)
  line.send({ text: '' }, { text })
  assert.deepEqual(await line.next(), { text: '' })
  assert.ok((await line.next()).text === text)
})

test('our client reads the fragments of ws, and answers its pings between them', async (t) => {
  const { line, socket } = await pair(t)
  socket.send('{"text":"é', { fin: false })
  socket.ping('between')
  assert.equal(String((await once(socket, 'pong'))[0]), 'between')
  socket.send('世"}', { fin: true })
  assert.deepEqual(await line.next(), { text: 'é世' })
})

test('our client and a server of ws close with each other, whoever begins', async (t) => {
  const ours = await pair(t)
  const heard = once(ours.socket, 'close')
  assert.deepEqual(await ours.channel.close(4001, 'enough'), { code: 4001, reason: 'enough', clean: true })
  const [code, reason] = await heard
  assert.deepEqual([code, String(reason)], [4001, 'enough'])
  const theirs = await pair(t)
  theirs.socket.close(4002, 'good night')
  assert.deepEqual(await theirs.channel.closed, { code: 4002, reason: 'good night', clean: true })
})

test('our client says 1006 when a server of ws goes away, and 1003 when it sends bytes', async (t) => {
  const lost = await pair(t)
  lost.socket.terminate()
  assert.equal((await lost.channel.closed).code, 1006)
  const binary = await pair(t)
  const closed = once(binary.socket, 'close')
  binary.socket.send(Uint8Array.of(1, 2, 3))
  assert.equal((await closed)[0], 1003)
})

test('our client is told when a server of ws refuses it, or selects no subprotocol', async (t) => {
  const refusing = await serve(t, {
    verifyClient: (_info: unknown, done: (...args: unknown[]) => void) => done(false, 401, 'who?'),
  })
  await assert.rejects(connectWebSocket(refusing.url), (error: HandshakeError) => error.status === 401)
  const silent = await serve(t, { handleProtocols: () => false })
  await assert.rejects(connectWebSocket(silent.url), { message: /selected none of the subprotocols mcp/ })
})
