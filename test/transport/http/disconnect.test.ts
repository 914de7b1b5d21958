import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { test } from 'node:test'
import type { Context } from '../../../src/index.ts'
import { createServer } from '../../../src/index.ts'
import { headersOf, keepingLogger, type Version } from '../../support/messages.ts'
import {
  calling,
  dataOf,
  eventsOf,
  gate,
  listening,
  rawConnection,
  STREAMABLE,
  sendToPort,
  serveNode,
  testBoth,
  watching,
} from './support.ts'

const CANCELLATION = `${STREAMABLE}, Cancellation`

/** A server whose tool waits, and tells what happens to it. */
const waiting = () => {
  const started = gate<Context>()
  const aborted = gate<string>()
  const finish = gate()
  const finished = gate<boolean>()
  const server = createServer({ name: 'waits', version: '1.0.0' }).tool('wait', async (_, ctx) => {
    ctx.signal.addEventListener('abort', () => aborted.open((ctx.signal.reason as { code: string }).code))
    await ctx.progress(1)
    started.open(ctx)
    await Promise.race([finish.opened, aborted.opened])
    await ctx.progress(2)
    finished.open(ctx.signal.aborted)
    return 'done'
  })
  return { server, started, aborted, finish, finished }
}

testBoth(
  `TS-22, PY-74; ${CANCELLATION}: a client that goes away before the response aborts the handler`,
  async (_, bound) => {
    const { server, started, aborted, finished } = waiting()
    const { begin } = await bound(server)
    const { leave, response } = begin(calling('2026-07-28', 'wait'))
    const failed = response.then(
      ({ status }) => status,
      () => 'none',
    )
    await started.opened
    await leave()
    assert.equal(await aborted.opened, 'disconnected')
    assert.equal(await finished.opened, true)
    assert.ok([499, 'none'].includes(await failed))
  },
)

testBoth(`PY-74; ${CANCELLATION}: a client that closes the event stream aborts the handler`, async (_, bound) => {
  const { server, started, aborted } = waiting()
  const { begin } = await bound(server)
  const { leave, response } = begin(watching('2026-07-28', 'wait'))
  const { body } = await response
  await started.opened
  await leave()
  assert.equal(await aborted.opened, 'disconnected')
  await body?.cancel().catch(() => undefined)
})

test(`${CANCELLATION}: cancelling the body of a fetch response aborts the handler`, async () => {
  const { server, aborted } = waiting()
  const { headers, body } = watching('2026-07-28', 'wait')
  const response = await server.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body }))
  await response.body?.cancel()
  assert.equal(await aborted.opened, 'disconnected')
})

test('cancelling the body of a fetch response that has ended aborts nothing', async () => {
  const runtime = createServer({ name: 'one', version: '1.0.0' })
    .tool('one', () => 1)
    .bind({ responseMode: 'sse' })
  const { headers, body } = calling('2026-07-28', 'one')
  const response = await runtime.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body }))
  await response.body?.cancel()
  assert.equal(response.status, 200)
})

for (const version of ['2025-03-26', '2025-06-18', '2025-11-25'] as const satisfies readonly Version[]) {
  for (const sent of [calling(version, 'wait'), watching(version, 'wait')]) {
    const kind = sent.body.includes('progressToken') ? 'an event stream' : 'a plain call'
    testBoth(
      `PY-74; 2025-11-25 §Sending Messages: disconnecting from ${kind} in ${version} is no cancellation`,
      async (_, bound) => {
        const { server, started, finish, finished } = waiting()
        const { begin } = await bound(server)
        const { leave, response } = begin(sent)
        response.catch(() => undefined)
        const ctx = await started.opened
        await leave()
        finish.open()
        assert.equal(await finished.opened, false)
        assert.equal(ctx.signal.aborted, false)
      },
    )
  }
}

testBoth('PY-73: a client that goes away takes no other one along', async (_, bound) => {
  const { server, started, aborted } = waiting()
  const { begin, send } = await bound(server.tool('one', () => 1))
  const { leave, response } = begin(watching('2026-07-28', 'wait'))
  response.catch(() => undefined)
  await started.opened
  assert.equal((await send(calling('2026-07-28', 'one'))).status, 200)
  await leave()
  await aborted.opened
  assert.equal((await send(calling('2026-07-28', 'one'))).status, 200)
})

