import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { headersOf, keepingLogger, messagesOf } from '../../support/messages.ts'
import { calling, dataOf, eventsOf, gate, listening, sendToPort, watching } from './support.ts'

/** How the call that waits is going; anew for each test. */
let started = gate()
let aborted = gate<string>()

const server = createServer({ name: 'sums', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('steps', async (_, ctx) => {
    await ctx.progress(1)
    return ctx.http?.url.pathname ?? ''
  })
  .tool('wait', async (_, ctx) => {
    started.open()
    await once(ctx.signal, 'abort')
    aborted.open((ctx.signal.reason as { code: string }).code)
    return 'late'
  })

/** Starts a host on a free port; what it gives is closed at the end of the test. */
type Host = (t: TestContext) => Promise<number>

const onExpress =
  (build: () => express.Express): Host =>
  (t) =>
    listening(t, createHttpServer(build()))

const onFastify: Host = async (t) => {
  const app = fastify()
  t.after(() => app.close())
  app.all('/mcp', (request, reply) => {
    reply.hijack()
    server.handler(request.raw, reply.raw, request.body)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

const serveHono = async (t: TestContext, app: Hono): Promise<number> => {
  const http = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', overrideGlobalObjects: false }) as HttpServer
  t.after(() => {
    http.closeAllConnections()
    http.close()
  })
  await once(http, 'listening')
  return (http.address() as AddressInfo).port
}

const onHono: Host = (t) =>
  serveHono(
    t,
    new Hono().all('/mcp', (context) => server.fetch(context.req.raw)),
  )

const hosts: readonly (readonly [name: string, host: Host, path: string])[] = [
  ['Express: app.use(handler)', onExpress(() => express().use(server.handler)), '/mcp'],
  ['Express: app.use(prefix, handler)', onExpress(() => express().use('/mcp', server.handler)), '/mcp'],
  [
    'Express: app.use(prefix, handler), with a slash at the end',
    onExpress(() => express().use('/mcp', server.handler)),
    '/mcp/',
  ],
  [
    'Express: app.use(prefix, handler) after express.json()',
    onExpress(() => express().use(express.json()).use('/tools', server.handler)),
    '/tools',
  ],
  [
    'Express: app.use(prefix, handler) after express.text()',
    onExpress(() =>
      express()
        .use(express.text({ type: '*/*' }))
        .use('/tools', server.handler),
    ),
    '/tools',
  ],
  [
    'Express: app.use(prefix, handler) after express.raw()',
    onExpress(() =>
      express()
        .use(express.raw({ type: '*/*' }))
        .use('/tools', server.handler),
    ),
    '/tools',
  ],
  ['Express: app.all(path, handler)', onExpress(() => express().all('/mcp', server.handler)), '/mcp'],
  [
    'Express: in a Router, under prefixes',
    onExpress(() => express().use('/a', express.Router().use('/b', server.handler))),
    '/a/b',
  ],
  [
    'Express: in a Router, with an explicit path',
    onExpress(() => express().use('/a', express.Router().all('/b', server.bind({ path: '/a/b' }).handler))),
    '/a/b',
  ],
  ['Fastify', onFastify, '/mcp'],
  ['Hono', onHono, '/mcp'],
]

for (const [name, host, path] of hosts) {
  test(`${name}: calls, streams and refuses`, async (t) => {
    const port = await host(t)
    for (const version of ['2025-06-18', '2026-07-28'] as const) {
      const response = await sendToPort(port, { path, ...calling(version, 'add', { a: 1, b: 2 }) }).response
      assert.equal((await messagesOf(response))[0]?.result.content[0].text, '3')
      const events = []
      for await (const event of eventsOf(await sendToPort(port, { path, ...watching(version, 'steps') }).response)) {
        events.push(dataOf(event))
      }
      assert.equal(events.length, 2)
      assert.equal(events[1].result.content[0].text, path)
    }
    const page = await sendToPort(port, { path, method: 'GET', headers: { accept: 'text/html' } }).response
    assert.equal(page.status, 406)
    const evil = await sendToPort(port, {
      path,
      ...calling('2025-06-18', 'add', {}, { origin: 'http://evil.example' }),
    })
    assert.equal((await evil.response).status, 403)
    const text = await sendToPort(port, { path, headers: { 'content-type': 'text/plain' }, body: '{}' }).response
    assert.equal(text.status, 415)
    assert.equal((await sendToPort(port, { path: '/elsewhere' }).response).status, 404)
  })

  test(`TS-22; ${name}: a client that goes away aborts its call`, async (t) => {
    started = gate()
    aborted = gate<string>()
    const port = await host(t)
    const { response, leave } = sendToPort(port, { path, ...calling('2026-07-28', 'wait') })
    response.catch(() => undefined)
    await started.opened
    leave()
    assert.equal(await aborted.opened, 'disconnected')
  })
}

test('Express: what is not the server’s own goes on, and errors of the host stay its own', async (t) => {
  const app = express()
    .use('/mcp', server.handler)
    .use((_request, response) => void response.status(200).send('next'))
  const port = await listening(t, createHttpServer(app))
  assert.equal(await (await sendToPort(port, { path: '/mcp/below', method: 'GET' }).response).text(), 'next')
  assert.equal(await (await sendToPort(port, { path: '/', method: 'GET' }).response).text(), 'next')
})

test('Express: runtime.root brings the health check to the root of the app', async (t) => {
  const runtime = server.bind({ health: true })
  const app = express().use(runtime.root).use('/api/mcp', runtime.handler)
  const port = await listening(t, createHttpServer(app))
  const health = await sendToPort(port, { path: '/health', method: 'GET' }).response
  assert.deepEqual(await health.json(), { status: 'ok' })
  const call = await sendToPort(port, { path: '/api/mcp', ...calling('2026-07-28', 'add', { a: 2, b: 2 }) }).response
  assert.equal(call.status, 200)
  assert.equal((await sendToPort(port, { path: '/api/health', method: 'GET' }).response).status, 404)
})

test('Express: two servers in one app', async (t) => {
  const other = createServer({ name: 'other', version: '1.0.0' }).tool('add', () => 'other')
  const app = express().use(express.json()).use('/sums', server.handler).use('/other', other.handler)
  const port = await listening(t, createHttpServer(app))
  for (const [path, text] of [
    ['/sums', '3'],
    ['/other', 'other'],
  ]) {
    const response = await sendToPort(port, { path: path as string, ...calling('2026-07-28', 'add', { a: 1, b: 2 }) })
      .response
    assert.equal((await messagesOf(response))[0]?.result.content[0].text, text)
  }
})

test('Express: a notification is a 202 after express.json(), too', async (t) => {
  const app = express().use(express.json()).use('/mcp', server.handler)
  const port = await listening(t, createHttpServer(app))
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
  const response = await sendToPort(port, { headers: headersOf('2025-06-18', 'x'), body }).response
  assert.equal(response.status, 202)
})

test('Fastify: app.inject, without a socket, is answered', async () => {
  const app = fastify()
  app.all('/mcp', (request, reply) => {
    reply.hijack()
    server.handler(request.raw, reply.raw, request.body)
  })
  const { headers, body } = calling('2026-07-28', 'add', { a: 1, b: 2 })
  const response = await app.inject({ method: 'POST', url: '/mcp', headers, payload: body })
  assert.equal(JSON.parse(response.body).result.content[0].text, '3')
})

test('Hono: app.request, without a server, is answered', async () => {
  const app = new Hono().all('/mcp', (context) => server.fetch(context.req.raw))
  const { headers, body } = calling('2026-07-28', 'add', { a: 1, b: 2 })
  const response = await app.request('/mcp', { method: 'POST', headers, body })
  assert.equal((await messagesOf(response))[0]?.result.content[0].text, '3')
})

test('Hono: a request that was read before is answered with a 500, and no silence', async (t) => {
  const log = keepingLogger()
  const { fetch } = server.bind({ logger: log })
  const app = new Hono().all('/mcp', async (context) => {
    await context.req.json()
    return fetch(context.req.raw)
  })
  const port = await serveHono(t, app)
  const response = await sendToPort(port, calling('2026-07-28', 'add', { a: 1, b: 2 })).response
  assert.equal(response.status, 500)
  assert.match(log.lines[0]?.message ?? '', /unread/)
})
