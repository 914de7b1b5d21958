import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { type Call, callText, checkAnswer } from '../messages.ts'
import { printRate, WARM_UP_CALLS } from './counted.ts'

// Load for WebSocket: plain sockets that write frames which were made beforehand, and count the frames that come back.
// A real client on Node would be slower than what it measures.

/** How many calls each connection writes at once, and then waits for. */
const BATCH = { pipelined: 50, sequential: 1 } as const
const CONNECTIONS = 32

const [mode = '', address = '', pid = ''] = process.argv.slice(2)
if (mode !== 'pipelined' && mode !== 'sequential') throw new Error(`unknown mode ${mode}`)
const { hostname, port, host, pathname } = new URL(address)
const call: Call = { revision: '2026-07-28', method: 'tools/call' }

const handshake = [
  `GET ${pathname} HTTP/1.1`,
  `Host: ${host}`,
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: mcp',
  '\r\n',
].join('\r\n')

/** A text frame as a client sends it (RFC 6455 §5.2): its payload is between 126 and 65,535 bytes. */
const maskedFrame = (text: string): Buffer => {
  const payload = Buffer.from(text)
  const mask = randomBytes(4)
  const head = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255])
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] as number))])
}

const requestOf = (batch: number): Buffer =>
  Buffer.concat(Array.from({ length: batch }, (_, id) => maskedFrame(callText(call, id))))

const WARMING = requestOf(BATCH.pipelined)
const MEASURED = requestOf(BATCH[mode])

let answered = 0
let warm: () => void
const warmedUp = new Promise<void>((resolve) => {
  warm = resolve
})

/** The length of a server's frame, and where its payload begins; undefined until its head is there. */
const frameAt = (bytes: Buffer, at: number): { readonly start: number; readonly end: number } | undefined => {
  if (at + 4 > bytes.length) return undefined
  const short = bytes[at + 1] as number
  const start = at + (short < 126 ? 2 : 4)
  return { start, end: start + (short < 126 ? short : bytes.readUInt16BE(at + 2)) }
}

const run = (socket: Socket): void => {
  let rest: Buffer | undefined
  let missing: number = BATCH.pipelined
  socket.write(WARMING)
  socket.on('data', (part: Buffer) => {
    const bytes = rest === undefined ? part : Buffer.concat([rest, part])
    let at = 0
    for (let frame = frameAt(bytes, at); frame && frame.end <= bytes.length; frame = frameAt(bytes, at)) {
      if (answered < CONNECTIONS) checkAnswer(call, bytes.toString('utf8', frame.start, frame.end))
      answered += 1
      missing -= 1
      at = frame.end
    }
    rest = at === bytes.length ? undefined : bytes.subarray(at)
    if (missing > 0) return
    const isWarm = answered >= WARM_UP_CALLS
    if (isWarm) warm()
    missing = isWarm ? BATCH[mode] : BATCH.pipelined
    socket.write(isWarm ? MEASURED : WARMING)
  })
}

const open = (): void => {
  const socket = connect(Number(port), hostname, () => socket.write(handshake))
  socket.setNoDelay(true)
  socket.once('data', (head: Buffer) => {
    if (!head.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(`no upgrade: ${head.toString()}`)
    run(socket)
  })
  socket.on('close', () => {
    throw new Error('the server closed a connection')
  })
}

for (let index = 0; index < CONNECTIONS; index += 1) open()
await warmedUp
await printRate(Number(pid), () => answered)
