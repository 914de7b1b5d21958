// What a browser runs: the package as published, found through the import map of the page.
import { createServer, jsonSchema } from 'fluent-mcp'
import * as v from 'valibot'

const server = createServer({ name: 'in-a-browser', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool(
    'shout',
    jsonSchema({ type: 'object', properties: { word: { type: 'string', minLength: 1 } }, required: ['word'] }),
    ({ word }) => word.toUpperCase(),
  )

const post = async (headers, message) => {
  const response = await server.fetch(
    new Request(`${location.origin}/mcp`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }),
    }),
  )
  return { status: response.status, text: await response.text() }
}

const call = (name, args) =>
  post(
    { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': name },
    {
      method: 'tools/call',
      params: {
        name,
        arguments: args,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'page', version: '1.0.0' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    },
  )

const initialize = () =>
  post(
    {},
    {
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'page', version: '1.0.0' } },
    },
  )

try {
  globalThis.outcome = {
    valibot: await call('add', { a: 2, b: 3 }),
    refused: await call('add', { a: 2, b: 'three' }),
    jsonSchema: await call('shout', { word: 'hello' }),
    initialize: await initialize(),
  }
} catch (error) {
  globalThis.outcome = { error: String(error?.stack ?? error) }
}
