// The official SDK, version 1, the way its documentation sets it up: without sessions, a server for each request.
import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { z } from 'zod'

const [, , over, json = '{}'] = process.argv
const { tools = 1, sse = false, sessions = false } = JSON.parse(json)
const enableJsonResponse = !sse

const createServer = () => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' })
  const inputSchema = { a: z.number(), b: z.number() }
  server.registerTool('add', { description: 'Adds two numbers', inputSchema }, async ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
    structuredContent: { result: a + b },
  }))
  for (let index = 1; index < tools; index += 1) {
    server.registerTool(`tool_${index}`, { inputSchema: { id: z.number(), name: z.string() } }, async ({ name }) => ({
      content: [{ type: 'text', text: name }],
    }))
  }
  return server
}

const standing = new Map()

const inSession = async (req, res) => {
  const known = standing.get(req.headers['mcp-session-id'])
  if (known) return known.handleRequest(req, res)
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse,
    onsessioninitialized: (id) => standing.set(id, transport),
  })
  await createServer().connect(transport)
  await transport.handleRequest(req, res)
}

const alone = async (req, res) => {
  const server = createServer()
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse })
  res.on('close', () => {
    transport.close()
    server.close()
  })
  await server.connect(transport)
  await transport.handleRequest(req, res)
}

if (over === 'http') {
  const listener = http.createServer(sessions ? inSession : alone)
  listener.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${listener.address().port}/mcp`))
} else {
  await createServer().connect(new StdioServerTransport())
}
