import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { createServer, type NodeRequest } from '../../../src/index.ts'
import { headersOf, keepingLogger, messagesOf } from '../../support/messages.ts'
import { calling, sendToPort, serveNode } from './support.ts'

const server = createServer({ name: 'sums', version: '1.0.0' }).tool(
  'add',
  v.object({ a: v.number(), b: v.number() }),
  ({ a, b }) => a + b,
)

const sent = calling('2026-07-28', 'add', { a: 1, b: 2 })
const legacy = headersOf('2025-06-18', 'ping')
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])

/** What a host may have made of the body, and the status that it gets. */
const bodies: readonly (readonly [
  name: string,
  body: unknown,
  status: number,
  headers?: Readonly<Record<string, string>>,
])[] = [
  ['the value', JSON.parse(sent.body), 200],
  ['its text', sent.body, 200],
  ['its bytes', Buffer.from(sent.body), 200],
  ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'ping' }], 200, headersOf('2025-03-26', 'ping')],
  ['null', null, 400, legacy],
  ['an empty object, as hosts make it of an empty body', {}, 400, legacy],
  ['a text that is no JSON', '{', 400, legacy],
  ['no text', '', 400, legacy],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, legacy],
  ['no bytes', Buffer.alloc(0), 400, legacy],
  ['a number', 7, 400, legacy],
  ['a value that is too deep', { jsonrpc: '2.0', id: 1, method: 'ping', params: { a: nested(200) } }, 400, legacy],
  [
    'a text that is too deep',
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${JSON.stringify(nested(200))}}}`,
    400,
    legacy,
  ],
]

for (const [name, body, status, headers = sent.headers] of bodies) {
  const read = async (request: NodeJS.ReadableStream): Promise<void> => {
    for await (const _chunk of request);
  }

  test(`a body that the host has read, as third argument: ${name} → ${status}`, async (t) => {
    const port = await serveNode(t, (request, response) => {
      void read(request as never).then(() => server.handler(request, response, body))
    })
    const response = await sendToPort(port, { headers, body: 'was read' }).response
    assert.equal(response.status, status)
    if (status === 400) assert.ok([-32700, -32600].includes((await messagesOf(response))[0]?.error.code))
  })

  test(`a body that the host has read, as request.body: ${name} → ${status}`, async (t) => {
    const port = await serveNode(t, (request, response) => {
      void read(request as never).then(() =>
        server.handler(Object.assign(request, { body }), response, () => undefined),
      )
    })
    assert.equal((await sendToPort(port, { headers, body: 'was read' }).response).status, status)
  })
}

test('the third argument comes before request.body', async (t) => {
  const port = await serveNode(t, (request, response) =>
    server.handler(Object.assign(request, { body: 'no' }) as NodeRequest, response, sent.body),
  )
  assert.equal((await sendToPort(port, sent).response).status, 200)
})

test('a body that the host has read without passing it on is a 500, and one log line that says what to do', async (t) => {
  const log = keepingLogger()
  const runtime = server.bind({ logger: log })
  const port = await serveNode(t, (request, response) => {
    const stream = request as unknown as NodeJS.ReadableStream
    stream.resume()
    stream.once('end', () => setImmediate(() => runtime.handler(request, response)))
  })
  const response = await sendToPort(port, sent).response
  assert.equal(response.status, 500)
  assert.equal((await messagesOf(response))[0]?.error.code, -32603)
  assert.equal(log.lines.length, 1)
  assert.match(log.lines[0]?.message ?? '', /third argument/)
})

test('a fetch request whose body was read before is a 500, and one log line that says what to do', async () => {
  const log = keepingLogger()
  const runtime = server.bind({ logger: log })
  const request = new Request('http://localhost/mcp', { method: 'POST', ...sent })
  await request.text()
  const response = await runtime.fetch(request)
  assert.equal(response.status, 500)
  assert.match(log.lines[0]?.message ?? '', /unread/)
})

test('a body that is read is not measured again: the host has its own limit', async (t) => {
  const { handler } = server.bind({ maxBodyBytes: 10 })
  const port = await serveNode(t, (request, response) => handler(request, response, JSON.parse(sent.body)))
  assert.equal((await sendToPort(port, sent).response).status, 200)
})
