import assert from 'node:assert/strict'
import { createServer } from '../../../src/index.ts'
import { headersOf, messagesOf } from '../../support/messages.ts'
import { testBoth } from './support.ts'

const server = createServer({ name: 'one', version: '1.0.0' }).tool('one', () => 1)

const withoutSessions = { sessions: false } as const

for (const method of ['GET', 'DELETE', 'PUT', 'PATCH', 'PROPFIND']) {
  testBoth(
    `TS-4; 2026-07-28 Streamable HTTP, Earlier Streamable HTTP Revisions: ${method} is a 405 that allows POST`,
    async (_, bound) => {
      const { send } = await bound(server, withoutSessions)
      const response = await send({ method, headers: { accept: 'text/event-stream' } })
      assert.equal(response.status, 405)
      assert.equal(response.headers.get('allow'), 'POST, OPTIONS')
      assert.equal(response.headers.get('content-type'), 'application/json')
      const [reply] = await messagesOf(response)
      assert.equal(reply?.error.code, -32600)
      assert.match(reply?.error.message, new RegExp(`^${method} `))
    },
  )
}

testBoth(
  '2026-07-28 Streamable HTTP, Earlier Streamable HTTP Revisions: a session id and a last event id are ignored',
  async (_, bound) => {
    const { send } = await bound(server, withoutSessions)
    const odd = { 'mcp-session-id': 'x', 'last-event-id': '7' }
    assert.equal((await send({ method: 'GET', headers: odd })).status, 405)
    assert.equal((await send({ method: 'DELETE', headers: odd })).status, 405)
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
    const response = await send({ headers: { ...headersOf('2025-11-25', 'ping'), ...odd }, body })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('mcp-session-id'), null)
  },
)

testBoth('HEAD is a 405 with the headers of one, and no body', async (_, bound) => {
  const { send } = await bound(server, withoutSessions)
  const response = await send({ method: 'HEAD' })
  assert.equal(response.status, 405)
  assert.equal(response.headers.get('allow'), 'POST, OPTIONS')
  assert.equal(await response.text(), '')
})

testBoth('OPTIONS is a 204 that allows POST, without a body', async (_, bound) => {
  const { send } = await bound(server, withoutSessions)
  const response = await send({ method: 'OPTIONS' })
  assert.equal(response.status, 204)
  assert.equal(response.headers.get('allow'), 'POST, OPTIONS')
  assert.equal(response.headers.get('access-control-allow-methods'), null)
  assert.equal(await response.text(), '')
})

testBoth('PY-70: a method that is not allowed is refused however large its body is', async (_, bound) => {
  const { send } = await bound(server, { maxBodyBytes: 10 })
  const response = await send({ method: 'PUT', headers: { 'content-length': '1000' }, withholdsBody: true })
  assert.equal(response.status, 405)
})

testBoth(
  '2025-11-25 §Sending Messages: a notification is accepted with 202 and no body, whatever it is',
  async (_, bound) => {
    const { send } = await bound(server)
    for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] as const) {
      for (const method of ['notifications/initialized', 'notifications/cancelled', 'notifications/made/up']) {
        const { 'mcp-method': _method, ...headers } = headersOf(version, method)
        const response = await send({ headers, body: JSON.stringify({ jsonrpc: '2.0', method }) })
        assert.equal(response.status, 202)
        assert.equal(await response.text(), '')
        assert.equal(response.headers.get('content-type'), null)
        assert.equal(response.headers.get('transfer-encoding'), null)
      }
    }
  },
)

testBoth(
  'PY-86, TS-23: a notification without a version is accepted, one of a version that is not served is refused',
  async (_, bound) => {
    const { send } = await bound(server)
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
    const { 'mcp-protocol-version': _version, ...common } = headersOf('2025-06-18', 'notifications/initialized')
    assert.equal((await send({ headers: common, body })).status, 202)
    const response = await send({ headers: { ...common, 'mcp-protocol-version': '2099-01-01' }, body })
    assert.equal(response.status, 400)
    assert.match(
      (await messagesOf(response))[0]?.error.message,
      /^Bad Request: Unsupported protocol version: 2099-01-01 \(/,
    )
  },
)

testBoth('a notification without a version is accepted, too, where only 2026-07-28 is served', async (_, bound) => {
  const { send } = await bound(server, { revisions: ['2026-07-28'] })
  const { 'mcp-protocol-version': _version, ...common } = headersOf('2025-06-18', 'notifications/cancelled')
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
  assert.equal((await send({ headers: common, body })).status, 202)
})

testBoth(
  '2025-11-25 §Sending Messages: a response is accepted with 202; 2026-07-28 §Sending Messages: it must not be sent',
  async (_, bound) => {
    const { send } = await bound(server)
    const answers = [
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 's', error: { code: -1, message: 'no' } },
    ]
    for (const answer of answers) {
      const body = JSON.stringify(answer)
      const accepted = await send({ headers: headersOf('2025-11-25', 'x'), body })
      assert.equal(accepted.status, 202)
      assert.equal(await accepted.text(), '')
      const refused = await send({ headers: headersOf('2026-07-28', 'x'), body })
      assert.equal(refused.status, 400)
      assert.deepEqual(Object.keys(JSON.parse(await refused.text())), ['jsonrpc', 'error'])
    }
  },
)

testBoth(
  'a notification reaches the interceptors of the server, and what they throw does not reach the client',
  async (_, bound) => {
    const seen: string[] = []
    const { send, log } = await bound(
      server.intercept((message, next) => {
        seen.push(`${message.method} ${message.id} ${message.http?.url.pathname}`)
        if (message.method === 'notifications/bad') throw new Error('not today')
        return next()
      }),
    )
    for (const method of ['notifications/initialized', 'notifications/bad']) {
      const body = JSON.stringify({ jsonrpc: '2.0', method })
      assert.equal((await send({ headers: headersOf('2025-06-18', method), body })).status, 202)
    }
    assert.deepEqual(seen, ['notifications/initialized undefined /mcp', 'notifications/bad undefined /mcp'])
    assert.match(log.lines[0]?.message ?? '', /notifications\/bad/)
  },
)
