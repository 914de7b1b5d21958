import assert from 'node:assert/strict'
import { createServer } from '../../../src/index.ts'
import { headersOf } from '../../support/messages.ts'
import { calling, type Sent, testBoth } from './support.ts'

const server = createServer({ name: 'one', version: '1.0.0' }).tool('one', () => 1)

const ORIGIN = 'https://app.example'
const allowed = { allowedOrigins: [ORIGIN] }

const namesIn = (list: string | null): readonly string[] =>
  (list ?? '').split(',').map((name) => name.trim().toLowerCase())

const preflight = (headers: string, origin = ORIGIN): Sent => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': headers,
  },
})

// What a browser asks for: the headers of 2026-07-28 Streamable HTTP, Standard Request Headers, and those of sessions.
const STANDARD = [
  'content-type',
  'accept',
  'authorization',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
  'last-event-id',
]

testBoth('Fetch Standard, CORS-preflight: every header of the protocol may be sent', async (_, bound) => {
  const { send } = await bound(server, allowed)
  const response = await send(preflight(STANDARD.join(',')))
  assert.equal(response.status, 204)
  assert.equal(await response.text(), '')
  assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN)
  assert.equal(response.headers.get('allow'), 'GET, POST, DELETE, OPTIONS')
  assert.deepEqual(namesIn(response.headers.get('access-control-allow-methods')), ['get', 'post', 'delete', 'options'])
  assert.ok(Number(response.headers.get('access-control-max-age')) > 0)
  assert.ok(namesIn(response.headers.get('vary')).includes('origin'))
  const names = namesIn(response.headers.get('access-control-allow-headers'))
  assert.deepEqual(
    STANDARD.filter((name) => !names.includes(name)),
    [],
  )
})

testBoth(
  '2026-07-28 Streamable HTTP, Custom Headers from Tool Parameters: each Mcp-Param-* that is asked for may be sent',
  async (_, bound) => {
    const { send } = await bound(server, allowed)
    const response = await send(
      preflight('content-type, Mcp-Param-Region,MCP-PARAM-a.b!, x-evil, mcp-param-, mcp-param-bad name'),
    )
    const names = namesIn(response.headers.get('access-control-allow-headers'))
    assert.ok(names.includes('mcp-param-region'))
    assert.ok(names.includes('mcp-param-a.b!'))
    assert.deepEqual(
      names.filter((name) => !STANDARD.includes(name) && !name.startsWith('mcp-param-')),
      [],
    )
    assert.equal(names.length, STANDARD.length + 2)
  },
)

testBoth('a preflight that asks for no headers is answered, too', async (_, bound) => {
  const { send } = await bound(server, allowed)
  const response = await send({
    method: 'OPTIONS',
    headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
  })
  assert.equal(response.status, 204)
  assert.deepEqual(namesIn(response.headers.get('access-control-allow-headers')), STANDARD)
})

testBoth('a preflight of an origin that is not allowed is a 403 without a CORS header', async (_, bound) => {
  const { send } = await bound(server, allowed)
  const response = await send(preflight('content-type', 'https://evil.example'))
  assert.equal(response.status, 403)
  assert.deepEqual(
    [...response.headers.keys()].filter((name) => name.startsWith('access-control-')),
    [],
  )
})

const readable: readonly (readonly [name: string, sent: Sent, status: number])[] = [
  ['a result', calling('2026-07-28', 'one'), 200],
  ['an error of dispatch', calling('2026-07-28', 'two'), 200],
  ['a header that differs', { ...calling('2026-07-28', 'one', {}, { 'mcp-name': 'two' }) }, 400],
  ['a body that is no JSON', { headers: headersOf('2025-06-18', 'ping'), body: '{' }, 400],
  ['a notification', { headers: headersOf('2025-06-18', 'x'), body: '{"jsonrpc":"2.0","method":"x"}' }, 202],
  ['a wrong method', { method: 'PUT' }, 405],
  ['a wrong Accept', { headers: { ...headersOf('2025-06-18', 'x'), accept: 'text/html' }, body: '{}' }, 406],
  ['a large body', { headers: headersOf('2025-06-18', 'x'), body: 'x'.repeat(2000) }, 413],
  ['a wrong Content-Type', { headers: { 'content-type': 'text/plain' }, body: '{}' }, 415],
  ['a plain OPTIONS', { method: 'OPTIONS' }, 204],
]

for (const [name, sent, status] of readable) {
  testBoth(
    `Fetch Standard, CORS: a page of an allowed origin reads ${name} (${status}), and the headers that matter`,
    async (_, bound) => {
      const { send } = await bound(server, { ...allowed, maxBodyBytes: 1000 })
      const response = await send({ ...sent, headers: { ...(sent.headers as Record<string, string>), origin: ORIGIN } })
      assert.equal(response.status, status)
      assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN)
      assert.deepEqual(namesIn(response.headers.get('access-control-expose-headers')), [
        'mcp-session-id',
        'mcp-protocol-version',
        'www-authenticate',
      ])
      assert.ok(namesIn(response.headers.get('vary')).includes('origin'))
    },
  )
}

testBoth('an event stream carries the CORS headers, too', async (_, bound) => {
  const { send } = await bound(server, { ...allowed, responseMode: 'sse' })
  const response = await send(calling('2025-06-18', 'one', {}, { origin: ORIGIN }))
  assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN)
  await response.text()
})

testBoth('a server that is closing lets a page read that it is', async (_, bound) => {
  const { send, runtime } = await bound(server, allowed)
  await runtime.close()
  const response = await send(calling('2025-06-18', 'one', {}, { origin: ORIGIN }))
  assert.equal(response.status, 503)
  assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN)
})

testBoth('what is no page gets no CORS header', async (_, bound) => {
  const { send } = await bound(server, allowed)
  const response = await send(calling('2026-07-28', 'one'))
  assert.deepEqual(
    [...response.headers.keys()].filter((name) => name.startsWith('access-control-') || name === 'vary'),
    [],
  )
})
