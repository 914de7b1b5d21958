import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  connect,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createServer, type NodeHandler } from '../../../src/index.ts'
import { keepingLogger } from '../../support/messages.ts'
import { calling, gate, type SentMessage, watching } from './support.ts'

const started = gate()
const aborted = gate<string>()

const server = createServer({ name: 'second', version: '1.0.0' })
  .tool('where', (_, ctx) => ({
    url: ctx.http?.url.href,
    accept: ctx.http?.headers.get('accept'),
    names: [...(ctx.http?.headers.keys() ?? [])],
  }))
  .tool('steps', async (_, ctx) => {
    await ctx.progress(1)
    return 'ä'
  })
  .tool('wait', async (_, ctx) => {
    started.open()
    await once(ctx.signal, 'abort')
    aborted.open((ctx.signal.reason as { code: string }).code)
    return 'late'
  })

const serveHttp2 = async (t: TestContext, handler: NodeHandler): Promise<ClientHttp2Session> => {
  const http = createHttp2Server(handler)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const client = connect(`http://localhost:${(http.address() as AddressInfo).port}`, {
    lookup: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }] as never, 4),
  })
  t.after(async () => {
    client.destroy()
    await new Promise((resolve) => http.close(resolve))
  })
  return client
}

const ask = async (
  client: ClientHttp2Session,
  { headers = {}, body }: Partial<SentMessage>,
  pseudo: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number | undefined; readonly headers: IncomingHttpHeaders; readonly text: string }> => {
  const stream = client.request({ ':method': 'POST', ':path': '/mcp', ...pseudo, ...headers })
  stream.end(body)
  const [received] = await once(stream, 'response')
  let text = ''
  for await (const chunk of stream) text += chunk
  return { status: received[':status'], headers: received, text }
}

const warningsIn = (t: TestContext): readonly Error[] => {
  const warnings: Error[] = []
  const keep = (warning: Error): unknown => warnings.push(warning)
  process.on('warning', keep)
  t.after(() => process.off('warning', keep))
  return warnings
}

test('TS-18: HTTP/2: calls are answered, and ctx.http has no pseudo-headers', async (t) => {
  const client = await serveHttp2(t, server.handler)
  for (const version of ['2025-11-25', '2026-07-28'] as const) {
    const { status, headers, text } = await ask(client, calling(version, 'where'), { ':authority': 'localhost:1' })
    assert.equal(status, 200)
    assert.equal(headers['content-length'], String(Buffer.byteLength(text)))
    const { url, names } = JSON.parse(text).result.structuredContent
    assert.equal(url, 'http://localhost:1/mcp')
    assert.ok(names.includes('accept'))
    assert.deepEqual(
      names.filter((name: string) => name.startsWith(':')),
      [],
    )
  }
})

test('HTTP/2: an event stream', async (t) => {
  const client = await serveHttp2(t, server.handler)
  const { headers, text } = await ask(client, watching('2026-07-28', 'steps'))
  assert.equal(headers['content-type'], 'text/event-stream')
  assert.equal(text.split('\n\n').length, 3)
  assert.match(text, /"text":"ä"/)
})

test('TS-18: HTTP/2: the host is :authority', async (t) => {
  const log = keepingLogger()
  const client = await serveHttp2(t, server.bind({ logger: log, publicUrl: 'https://mcp.example/mcp' }).handler)
  const of = async (authority: string) =>
    (await ask(client, calling('2026-07-28', 'where'), { ':authority': authority })).status
  assert.equal(await of('localhost'), 200)
  assert.equal(await of('mcp.example'), 200)
  assert.equal(await of('evil.example'), 421)
  assert.match(log.lines[0]?.message ?? '', /"evil.example".*allowedHosts/)
})

test('RFC 9113 §8.2.2: HTTP/2: no answer has a connection header', async (t) => {
  const warnings = warningsIn(t)
  const client = await serveHttp2(t, server.bind({ maxBodyBytes: 10 }).handler)
  const { headers, body } = calling('2026-07-28', 'where')
  const declared = await ask(client, { headers: { ...headers, 'content-length': String(body.length) }, body })
  assert.equal(declared.status, 413)
  assert.equal(declared.headers['connection'], undefined)
  const streamed = await ask(client, { headers, body })
  assert.equal(streamed.status, 413)
  assert.deepEqual(warnings, [])
})

test('HTTP/2: answers without a body', async (t) => {
  const client = await serveHttp2(t, server.handler)
  const { headers } = calling('2025-11-25', 'where')
  const note = await ask(client, { headers, body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' })
  assert.deepEqual([note.status, note.text], [202, ''])
  const options = await ask(client, {}, { ':method': 'OPTIONS' })
  assert.deepEqual([options.status, options.text], [204, ''])
  const head = await ask(client, {}, { ':method': 'HEAD' })
  assert.deepEqual([head.status, head.text], [405, ''])
  const get = await ask(client, {}, { ':method': 'GET', ':path': '/elsewhere' })
  assert.equal(get.status, 404)
})

test('TS-22: HTTP/2: a client that resets its stream aborts its call, and no other', async (t) => {
  const client = await serveHttp2(t, server.handler)
  const { headers, body } = calling('2026-07-28', 'wait')
  const stream = client.request({ ':method': 'POST', ':path': '/mcp', ...headers })
  stream.on('error', () => undefined)
  stream.end(body)
  await started.opened
  stream.close(8)
  assert.equal(await aborted.opened, 'disconnected')
  assert.equal((await ask(client, calling('2026-07-28', 'where'))).status, 200)
})

test('HTTP/2: a host whose client has gone by the time that it passes the body on', async (t) => {
  const left = gate<string>()
  const late = server.tool('late', async (_, ctx) => {
    await ctx.progress(1)
    await ctx.progress(2)
    if (!ctx.signal.aborted) await once(ctx.signal, 'abort')
    left.open((ctx.signal.reason as { code: string }).code)
  })
  const { headers, body } = watching('2026-07-28', 'late')
  const client = await serveHttp2(t, (request, response) => {
    request.resume()
    response.once('close', () => late.handler(request, response, body))
  })
  const stream = client.request({ ':method': 'POST', ':path': '/mcp', ...headers })
  stream.on('error', () => undefined)
  stream.end(body)
  await once(stream, 'ready')
  setImmediate(() => stream.close(8))
  assert.equal(await left.opened, 'disconnected')
})

test('HTTP/2: a client that goes away in the middle of the body leaves nothing behind', async (t) => {
  const closed = gate()
  const client = await serveHttp2(t, (request, response) => {
    request.on('close', () => setImmediate(closed.open))
    server.handler(request, response)
  })
  const { headers, body } = calling('2026-07-28', 'where')
  const stream = client.request({ ':method': 'POST', ':path': '/mcp', ...headers })
  stream.on('error', () => undefined)
  stream.write(body.slice(0, 20), () => stream.close(8))
  await closed.opened
  assert.equal((await ask(client, { headers, body })).status, 200)
})
