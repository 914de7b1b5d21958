import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createServer, type HttpInfo, type NodeRequest, type NodeResponse } from '../../../src/index.ts'
import { messagesOf } from '../../support/messages.ts'
import { sessionOf } from './session-support.ts'
import { calling, gate, testBoth } from './support.ts'

const server = createServer({ name: 'where', version: '1.0.0' }).tool('where', (_, ctx) => ({
  url: ctx.http?.url.href ?? '',
  region: ctx.http?.headers.get('x-region') ?? '',
}))

const PUBLIC = 'https://mcp.example/tools/mcp'

testBoth('ctx.http: the headers and the URL of the request', async (_, bound, adapter) => {
  const { send } = await bound(server, { path: '*' })
  const host = 'localhost:1234'
  const sent = { ...calling('2026-07-28', 'where', {}, { 'X-Region': 'eu', host }), path: '/a/b?x=%20y' }
  const { url, region } = (await messagesOf(await send(sent)))[0]?.result.structuredContent ?? {}
  assert.equal(region, 'eu')
  assert.equal(url, adapter === 'Node' ? `http://${host}/a/b?x=%20y` : 'http://localhost/a/b?x=%20y')
})

testBoth('ctx.http: within a session, those of the request that carries the call', async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-11-25', { publicUrl: PUBLIC, path: '*' })
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'where', arguments: {} } }
  const [answer] = await messagesOf(await session.post(message, { 'x-region': 'eu' }))
  assert.deepEqual(answer?.result.structuredContent, { url: PUBLIC, region: 'eu' })
})

testBoth('ctx.http: with publicUrl, its URL is that, with the query of the request', async (_, bound) => {
  const { send } = await bound(server, { publicUrl: PUBLIC })
  for (const query of ['', '?a=1']) {
    const response = await send({ ...calling('2026-07-28', 'where'), path: `/mcp${query}` })
    assert.equal((await messagesOf(response))[0]?.result.structuredContent.url, `${PUBLIC}${query}`)
  }
})

/** What a handler sees of a request that a host makes up. */
const infoOf = async (
  request: Partial<NodeRequest> & Pick<NodeRequest, 'headers'>,
  publicUrl?: string,
): Promise<HttpInfo> => {
  const { opened, open } = gate<HttpInfo>()
  const runtime = server
    .intercept(({ http }, next) => {
      if (http) open(http)
      return next()
    })
    .bind({ path: '*', ...(publicUrl && { publicUrl }) })
  const { headers, body } = calling('2026-07-28', 'where')
  const response = { headersSent: false, writeHead: () => undefined, end: () => undefined, on: () => undefined }
  const full = { method: 'POST', ...request, headers: { ...headers, ...request.headers }, body }
  runtime.handler(full as unknown as NodeRequest, response as unknown as NodeResponse)
  return opened
}

const urls: readonly (readonly [
  name: string,
  request: Partial<NodeRequest> & Pick<NodeRequest, 'headers'>,
  url: string,
])[] = [
  [
    'the original URL comes before the one that a mount has left',
    { headers: { host: 'a.example' }, url: '/', originalUrl: '/mcp?x' },
    'http://a.example/mcp?x',
  ],
  ['over TLS', { headers: { host: 'a.example' }, url: '/mcp', socket: { encrypted: true } }, 'https://a.example/mcp'],
  ['TS-18: over HTTP/2', { headers: { ':authority': 'a.example:1' }, url: '/mcp' }, 'http://a.example:1/mcp'],
  ['without a host', { headers: {}, url: '/mcp', socket: null }, 'http://localhost/mcp'],
  ['without a URL', { headers: { host: 'a.example' } }, 'http://a.example/'],
  [
    'a target with scheme and host',
    { headers: { host: 'a.example' }, url: 'http://b.example/mcp?x' },
    'http://a.example/mcp?x',
  ],
  [
    'a path that looks like a host',
    { headers: { host: 'a.example' }, url: '//evil.example/mcp' },
    'http://a.example//evil.example/mcp',
  ],
  ['a host that is none', { headers: { host: '%%%' }, url: '/mcp?x' }, 'http://localhost/mcp?x'],
  ['a host with spaces', { headers: { host: 'a b' }, url: '//x' }, 'http://localhost//x'],
]

for (const [name, request, url] of urls) {
  test(`ctx.http.url: ${name} → ${url}`, async () => assert.equal((await infoOf(request)).url.href, url))
}

test('ctx.http.headers: repeated headers stay apart, pseudo-headers are none', async () => {
  const { headers } = await infoOf({
    headers: { ':path': '/mcp', 'set-cookie': ['a=1', 'b=2'], 'x-one': 'one', 'x-none': undefined },
  })
  assert.deepEqual(headers.getSetCookie(), ['a=1', 'b=2'])
  assert.equal(headers.get('x-one'), 'one')
  assert.equal(headers.has('x-none'), false)
})

test('ctx.http: headers that a host gives as arrays are read as one', async () => {
  const { headers } = await infoOf({ headers: { accept: ['application/json', 'text/event-stream'] } })
  assert.equal(headers.get('accept'), 'application/json, text/event-stream')
})

test('ctx.http: publicUrl is not changed by what a handler does to the URL', async () => {
  const info = await infoOf({ headers: {}, url: '/mcp?a' }, PUBLIC)
  info.url.pathname = '/elsewhere'
  assert.equal(info.url.href, `${PUBLIC}?a`)
})

test('HTTP/1.0 without Host over a socket of the file system: ctx.http.url is on localhost', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'socket-'))
  const http = createHttpServer(server.handler)
  t.after(async () => {
    await new Promise((resolve) => http.close(resolve))
    await rm(folder, { recursive: true })
  })
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\fluent-mcp-${process.pid}` : join(folder, 's')
  await new Promise<void>((resolve) => http.listen(path, resolve))
  const socket = connect(path)
  const { headers, body } = calling('2026-07-28', 'where')
  const head = Object.entries({ ...headers, 'content-length': String(body.length) })
  socket.write(`POST /mcp HTTP/1.0\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`)
  let text = ''
  for await (const chunk of socket) text += chunk
  assert.match(text, /^HTTP\/1\.1 200 /)
  assert.match(text, /http:\/\/localhost\/mcp/)
})