test('TS-22: a fetch whose signal has aborted before is answered, and its handler aborted', async () => {
  const { server, aborted } = waiting()
  const { headers, body } = calling('2026-07-28', 'wait')
  const request = new Request('http://localhost/mcp', { method: 'POST', headers, body })
  // As a host does whose client has gone by the time that the body is there.
  Object.defineProperty(request, 'signal', { value: AbortSignal.abort() })
  assert.equal((await server.fetch(request)).status, 499)
  assert.equal(await aborted.opened, 'disconnected')
})

test('a host whose client has gone by the time that it passes the body on', async (t) => {
  const { server, aborted } = waiting()
  const { headers, body } = calling('2026-07-28', 'wait')
  const { socket, ...connection } = await rawConnection(
    t,
    await listening(
      t,
      createHttpServer((request, response) => {
        request.resume()
        response.once('close', () => server.handler(request, response, JSON.parse(body)))
        response.writeProcessing()
      }),
    ),
  )
  const head = Object.entries({ host: 'localhost', ...headers, 'content-length': '0' })
  socket.write(`POST /mcp HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
  await connection.until(/ 102 /)
  socket.destroy()
  assert.equal(await aborted.opened, 'disconnected')
})

test('PY-71: a client of Node that goes away in the middle of the body leaves nothing behind', async (t) => {
  const seen: string[] = []
  const server = createServer({ name: 'one', version: '1.0.0' })
    .tool('one', () => 1)
    .intercept(({ method }, next) => {
      seen.push(method)
      return next()
    })
  const http = createHttpServer(server.handler)
  const port = await listening(t, http)
  const { headers, body } = calling('2026-07-28', 'one')
  const { socket } = await rawConnection(t, port)
  const head = Object.entries({ host: 'localhost', ...headers, 'content-length': String(body.length) })
  const lost = new Promise((resolve) => {
    http.once('request', (request) => request.once('close', resolve))
  })
  socket.write(
    `POST /mcp HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body.slice(0, 50)}`,
  )
  await once(http, 'request')
  socket.destroy()
  await lost
  assert.equal((await sendToPort(port, { headers, body }).response).status, 200)
  assert.deepEqual(seen, ['tools/call'])
})

test('PY-71: a fetch whose body breaks off is answered, for whoever waits for it', async () => {
  const { server } = waiting()
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
  const headers = headersOf('2025-06-18', 'tools/call')
  const request = new Request('http://localhost/mcp', { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
  const response = await server.fetch(request)
  assert.equal(response.status, 400)
  assert.match(await response.text(), /broke off/)
})

test('a body that is too large is not waited for, whatever its source does when it is cancelled', async () => {
  const runtime = waiting().server.bind({ maxBodyBytes: 10 })
  for (const cancel of [() => new Promise<void>(() => undefined), () => Promise.reject(new Error('no'))]) {
    const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(20)), cancel })
    const headers = headersOf('2025-06-18', 'tools/call')
    const request = new Request('http://localhost/mcp', {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit)
    assert.equal((await runtime.fetch(request)).status, 413)
  }
})

test('a response that the host has ended itself, such as at its own timeout, stays as it is', async (t) => {
  const { server, started, finish, finished } = waiting()
  const log = keepingLogger()
  const { handler } = server.bind({ logger: log })
  const responses: (() => void)[] = []
  const port = await serveNode(t, (request, response) => {
    responses.push(() => {
      response.writeHead(504, {})
      response.end('host')
    })
    handler(request, response)
  })
  const { response } = sendToPort(port, calling('2025-11-25', 'wait'))
  await started.opened
  responses[0]?.()
  assert.equal(await (await response).text(), 'host')
  finish.open()
  await finished.opened
  assert.deepEqual(log.lines, [])
})

test('a response that the host has ended itself takes no events', async (t) => {
  const { server, started, finish, finished } = waiting()
  const { handler } = server.bind({ keepAliveMs: 1000 })
  const ends: (() => void)[] = []
  const port = await serveNode(t, (request, response) => {
    ends.push(() => response.end(''))
    handler(request, response)
  })
  const response = await sendToPort(port, watching('2025-11-25', 'wait')).response
  await started.opened
  ends[0]?.()
  finish.open()
  await finished.opened
  const events = []
  for await (const event of eventsOf(response)) events.push(dataOf(event))
  assert.deepEqual(
    events.map(({ params }) => params.progress),
    [1],
  )
})
