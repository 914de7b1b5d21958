// What Node itself costs: parse one call, add, answer. No protocol, no checks.
import { rowsOf } from './rows.mjs'

const [, , over, json = '{}'] = process.argv
const { tools = 1, sse = false } = JSON.parse(json)

const schema = {
  type: 'object',
  properties: { id: { type: 'number' }, name: { type: 'string' } },
  required: ['id', 'name'],
}
const listed = Array.from({ length: tools }, (_, index) => ({ name: `tool_${index}`, inputSchema: schema }))
const listText = JSON.stringify({ resultType: 'complete', tools: listed })

const value = {
  add: ({ a, b }) => a + b,
  take: ({ rows }) => rows.length,
  give: ({ count }) => rowsOf(count),
}

const answer = ({ id, method, params }) => {
  if (method === 'tools/list') return `{"jsonrpc":"2.0","id":${id},"result":${listText}}`
  const result = value[params.name](params.arguments)
  const text = JSON.stringify(result)
  const structuredContent = { result }
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    result: { resultType: 'complete', content: [{ type: 'text', text }], structuredContent },
  })
}

const post = (req, res) => {
  const parts = []
  req.on('data', (part) => parts.push(part))
  req.on('end', () => {
    const body = answer(JSON.parse(parts.length === 1 ? parts[0] : Buffer.concat(parts)))
    if (sse) {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.end(`event: message\ndata: ${body}\n\n`)
    } else {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      res.end(body)
    }
  })
}

const overHttp = async () => {
  const { createServer } = await import('node:http')
  const server = createServer(post)
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/mcp`))
}

// Sockets, and no HTTP: whoever sends something is kept, and is written to.
const EVENT = 'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}}\n\n'

const overSockets = async () => {
  const { createServer } = await import('node:http')
  const { createAdmin } = await import('./admin.mjs')
  const readers = new Set()
  const keep = (req, res) => {
    readers.add(res.socket)
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write(EVENT)
    req.resume()
  }
  const notify = () => {
    for (const socket of readers) socket.write(EVENT)
  }
  const server = createServer(createAdmin(notify, keep))
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/mcp`))
}

const handshake = ({ id, params: { protocolVersion } }) => {
  const result = { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'floor', version: '1.0.0' } }
  return JSON.stringify({ jsonrpc: '2.0', id, result })
}

const overStdio = () => {
  let rest = ''
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    let out = ''
    for (const line of lines) {
      const message = JSON.parse(line)
      if (message.method === 'initialize') out += `${handshake(message)}\n`
      else if (message.id !== undefined) out += `${answer(message)}\n`
    }
    if (out !== '') process.stdout.write(out)
  })
}

const start = { http: overHttp, streams: overSockets, stdio: overStdio }
await start[over]()
