import assert from 'node:assert/strict'
import { createServer as createHttpsServer, globalAgent } from 'node:https'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { FetchRequester } from '../../../src/transport/http-client/fetch.ts'
import { openRequester } from '../../../src/transport/http-client/open-requester.ts'
import { TLS_CLIENT, TLS_SERVER } from '../../support/tls.ts'
import { gate, listening } from '../http/support.ts'
import {
  calling,
  deadUrl,
  event,
  json,
  notification,
  open,
  outgoing,
  polite,
  resultOf,
  revisionOf,
  serve,
  settled,
  testBoth,
} from './support.ts'

const MODERN = '2026-07-28'

/** A server on bare sockets: `answer` is called for each chunk that comes, with the number of the connection. */
const onSockets = async (t: TestContext, answer: (socket: Socket, connection: number, text: string) => void) => {
  let connections = 0
  const open = new Set<Socket>()
  const server = createTcpServer((socket) => {
    const connection = ++connections
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
    socket.on('data', (chunk) => answer(socket, connection, chunk.toString()))
  })
  t.after(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: new URL(`http://127.0.0.1:${port}/mcp`), connections: () => connections, open }
}

const answerOf = (id: unknown): string => {
  const body = JSON.stringify(resultOf(id))
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

const idIn = (text: string): unknown => JSON.parse(/\{.*\}$/s.exec(text)?.[0] ?? '{}').id

test('requests one after the other share a connection', async (t) => {
  const { url, connections } = await onSockets(t, (socket, _, text) => socket.write(answerOf(idIn(text))))
  const { carrier, recorder } = await open(t, url)
  for (const id of [1, 2, 3]) {
    carrier.request(calling(MODERN, id, 'add'))
    assert.deepEqual(await recorder.next(), resultOf(id))
  }
  assert.equal(connections(), 1)
})

const LIST = 'tools/list'

test('a request over a kept connection that its server has closed goes out once more, over a new one', async (t) => {
  const { url, connections } = await onSockets(t, (socket, connection, text) => {
    // Each connection answers once, and resets when it is asked again.
    if (connection <= 2 && socket.bytesWritten > 0) socket.resetAndDestroy()
    else socket.write(answerOf(idIn(text)))
  })
  const { carrier, recorder } = await open(t, url)
  for (const id of [1, 2]) carrier.request(outgoing(MODERN, id, LIST))
  await recorder.next()
  await recorder.next()
  assert.equal(connections(), 2)
  carrier.request(outgoing(MODERN, 3, LIST))
  assert.deepEqual(await recorder.next(), resultOf(3))
  assert.equal(connections(), 3)
})

for (const method of ['tools/call', 'acme/act']) {
  test(`${method}, which may have been seen, is not sent again`, async (t) => {
    const { url, connections } = await onSockets(t, (socket, _, text) => {
      if (socket.bytesWritten > 0) socket.resetAndDestroy()
      else socket.write(answerOf(idIn(text)))
    })
    const { carrier, recorder } = await open(t, url)
    carrier.request(outgoing(MODERN, 1, method))
    await recorder.next()
    carrier.request(outgoing(MODERN, 2, method))
    assert.equal((await recorder.failure(2)).code, 'disconnected')
    assert.equal(connections(), 1)
  })
}

test('tools/call, which cannot have been seen since the connection was reset before, is sent over a new one', async (t) => {
  const texts: string[] = []
  const {
    url,
    connections,
    open: sockets,
  } = await onSockets(t, (socket, _, text) => {
    texts.push(text)
    socket.write(answerOf(idIn(text)))
  })
  const { carrier, recorder } = await open(t, url)
  carrier.request(calling(MODERN, 1, 'add'))
  await recorder.next()
  // In the same turn, so that this side has not noticed yet.
  for (const socket of sockets) socket.resetAndDestroy()
  carrier.request(calling(MODERN, 2, 'add'))
  assert.deepEqual(await recorder.next(), resultOf(2))
  assert.deepEqual([connections(), texts.length], [2, 2])
})

test('a request is sent again only once, and not when its answer has begun', async (t) => {
  const { url, connections } = await onSockets(t, (socket, connection, text) => {
    const id = idIn(text)
    if (id === 1) socket.write(answerOf(id))
    else if (id === 2) socket.resetAndDestroy()
    else if (connection === 2 && id === 3) socket.write(answerOf(id))
    else socket.write('HTTP/1.1 200 OK\r\nContent-', () => socket.resetAndDestroy())
  })
  const { carrier, recorder } = await open(t, url)
  carrier.request(outgoing(MODERN, 1, LIST))
  await recorder.next()
  carrier.request(outgoing(MODERN, 2, LIST))
  const { code, message } = await recorder.failure(2)
  assert.equal(code, 'disconnected')
  assert.match(message, /^The connection to http:\/\/127\.0\.0\.1:\d+ broke before it answered: /)
  assert.equal(connections(), 2)
})

test('a request whose answer has begun over a kept connection is not sent again', async (t) => {
  const { url, connections } = await onSockets(t, (socket, _, text) => {
    const id = idIn(text)
    if (id === 1) socket.write(answerOf(id))
    else socket.write('HTTP/1.1 200 OK\r\nContent-', () => socket.resetAndDestroy())
  })
  const { carrier, recorder } = await open(t, url)
  carrier.request(outgoing(MODERN, 1, LIST))
  await recorder.next()
  carrier.request(outgoing(MODERN, 2, LIST))
  assert.equal((await recorder.failure(2)).code, 'disconnected')
  assert.equal(connections(), 1)
})

testBoth('what speaks no HTTP has broken the connection', async (t, fetch) => {
  const { url } = await onSockets(t, (socket) => socket.end('220 mail.example ESMTP\r\n'))
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(calling(MODERN, 1, 'add'))
  assert.equal((await recorder.failure(1)).code, 'disconnected')
})

testBoth('nobody listening is told in plain words', async (t, fetch) => {
  const url = await deadUrl()
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(calling(MODERN, 1, 'add'))
  const { code, message, cause } = await recorder.failure(1)
  assert.equal(code, 'unreachable')
  assert.equal(message, `Cannot reach ${url.origin}: connection refused; is the server running?`)
  assert.ok(cause instanceof Error)
  await assert.rejects(carrier.send(notification('notifications/x')), { code: 'unreachable' })
})

testBoth('a request that is given up before its response leaves nothing behind', async (t, fetch) => {
  const { url, arrivals } = await serve(t, () => undefined)
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(calling(MODERN, 1, 'add'))
  const { closed } = await arrivals.next()
  carrier.cancel(1, undefined)
  await closed
  assert.equal(recorder.line.size, 0)
})

testBoth('IPv6 addresses are reached', async (t, fetch) => {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
  server.on('connection', (socket) => {
    socket.on('data', (chunk) => socket.end(answerOf(idIn(chunk.toString()))))
  })
  t.after(() => server.close())
  const { port } = server.address() as { port: number }
  const { carrier, recorder } = await open(t, new URL(`http://[::1]:${port}/mcp?a=b`), { fetch })
  carrier.request(calling(MODERN, 1, 'add'))
  assert.deepEqual(await recorder.next(), resultOf(1))
})

const overTls = async (t: TestContext) => {
  const server = createHttpsServer(TLS_SERVER, (request, response) => {
    request.resume()
    request.on('end', () => json(response, 200, resultOf(1)))
  })
  const port = await listening(t, server)
  return new URL(`https://127.0.0.1:${port}/mcp`)
}

test('https takes what the program has set for all of its connections', async (t) => {
  const url = await overTls(t)
  const before = globalAgent.options
  globalAgent.options = { ...before, ...TLS_CLIENT }
  t.after(() => {
    globalAgent.options = before
  })
  const { carrier, recorder } = await open(t, url)
  carrier.request(calling(MODERN, 1, 'add'))
  assert.deepEqual(await recorder.next(), resultOf(1))
})

test('a server that speaks no TLS, or another one, cannot be reached', async (t) => {
  const plain = await serve(t, polite)
  for (const url of [new URL(`https://127.0.0.1:${plain.port}/mcp`), await overTls(t)]) {
    const { carrier, recorder } = await open(t, url)
    carrier.request(calling(MODERN, 1, 'add'))
    const { code, message } = await recorder.failure(1)
    assert.equal(code, 'unreachable')
    assert.match(message, /^Cannot reach https:\/\/127\.0\.0\.1:\d+: /)
  }
})

test('PY-98: a given fetch is called with a URL and options, and stays as it is', async (t) => {
  const { url } = await serve(t, polite)
  const calls: Parameters<typeof globalThis.fetch>[] = []
  const given = Object.freeze((...args: Parameters<typeof globalThis.fetch>) => {
    calls.push(args)
    return globalThis.fetch(...args)
  })
  const { carrier, recorder } = await open(t, url, { fetch: given, headers: { 'x-tenant': 'a' } })
  carrier.request(calling('2025-11-25', 1, 'add'))
  await recorder.next()
  await carrier.send(notification('notifications/x'))
  assert.equal(calls.length, 2)
  for (const [address, init] of calls) {
    assert.equal(address, url.href)
    assert.deepEqual(Object.keys(init ?? {}).sort(), ['body', 'headers', 'method', 'redirect', 'signal'])
    assert.equal(new Headers(init?.headers).get('x-tenant'), 'a')
  }
  await carrier.close()
  // Whoever has given it may go on with it.
  assert.equal((await given(url, { method: 'GET' })).status, 405)
})

test('TSBUG-20: each request has a signal of its own, on which no listeners pile up', async (t) => {
  const { url } = await serve(t, polite)
  const signals = new Set<AbortSignal | null | undefined>()
  const { carrier, recorder } = await open(t, url, {
    fetch: (address, init) => {
      signals.add(init?.signal)
      return globalThis.fetch(address, init)
    },
  })
  for (const id of [1, 2, 3, 4]) {
    carrier.request(calling('2025-11-25', id, 'add'))
    await recorder.next()
  }
  assert.equal(signals.size, 4)
})

test('the fetch of a server in the same program is a way to it', async (t) => {
  const held = gate()
  let aborted: unknown
  const server = createServer({ name: 'inside', version: '1.0.0' })
    .tool('add', v.object({ a: v.number() }), ({ a }) => a + 1)
    .tool('hang', async (_, ctx) => {
      await ctx.progress(1)
      ctx.signal.addEventListener('abort', () => {
        aborted = ctx.signal.reason
        held.open()
      })
      await held.opened
      return 'too late'
    })
  const { carrier, recorder } = await open(t, new URL('http://localhost/mcp'), {
    fetch: (address, init) => server.fetch(new Request(address as string, init)),
  })
  carrier.speak(revisionOf(MODERN))
  carrier.request(calling(MODERN, 1, 'add', { a: 1 }))
  assert.equal((await recorder.next()).result.structuredContent, 2)
  carrier.request(calling(MODERN, 2, 'hang'))
  assert.equal((await recorder.next()).method, 'notifications/progress')
  carrier.cancel(2, undefined)
  await held.opened
  assert.match(String(aborted), /gone away|disconnected/i)
  assert.equal(recorder.line.size, 0)
})

/** A response that is made by hand, and heeds no signal. */
const byHand = () => {
  const cancelled = gate<unknown>()
  let controller!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given
    },
    cancel: (reason) => cancelled.open(reason),
  })
  const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  const write = (text: string): void => controller.enqueue(new TextEncoder().encode(text))
  return { response, write, cancelled: cancelled.opened }
}

