// The official SDK, version 2, the way its documentation sets it up for both revisions.
import http from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

const [, , over, json = '{}'] = process.argv
const { tools = 1 } = JSON.parse(json)
const inputSchema = z.object({ a: z.number(), b: z.number() })
const filler = z.object({ id: z.number(), name: z.string() })

const createServer = () => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' })
  server.registerTool('add', { description: 'Adds two numbers', inputSchema }, async ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
    structuredContent: { result: a + b },
  }))
  for (let index = 1; index < tools; index += 1) {
    server.registerTool(`tool_${index}`, { inputSchema: filler }, async ({ name }) => ({
      content: [{ type: 'text', text: name }],
    }))
  }
  return server
}

if (over === 'http') {
  const handler = createMcpHandler(createServer)
  const listener = http.createServer(getRequestListener((request) => handler.fetch(request)))
  listener.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${listener.address().port}/mcp`))
} else {
  serveStdio(createServer)
}
