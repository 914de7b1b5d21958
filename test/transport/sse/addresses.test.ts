import assert from 'node:assert/strict'
import { test } from 'node:test'
import express from 'express'
import { type BindOptions, createServer } from '../../../src/index.ts'
import { type Asked, sseAddress } from '../../../src/transport/sse/addresses.ts'
import { keepingLogger } from '../../support/messages.ts'
import { SseReader } from '../../support/sse.ts'
import { sendToPort, serveNode, testBoth } from '../http/support.ts'
import { JSON_TYPE, request } from './support.ts'

interface Case {
  readonly name: string
  readonly sse?: { readonly path?: string; readonly messagePath?: string }
  readonly path?: string
  readonly publicUrl?: string
  readonly asked: Asked
  /** Where messages go to, `messages` for their own address, or nothing. */
  readonly is: string | undefined
}

const mounted = { url: '/sse', originalUrl: '/api/sse' }

const cases: readonly Case[] = [
  { name: 'the default', asked: { url: '/sse' }, is: '/messages' },
  { name: 'with a slash at the end, and a query', asked: { url: '/sse/?a=/messages' }, is: '/messages' },
  { name: 'as an absolute target', asked: { url: 'http://localhost/sse' }, is: '/messages' },
  { name: 'that of messages', asked: { url: '/messages?sessionId=1' }, is: 'messages' },
  { name: 'another', asked: { url: '/mcp' }, is: undefined },
  { name: 'none', asked: {}, is: undefined },
  { name: 'below', asked: { url: '/sse/more' }, is: undefined },
  { name: 'under a prefix that a host has taken away', asked: mounted, is: '/api/messages' },
  { name: 'messages there', asked: { url: '/messages?a', originalUrl: '/api/messages?a' }, is: 'messages' },
  { name: 'under a prefix that nobody has taken away', asked: { url: '/api/sse' }, is: undefined },
  { name: 'where a host has rewritten the URL', asked: { url: '/sse', originalUrl: '/old' }, is: '/messages' },
  {
    name: 'that could be taken for a host',
    asked: { url: '/sse', originalUrl: '//evil.example/sse' },
    is: '/evil.example/messages',
  },
  { name: 'a chosen one', sse: { path: '/a/events/' }, asked: { url: '/a/events' }, is: '/messages' },
  { name: 'the default beside a chosen one', sse: { path: '/events' }, asked: { url: '/sse' }, is: undefined },
  {
    name: 'a chosen one under a prefix: the original URL counts',
    sse: { path: '/api/sse', messagePath: '/api/post' },
    asked: mounted,
    is: '/api/post',
  },
  { name: 'a chosen one within a mount', sse: { path: '/sse' }, asked: mounted, is: undefined },
  {
    name: 'a chosen one that is the whole prefix',
    sse: { path: '/api/sse' },
    asked: { url: '/', originalUrl: '/api/sse' },
    is: '/api/sse/messages',
  },
  { name: 'a chosen one for messages', sse: { messagePath: '/post' }, asked: { url: '/post' }, is: 'messages' },
  { name: 'a stream with a chosen one for messages', sse: { messagePath: '/post' }, asked: mounted, is: '/post' },
  { name: 'behind a publicUrl', publicUrl: 'https://a.example/mcp', asked: { url: '/sse' }, is: '/messages' },
  {
    name: 'behind a proxy that adds a prefix',
    publicUrl: 'https://a.example/tools/mcp/',
    asked: { url: '/sse' },
    is: '/tools/messages',
  },
  {
    name: 'behind a proxy, with a path of its own',
    publicUrl: 'https://a.example/tools/v1',
    path: '/v1',
    asked: { url: '/sse' },
    is: '/tools/messages',
  },
  {
    name: 'behind a proxy, at the root',
    publicUrl: 'https://a.example/tools',
    path: '/',
    asked: { url: '/sse' },
    is: '/tools/messages',
  },
  {
    name: 'behind a host of its own',
    publicUrl: 'https://a.example',
    path: '/',
    asked: { url: '/sse' },
    is: '/messages',
  },
  {
    name: 'behind a proxy that adds a prefix to that of a host',
    publicUrl: 'https://a.example/tools/api/mcp',
    asked: mounted,
    is: '/tools/api/messages',
  },
  {
    name: 'behind a proxy that adds a prefix to the endpoint, beside that of a host',
    publicUrl: 'https://a.example/tools/mcp',
    asked: mounted,
    is: '/tools/api/messages',
  },
  {
    name: 'behind a publicUrl that ends otherwise than the path',
    publicUrl: 'https://a.example/elsewhere',
    asked: mounted,
    is: '/api/messages',
  },
]

for (const { name, sse = {}, path, publicUrl, asked, is } of cases) {
  test(`the addresses of HTTP with SSE: ${name} → ${is ?? 'not its own'}`, () => {
    const { path: own, messagePath } = sse
    const endpoint = { path, publicUrl: publicUrl === undefined ? undefined : new URL(publicUrl) }
    const found = sseAddress({ path: own, messagePath, max: 1 }, endpoint, asked)
    assert.equal(found?.kind === 'stream' ? found.messagesAt : found?.kind, is)
  })
}

const server = createServer({ name: 'one', version: '1.0.0' }).tool('one', () => 1)

testBoth("the addresses keep their paths beside '*', and a chosen one is answered there", async (_, bound) => {
  const options: BindOptions = { path: '*', sse: { path: '/a/sse', messagePath: '/a/post' } }
  const { send } = await bound(server, options)
  const reader = await SseReader.open(await send({ method: 'GET', path: '/a/sse' }))
  assert.match(reader.messagesAt, /^\/a\/post\?sessionId=[0-9a-f-]{36}$/)
  const body = JSON.stringify(request(1, 'ping'))
  assert.equal((await send({ path: reader.messagesAt, headers: JSON_TYPE, body })).status, 202)
  assert.equal((await reader.next()).id, 1)
  await reader.leave()
})

for (const face of ['handler', 'root'] as const) {
  test(`PY-92: runtime.${face} in Express under a prefix: the stream names an address that works`, async (t) => {
    const runtime = server.bind({ sse: true, logger: keepingLogger() })
    t.after(() => runtime.close({ drainMs: 1 }))
    const app = express().use(express.json()).use('/deep/prefix', runtime[face])
    app.use((_, response) => void response.status(404).end('the host'))
    const port = await serveNode(t, app as never)
    const get = sendToPort(port, { method: 'GET', path: '/deep/prefix/sse' })
    const reader = await SseReader.open(await get.response)
    assert.match(reader.messagesAt, /^\/deep\/prefix\/messages\?/)
    const sent = { path: reader.messagesAt, headers: JSON_TYPE, body: JSON.stringify(request(1, 'ping')) }
    assert.equal((await sendToPort(port, sent).response).status, 202)
    assert.equal((await reader.next()).id, 1)
    const elsewhere = await sendToPort(port, { method: 'GET', path: '/deep/prefix/else' }).response
    assert.equal(await elsewhere.text(), 'the host')
    get.leave()
  })
}
