// What Node itself costs: parse one call, add, answer. No protocol, no checks.
import http from 'node:http'

const answer = (id, { a, b }) => {
  const sum = a + b
  const result = {
    resultType: 'complete',
    content: [{ type: 'text', text: String(sum) }],
    structuredContent: { result: sum },
  }
  return JSON.stringify({ jsonrpc: '2.0', id, result })
}

const overHttp = () => {
  const server = http.createServer((req, res) => {
    const parts = []
    req.on('data', (part) => parts.push(part))
    req.on('end', () => {
      const { id, params } = JSON.parse(parts.length === 1 ? parts[0] : Buffer.concat(parts))
      const body = answer(id, params.arguments)
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      res.end(body)
    })
  })
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/mcp`))
}

const handshake = (id, { protocolVersion }) => {
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
      const { id, method, params } = JSON.parse(line)
      if (method === 'tools/call') out += `${answer(id, params.arguments)}\n`
      else if (method === 'initialize') out += `${handshake(id, params)}\n`
    }
    if (out !== '') process.stdout.write(out)
  })
}

if (process.argv[2] === 'http') overHttp()
else overStdio()
