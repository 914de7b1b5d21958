import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BindOptions, createServer } from '../../../src/index.ts'
import { messagesOf } from '../../support/messages.ts'
import { calling, open, STREAMABLE, sendToPort, serveNode, testBoth } from './support.ts'

const SECTION = `${STREAMABLE}, Security & Endpoint`

const server = createServer({ name: 'one', version: '1.0.0' }).tool('one', () => 1)

type Case = readonly [value: string, allowed: boolean, options?: BindOptions]

const app: BindOptions = { allowedOrigins: ['https://app.example', 'http://app.example:8080'] }

const origins: readonly Case[] = [
  ['http://localhost', true],
  ['http://localhost:5173', true],
  ['https://localhost', true],
  ['http://app.localhost:3000', true],
  ['http://127.0.0.1', true],
  ['http://127.0.0.1:8000', true],
  ['http://127.1.2.3', true],
  ['http://[::1]', true],
  ['http://[::1]:8000', true],
  ['http://LOCALHOST:1', true],
  ['https://evil.example', false],
  ['http://localhost.evil.example', false],
  ['http://notlocalhost', false],
  ['http://127.0.0.1.evil.example', false],
  ['http://192.168.0.1', false],
  ['http://[::2]', false],
  ['null', false],
  ['localhost', false],
  ['http://', false],
  ['http://localhost, http://evil.example', false],
  ['https://app.example', true, app],
  ['http://app.example:8080', true, app],
  ['http://app.example', false, app],
  ['https://app.example:8443', false, app],
  ['https://app.example.evil', false, app],
  ['http://localhost:5173', false, app],
  ['https://anything.example', true, { allowedOrigins: ['*'] }],
  ['null', true, { allowedOrigins: ['*'] }],
  ['http://localhost', false, { allowedOrigins: [] }],
  ['https://mcp.example', true, { publicUrl: 'https://mcp.example/mcp' }],
  ['https://mcp.example', true, { publicUrl: 'https://mcp.example/mcp', allowedOrigins: [] }],
  ['https://mcp.example:444', false, { publicUrl: 'https://mcp.example/mcp' }],
  ['http://localhost', true, { publicUrl: 'https://mcp.example/mcp' }],
]

for (const [origin, isAllowed, options] of origins) {
  const where = options ? ` with ${JSON.stringify(options)}` : ' by default'
  testBoth(
    `${SECTION}: Origin ${JSON.stringify(origin)} is ${isAllowed ? 'allowed' : 'a 403'}${where}`,
    async (_, bound) => {
      const { send, log } = await bound(server, options)
      const response = await send(calling('2026-07-28', 'one', {}, { origin }))
      assert.equal(response.status, isAllowed ? 200 : 403)
      if (isAllowed) return assert.deepEqual(log.lines, [])
      const [reply] = await messagesOf(response)
      assert.equal(reply?.error.code, -32600)
      assert.ok(!('id' in (reply ?? {})), 'has no id')
      assert.equal(log.lines.length, 1)
      assert.equal(log.lines[0]?.level, 'warn')
      assert.match(log.lines[0]?.message ?? '', /allowedOrigins/)
      assert.ok(log.lines[0]?.message.includes(JSON.stringify(origin)))
    },
  )
}

for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PUT']) {
  testBoth(`${SECTION}: Origin is checked on all requests: ${method}`, async (_, bound) => {
    const { send } = await bound(server)
    const response = await send({ method, headers: { origin: 'https://evil.example' } })
    assert.equal(response.status, 403)
    if (method === 'HEAD') assert.equal(await response.text(), '')
  })
}

const hosts: readonly Case[] = [
  ['localhost', true],
  ['localhost:8000', true],
  ['LocalHost', true],
  ['mcp.localhost', true],
  ['127.0.0.1:1', true],
  ['[::1]', true],
  ['[::1]:8000', true],
  ['evil.example', false],
  ['evil.example:8000', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['192.168.0.1', false],
  ['', false],
  ['mcp.example', true, { publicUrl: 'https://mcp.example/mcp' }],
  ['MCP.example', true, { publicUrl: 'https://mcp.example/mcp' }],
  ['localhost:8000', true, { publicUrl: 'https://mcp.example/mcp' }],
  ['other.example', false, { publicUrl: 'https://mcp.example/mcp' }],
]

for (const [host, isAllowed, options] of hosts) {
  const where = options ? ` with ${JSON.stringify(options)}` : ''
  test(`PY-91: on a loopback address, Host ${JSON.stringify(host)} is ${isAllowed ? 'allowed' : 'a 421'}${where}`, async (t) => {
    const { send, log } = await open(t, 'Node', server, options)
    const response = await send(calling('2026-07-28', 'one', {}, { host }))
    assert.equal(response.status, isAllowed ? 200 : 421)
    if (isAllowed) return assert.deepEqual(log.lines, [])
    assert.equal((await messagesOf(response))[0]?.error.code, -32600)
    assert.equal(log.lines.length, 1)
    assert.match(log.lines[0]?.message ?? '', /allowedHosts/)
    assert.ok(log.lines[0]?.message.includes(JSON.stringify(host)))
  })
}

const listed: BindOptions = { allowedHosts: ['a.example', 'b.example:8000', '[::1]'] }

const listedHosts: readonly Case[] = [
  ['a.example', true],
  ['A.EXAMPLE', true],
  ['a.example:1234', true],
  ['b.example:8000', true],
  ['b.example', false],
  ['b.example:8001', false],
  ['[::1]:80', true],
  ['localhost', false],
  ['a.example.evil', false],
  ['c.example', true, { ...listed, publicUrl: 'https://c.example/mcp' }],
]

for (const [host, isAllowed, options = listed] of listedHosts) {
  testBoth(
    `${JSON.stringify(options)}: Host ${JSON.stringify(host)} is ${isAllowed ? 'allowed' : 'a 421'}`,
    async (_, bound) => {
      const { send, log } = await bound(server, options)
      const response = await send(calling('2026-07-28', 'one', {}, { host }))
      assert.equal(response.status, isAllowed ? 200 : 421)
      assert.equal(log.lines.length, isAllowed ? 0 : 1)
    },
  )
}

testBoth('PY-91: Host is checked before Origin, and on every method', async (_, bound) => {
  const { send } = await bound(server, { allowedHosts: ['a.example'] })
  for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
    const response = await send({ method, headers: { host: 'evil.example', origin: 'https://evil.example' } })
    assert.equal(response.status, 421)
  }
})

test('fetch without a Host header goes by the URL', async () => {
  const runtime = server.bind({ allowedHosts: ['a.example'], logger: { ...console, warn: () => undefined } })
  const { headers, body } = calling('2026-07-28', 'one')
  const ask = (url: string) => runtime.fetch(new Request(url, { method: 'POST', headers, body }))
  assert.equal((await ask('https://a.example/mcp')).status, 200)
  assert.equal((await ask('https://b.example/mcp')).status, 421)
})

test('PY-91: on an address that is no loopback, every Host is answered unless allowedHosts says otherwise', async (t) => {
  const runtime = server.bind()
  // A connection that came in on another address of this machine.
  const port = await serveNode(t, (request, response) => {
    const socket = { localAddress: '192.0.2.1' }
    runtime.handler(Object.create(request, { socket: { value: socket } }), response)
  })
  const { response } = sendToPort(port, calling('2026-07-28', 'one', {}, { host: 'whatever.example' }))
  assert.equal((await response).status, 200)
})
