import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createClient } from '../../../src/client.ts'
import { keepingLogger } from '../../support/messages.ts'

const INITIALIZED = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {} },
  serverInfo: { name: 'picky', version: '1.0.0' },
}

test('a server that refuses "notifications/initialized" is used all the same', async (t) => {
  const http = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { id, method } = body === '' ? { id: undefined, method: undefined } : JSON.parse(body)
    const results: Record<string, object> = {
      initialize: INITIALIZED,
      'tools/call': { content: [{ type: 'text', text: 'done' }] },
    }
    const result = results[method]
    if (!result) return response.writeHead(400).end()
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.after(() => http.close())
  const logger = keepingLogger()
  const { port } = http.address() as AddressInfo
  const client = await createClient().connect(`http://127.0.0.1:${port}/mcp`, { logger })
  t.after(() => client.close())
  assert.equal((await client.callTool('any')).text, 'done')
  assert.match(JSON.stringify(logger), /did not take \\"notifications\/initialized\\"/)
})
