import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { createServer } from '../../../src/index.ts'
import { headersOf, keepingLogger, type Params, request } from '../../support/messages.ts'

const VERSION = '2026-07-28'
const LISTENERS = 1_024
const LONG = `note://${'n'.repeat(64 * 1024)}`

const server = createServer({ name: 'busy', version: '1.0.0' })
  .tool('now', () => 0)
  .resource('note://{name}', ({ name }) => name)

/** A client at the other end of a bare socket. */
interface Listener {
  readonly socket: Socket
  /** Settles once so many messages that match have come. */
  readonly came: (pattern: RegExp, count: number) => Promise<void>
}

const listen = (port: number, id: number, notifications: Params): Listener => {
  const body = JSON.stringify(request(VERSION, id, 'subscriptions/listen', { notifications }))
  const headers = { ...headersOf(VERSION, 'subscriptions/listen'), 'content-length': String(Buffer.byteLength(body)) }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  let text = ''
  const came = async (pattern: RegExp, count: number): Promise<void> => {
    while ((text.match(new RegExp(pattern, 'g')) ?? []).length < count) {
      const [chunk] = await once(socket, 'data')
      text += chunk
    }
  }
  socket.write(`POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${head.join('')}\r\n${body}`)
  return { socket, came }
}

test('1,024 listen of which one never reads: it is given up, and the others miss nothing', async (t) => {
  const logger = keepingLogger()
  const runtime = server.bind({ logger })
  const http = createHttpServer(runtime.handler).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  t.after(() => http.close())

  const lists = { toolsListChanged: true }
  const readers = Array.from({ length: LISTENERS - 1 }, (_, id) => listen(port, id, lists))
  const lazy = listen(port, LISTENERS, { ...lists, resourceSubscriptions: [LONG] })
  const closed = once(lazy.socket, 'close')
  await Promise.all([...readers, lazy].map(({ came }) => came(/subscriptions\/acknowledged/, 1)))

  lazy.socket.pause()
  for (let left = true; left; ) {
    runtime.notify.resourceUpdated(LONG)
    left = await new Promise<boolean>((resolve) =>
      setImmediate(() => http.getConnections((_, count) => resolve(count === LISTENERS))),
    )
  }
  assert.deepEqual(
    logger.lines.map(({ message }) => message),
    ['closed an event stream: its reader does not keep up'],
  )

  runtime.notify.toolsChanged()
  runtime.notify.toolsChanged()
  await Promise.all(readers.map(({ came }) => came(/tools\/list_changed/, 2)))

  const another = listen(port, 0, lists)
  await another.came(/subscriptions\/acknowledged/, 1)
  const ends = [...readers, another].map(({ came }) => came(/"resultType":"complete"/, 1))
  await runtime.close()
  await Promise.all(ends)
  lazy.socket.resume()
  for (const { socket } of [...readers, another]) socket.destroy()
  await closed
})
