// The way its documentation sets it up, without sessions. It has no stdio.
import http from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { McpServer, StreamableHttpTransport } from 'mcp-lite'
import { z } from 'zod'

const server = new McpServer({ name: 'bench', version: '1.0.0', schemaAdapter: (schema) => z.toJSONSchema(schema) })
server.tool('add', {
  description: 'Adds two numbers',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  handler: ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }], structuredContent: { result: a + b } }),
})
const listener = http.createServer(getRequestListener(new StreamableHttpTransport().bind(server)))
listener.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${listener.address().port}/mcp`))