test('a response of a fetch that heeds no signal is left all the same', async (t) => {
  const { response, write, cancelled } = byHand()
  const { carrier, recorder } = await open(t, new URL('http://localhost/mcp'), { fetch: async () => response })
  carrier.request(calling(MODERN, 1, 'add'))
  write(event({ jsonrpc: '2.0', method: 'notifications/x' }))
  await recorder.next()
  carrier.cancel(1, undefined)
  await cancelled
  assert.equal(recorder.line.size, 0)
})

test('a response that comes when it is not wanted any more is not read', async (t) => {
  const late = gate<Response>()
  const { response, cancelled } = byHand()
  const { carrier, recorder } = await open(t, new URL('http://localhost/mcp'), { fetch: () => late.opened })
  carrier.request(calling(MODERN, 1, 'add'))
  carrier.request(calling(MODERN, 2, 'add'))
  await settled()
  carrier.cancel(1, undefined)
  carrier.cancel(2, undefined)
  late.open(response)
  await cancelled
  assert.equal(recorder.line.size, 0)
})

test('what a given fetch throws by itself is the cause, and nobody knows whether the request has left', async (t) => {
  const policy = new Error('not on this network')
  const thrown = [policy, 'a text']
  const { carrier, recorder } = await open(t, new URL('http://localhost/mcp'), {
    fetch: async () => Promise.reject(thrown.shift()),
  })
  carrier.request(outgoing(MODERN, 1, 'ping'))
  const { code, message, cause } = await recorder.failure(1)
  assert.deepEqual(
    [code, message, cause],
    ['disconnected', 'Cannot reach http://localhost: not on this network', policy],
  )
  carrier.request(outgoing(MODERN, 2, 'ping'))
  assert.equal((await recorder.failure(2)).message, 'Cannot reach http://localhost: a text')
})

