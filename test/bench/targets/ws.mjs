// The `ws` package, with the JSON work of one call.
import http from 'node:http'
import { WebSocketServer } from 'ws'

const listener = http.createServer()
const sockets = new WebSocketServer({ server: listener, handleProtocols: () => 'mcp' })
sockets.on('connection', (socket) => {
  socket.on('message', (text) => {
    const { id, params } = JSON.parse(text)
    const { a, b } = params.arguments
    const result = {
      resultType: 'complete',
      content: [{ type: 'text', text: String(a + b) }],
      structuredContent: { result: a + b },
    }
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }))
  })
})
listener.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${listener.address().port}/mcp`))
