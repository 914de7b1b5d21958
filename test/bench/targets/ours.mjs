// This library, as it is published: from dist.
import * as v from 'valibot'
import { createServer } from '../../../dist/index.js'
import { rowsOf } from './rows.mjs'

const [, , over, json = '{}'] = process.argv
const { tools = 1, sse = false } = JSON.parse(json)

const filler = v.object({ id: v.number(), name: v.string() })

let server = createServer({ name: 'bench', version: '1.0.0' }).tool(
  'add',
  { description: 'Adds two numbers', input: v.object({ a: v.number(), b: v.number() }) },
  ({ a, b }) => a + b,
)
for (let index = 1; index < tools; index += 1) server = server.tool(`tool_${index}`, filler, ({ name }) => name)
if (over === 'messages') {
  server = server
    .tool('take', v.object({ rows: v.any() }), ({ rows }) => rows.length)
    .tool('give', v.object({ count: v.number() }), ({ count }) => rowsOf(count))
}

const overHttp = async (options) => {
  const { createServer: createHttpServer } = await import('node:http')
  const { createAdmin } = await import('./admin.mjs')
  const runtime = server.bind(options)
  const listener = createHttpServer(createAdmin(() => runtime.notify.toolsChanged(), runtime.handler))
  listener.on('upgrade', runtime.upgrade)
  listener.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${listener.address().port}/mcp`))
}

if (over === 'stdio') await server.stdio()
else await overHttp({ pageSize: 1000, maxBodyBytes: 64 * 1024 * 1024, ...(sse && { responseMode: 'sse' }) })