test('where there is no Node, requests are made by the fetch of the platform', async (t) => {
  const { process } = globalThis
  t.after(() => {
    globalThis.process = process
  })
  globalThis.process = undefined as unknown as typeof process
  const opening = openRequester(undefined)
  globalThis.process = process
  assert.ok((await opening) instanceof FetchRequester)
})

test('a response that is read in pieces is whole, wherever it is cut', async (t) => {
  const answer = resultOf(1, { text: 'ä€𝄞'.repeat(100) })
  const bytes = Buffer.from(JSON.stringify(answer))
  const { url } = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7))
    response.end()
  })
  const { carrier, recorder } = await open(t, url)
  carrier.request(calling(MODERN, 1, 'add'))
  assert.deepEqual(await recorder.next(), answer)
})

test('a server that ends its streams at once costs no connection', async (t) => {
  const { url, connections } = await onSockets(t, (socket, _, text) => {
    const body = event(resultOf(idIn(text)))
    const size = Buffer.byteLength(body).toString(16)
    socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\n${body}\r\n0\r\n\r\n`,
    )
  })
  const { carrier, recorder } = await open(t, url)
  for (const id of [1, 2, 3]) {
    carrier.request(calling(MODERN, id, 'add'))
    assert.deepEqual(await recorder.next(), resultOf(id))
  }
  assert.equal(connections(), 1)
})

test('closing lets go of kept connections', async (t) => {
  const { url, open: sockets } = await onSockets(t, (socket, _, text) => socket.write(answerOf(idIn(text))))
  const { carrier, recorder } = await open(t, url)
  carrier.request(calling(MODERN, 1, 'add'))
  await recorder.next()
  const [socket] = sockets
  assert.ok(socket)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await carrier.close()
  await closed
})
