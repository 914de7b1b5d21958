// The way its documentation sets it up.
import http from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { ValibotJsonSchemaAdapter } from '@tmcp/adapter-valibot'
import { HttpTransport } from '@tmcp/transport-http'
import { StdioTransport } from '@tmcp/transport-stdio'
import { McpServer } from 'tmcp'
import * as v from 'valibot'

const info = { name: 'bench', version: '1.0.0', description: 'Adds' }
const server = new McpServer(info, { adapter: new ValibotJsonSchemaAdapter(), capabilities: { tools: {} } })
const schema = v.object({ a: v.number(), b: v.number() })
server.tool({ name: 'add', description: 'Adds two numbers', schema }, ({ a, b }) => ({
  content: [{ type: 'text', text: String(a + b) }],
  structuredContent: { result: a + b },
}))
if (process.argv[2] === 'http') {
  const transport = new HttpTransport(server)
  const listener = http.createServer(getRequestListener((request) => transport.respond(request)))
  listener.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${listener.address().port}/mcp`))
} else {
  new StdioTransport(server).listen()
}
