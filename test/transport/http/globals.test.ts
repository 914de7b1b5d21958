import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'

// Nothing of the library may be loaded before they have been looked at.
const globals = (): ReadonlyMap<string, unknown> =>
  new Map(
    Object.getOwnPropertyNames(globalThis)
      .sort()
      .map((name) => [name, Reflect.get(globalThis, name)]),
  )

test('TS-17: a server leaves every global as it is: Request and Response are those of the host', async () => {
  const before = globals()
  const { createServer } = await import('../../../src/index.ts')
  const runtime = createServer({ name: 'guest', version: '1.0.0' })
    .tool('hello', () => 'Hello')
    .bind()
  const host = createHttpServer(runtime.handler)
  host.listen(0, '127.0.0.1')
  await once(host, 'listening')
  const { port } = host.address() as AddressInfo
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hello' } })
  const response = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', headers, body })
  assert.equal(response.status, 200)
  await response.text()
  const answered = await runtime.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body }))
  assert.ok(answered instanceof Response)
  host.close()
  host.closeAllConnections()
  await runtime.close()
  assert.deepEqual([...globals().keys()], [...before.keys()])
  for (const [name, value] of before) assert.ok(Object.is(Reflect.get(globalThis, name), value), name)
})
