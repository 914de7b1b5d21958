// This library, as it is published: from dist.
import http from 'node:http'
import * as v from 'valibot'
import { createServer } from '../../../dist/index.js'

const server = createServer({ name: 'bench', version: '1.0.0' }).tool(
  'add',
  { description: 'Adds two numbers', input: v.object({ a: v.number(), b: v.number() }) },
  ({ a, b }) => a + b,
)

if (process.argv[2] === 'http') {
  const listener = http.createServer(server.handler)
  listener.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${listener.address().port}/mcp`))
} else {
  await server.stdio()
}
