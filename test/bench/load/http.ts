import { connect } from 'node:net'
import { callHeaders, callText, revisions } from '../messages.ts'

// Load for HTTP where wrk is missing: keep-alive connections that each have one request under way.
// Prints how many answers came each second, after a warm-up that is not counted.

const CONNECTIONS = 32
const WARM_UP_MS = 300

const [address = '', wanted = '', seconds = '1'] = process.argv.slice(2)
const revision = revisions.find((name) => name === wanted)
if (revision === undefined) throw new Error(`unknown revision ${wanted}`)

const { hostname, port, pathname, host } = new URL(address)
const body = callText(revision, 1)
const headers = { ...callHeaders(revision), Host: host, 'Content-Length': String(Buffer.byteLength(body)) }
const headerLines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
const request = Buffer.from([`POST ${pathname} HTTP/1.1`, ...headerLines, '', body].join('\r\n'))

const HEAD_END = Buffer.from('\r\n\r\n')
const CHUNKS_END = Buffer.from('0\r\n\r\n')

let answers = 0

/** Where the first response in the bytes ends, or -1 while it is incomplete. */
const endOfResponse = (bytes: Buffer): number => {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd === -1) return -1
  const head = bytes.toString('latin1', 0, headEnd)
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(`the server answered ${bytes.toString().slice(0, 500)}`)
  const length = /\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    const end = headEnd + 4 + Number(length)
    return end <= bytes.length ? end : -1
  }
  return bytes.subarray(-CHUNKS_END.length).equals(CHUNKS_END) ? bytes.length : -1
}

const open = (): void => {
  const socket = connect(Number(port), hostname)
  let pending: Buffer | undefined
  socket.setNoDelay(true)
  socket.on('connect', () => socket.write(request))
  socket.on('data', (part: Buffer) => {
    const bytes = pending === undefined ? part : Buffer.concat([pending, part])
    const end = endOfResponse(bytes)
    if (end === -1) {
      pending = bytes
      return
    }
    pending = undefined
    answers += 1
    socket.write(request)
  })
  socket.on('close', () => {
    throw new Error('the server closed a connection')
  })
}

for (let index = 0; index < CONNECTIONS; index += 1) open()

setTimeout(() => {
  const before = answers
  const started = performance.now()
  setTimeout(() => {
    console.log(JSON.stringify({ perSecond: (answers - before) / ((performance.now() - started) / 1000) }))
    process.exit(0)
  }, Number(seconds) * 1000)
}, WARM_UP_MS)
