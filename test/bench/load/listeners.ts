import { connect } from 'node:net'
import { headersOf, requestText } from '../messages.ts'

// Clients that listen: plain sockets, each with one event stream, whose bytes are dropped. Prints `ready` once all of
// them have read something, and goes on until it is ended.

const [address = '', count = '1'] = process.argv.slice(2)
const { hostname, port, host, pathname } = new URL(address)
const revision = '2026-07-28'

const body = requestText(revision, 1, 'subscriptions/listen', { notifications: { toolsListChanged: true } })
const headers = {
  ...headersOf(revision, 'subscriptions/listen'),
  Host: host,
  'Content-Length': String(Buffer.byteLength(body)),
}
const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
const request = [`POST ${pathname} HTTP/1.1`, ...lines, '', body].join('\r\n')

let waiting = Number(count)

const open = (): void => {
  const socket = connect(Number(port), hostname, () => socket.write(request))
  socket.once('data', (head: Buffer) => {
    if (!head.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(`it was answered ${head.toString()}`)
    socket.resume()
    waiting -= 1
    if (waiting === 0) console.log('ready')
  })
}

for (let index = 0; index < Number(count); index += 1) open()
