import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { headersOf } from '../../support/messages.ts'
import { calling, gate, open, rawConnection, type SentMessage, serveNode, watching } from './support.ts'

const server = createServer({ name: 'wire', version: '1.0.0' })
  .tool('echo', v.object({ text: v.string() }), ({ text }) => text)
  .tool('steps', async (_, ctx) => {
    await ctx.progress(1)
    return 'done'
  })

/** A request as bytes. */
const raw = (
  { headers, body }: SentMessage,
  { http = '1.1', host = 'localhost' as string | null, method = 'POST', extra = '' } = {},
): string => {
  const all = { ...(host !== null && { host }), ...headers, 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} /mcp HTTP/${http}\r\n${lines.join('')}${extra}\r\n${body}`
}

interface RawResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** Takes responses with a declared length apart, as far as they have come. */
const responsesIn = (text: string): readonly RawResponse[] => {
  const responses: RawResponse[] = []
  for (let rest = Buffer.from(text, 'latin1'); rest.length > 0; ) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) break
    const [first = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n')
    const headers = new Headers(lines.map((line) => line.split(/: ?(.*)/s).slice(0, 2) as [string, string]))
    const start = end + 4
    const length = Number(headers.get('content-length'))
    if (rest.length < start + length) break
    responses.push({
      status: Number(first.split(' ')[1]),
      headers,
      body: rest.subarray(start, start + length).toString('utf8'),
    })
    rest = rest.subarray(start + length)
  }
  return responses
}

const has =
  (count: number) =>
  (text: string): boolean =>
    responsesIn(text).length >= count

test('content-length counts bytes, not characters', async (t) => {
  const { until, socket } = await rawConnection(t, await serveNode(t, server.handler))
  socket.write(raw(calling('2025-06-18', 'echo', { text: 'äöü 世界 𝄞' })))
  const [response] = responsesIn(await until(has(1)))
  assert.equal(response?.headers.get('content-length'), String(Buffer.byteLength(response?.body ?? '')))
  assert.equal(JSON.parse(response?.body ?? '').result.content[0].text, 'äöü 世界 𝄞')
})

test('a connection is kept and used again, whatever was answered on it', async (t) => {
  const { until, socket } = await rawConnection(t, await serveNode(t, server.handler))
  const headers = headersOf('2025-06-18', 'ping')
  const exchanges: readonly (readonly [sent: string, status: number])[] = [
    [raw(calling('2025-06-18', 'echo', { text: 'a' })), 200],
    [raw({ headers, body: '{' }), 400],
    [raw({ headers, body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' }), 202],
    [raw({ headers: { ...headers, 'content-type': 'text/plain' }, body: 'not read' }), 415],
    [raw({ headers: { ...headers, accept: 'text/html' }, body: 'not read' }), 406],
    [raw({ headers: { ...headers, origin: 'http://evil.example' }, body: 'not read' }), 403],
    [raw({ headers, body: 'not read' }, { method: 'PUT' }), 405],
    [raw(calling('2025-06-18', 'echo', { text: 'b' })), 200],
  ]
  for (const [index, [sent, status]] of exchanges.entries()) {
    socket.write(sent)
    const text = await until(has(index + 1))
    assert.equal(responsesIn(text)[index]?.status, status)
  }
})

test('RFC 9112 §9.3.2: pipelined requests are answered in their order, also where the second is done first', async (t) => {
  const finish = gate()
  const slow = server.tool('slow', async () => {
    await finish.opened
    return 'slow'
  })
  const fast = slow.tool('fast', () => {
    finish.open()
    return 'fast'
  })
  const { until, socket } = await rawConnection(t, await serveNode(t, fast.handler))
  socket.write(raw(calling('2026-07-28', 'slow')) + raw(calling('2026-07-28', 'fast')))
  const text = await until(has(2))
  assert.deepEqual(
    responsesIn(text).map(({ body }) => JSON.parse(body).result.content[0].text),
    ['slow', 'fast'],
  )
})

test('HTTP/1.0: a call is answered, and the connection ends', async (t) => {
  const { ended, socket } = await rawConnection(t, await serveNode(t, server.handler))
  socket.write(raw(calling('2026-07-28', 'echo', { text: 'old' }), { http: '1.0' }))
  const [response] = responsesIn(await ended)
  assert.equal(response?.status, 200)
  assert.match(response?.body ?? '', /"text":"old"/)
})

test('HTTP/1.0: an event stream comes without chunks, and its end is that of the connection', async (t) => {
  const { ended, socket } = await rawConnection(t, await serveNode(t, server.handler))
  socket.write(raw(watching('2026-07-28', 'steps'), { http: '1.0' }))
  const text = await ended
  assert.doesNotMatch(text, /transfer-encoding/i)
  const body = text.slice(text.indexOf('\r\n\r\n') + 4)
  assert.match(body, /^data: .*\n\ndata: .*\n\n$/)
})

test('PY-91: HTTP/1.0 without Host is a 421 on a loopback address: browsers always name one', async (t) => {
  const { runtime, log } = await open(t, 'fetch', server)
  const { ended, socket } = await rawConnection(t, await serveNode(t, runtime.handler))
  socket.write(raw(calling('2026-07-28', 'echo', { text: 'old' }), { http: '1.0', host: null }))
  assert.equal(responsesIn(await ended)[0]?.status, 421)
  assert.match(log.lines[0]?.message ?? '', /allowedHosts/)
})

test('Content-Type twice: Node keeps the first', async (t) => {
  const { until, socket } = await rawConnection(t, await serveNode(t, server.handler))
  socket.write(raw(calling('2025-06-18', 'echo', { text: 'a' }), { extra: 'Content-Type: text/plain\r\n' }))
  assert.equal(responsesIn(await until(has(1)))[0]?.status, 200)
})

test('a body in chunks is read to its end', async (t) => {
  const { until, socket } = await rawConnection(t, await serveNode(t, server.handler))
  const { headers, body } = calling('2025-06-18', 'echo', { text: 'ä' })
  const lines = Object.entries({ host: 'localhost', ...headers, 'transfer-encoding': 'chunked' })
  socket.write(`POST /mcp HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
  for (const byte of Buffer.from(body))
    socket.write(Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]))
  socket.write('0\r\n\r\n')
  assert.equal(JSON.parse(responsesIn(await until(has(1)))[0]?.body ?? '').result.content[0].text, 'ä')
})

test('PY-70: a declared length that is too large is refused, and the connection closed, before a byte of the body', async (t) => {
  const { runtime } = await open(t, 'fetch', server, { maxBodyBytes: 10 })
  const { ended, socket } = await rawConnection(t, await serveNode(t, runtime.handler))
  socket.write(
    raw({ headers: { ...headersOf('2025-06-18', 'x') }, body: '' }).replace(/content-length: 0/, 'content-length: 11'),
  )
  const [response] = responsesIn(await ended)
  assert.equal(response?.status, 413)
  assert.equal(response?.headers.get('connection'), 'close')
})

test('Expect: 100-continue is answered as Node does', async (t) => {
  const { until, socket } = await rawConnection(t, await serveNode(t, server.handler))
  const { headers, body } = calling('2025-06-18', 'echo', { text: 'a' })
  const [head = ''] = raw({ headers, body }, { extra: 'Expect: 100-continue\r\n' }).split('\r\n\r\n')
  socket.write(`${head}\r\n\r\n`)
  await until(/100 Continue/)
  socket.write(body)
  await until(/"text":"a"/)
})
