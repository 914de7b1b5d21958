import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { WebSocketChannel, type WebSocketOptions } from '../../../src/transport/websocket/socket.ts'
import { DEFAULT_MAX_MESSAGE_BYTES } from '../../../src/wire/frame-receiver.ts'
import { bytesOf } from '../../support/frames.ts'
import { RawPeer } from '../../support/raw-peer.ts'
import { chunksOf, WEBSOCKET_CASES, type WebSocketCase } from '../../support/websocket-cases.ts'

const OPPOSITE = { server: 'client', client: 'server' } as const

/** Echoes what comes in over a socket whose handshake is done. */
const echo = (socket: Socket, side: WebSocketOptions['side']): WebSocketChannel => {
  const channel = new WebSocketChannel(socket, Buffer.alloc(0), {
    side,
    protocol: 'mcp',
    maxMessageBytes: DEFAULT_MAX_MESSAGE_BYTES,
    keepAliveMs: undefined,
  })
  channel.onMessage((text) => channel.send(text))
  return channel
}

/** What a channel returns, which understands text alone. */
const expectedOf = (one: WebSocketCase) => {
  const isBinary = one.send.some(({ opcode, reserved }) => opcode === 2 && reserved === 0)
  const { returned, code, fails } = isBinary ? { returned: [], code: 1003, fails: true } : one
  const frames = returned.map(([kind, payload]) => [kind, Buffer.from(bytesOf(payload)).toString('latin1')])
  return { frames: [...frames, ['close', code]], clean: !fails, code }
}

const KINDS: Readonly<Record<number, string>> = { 1: 'text', 10: 'pong' }

const shown = ({ frames }: RawPeer): readonly unknown[] =>
  frames.map(({ opcode, payload }) => {
    const bytes = Buffer.from(payload)
    if (opcode === 8) return ['close', bytes.length === 0 ? 1005 : bytes.readUInt16BE(0)]
    return [KINDS[opcode] ?? opcode, bytes.toString('latin1')]
  })

const server = createServer({ allowHalfOpen: true, noDelay: true })

before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

after(() => server.close())

const socketPair = async (): Promise<readonly [Socket, Socket]> => {
  const { port } = server.address() as AddressInfo
  const accepted = once(server, 'connection')
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  const [socket] = await accepted
  return [socket, client]
}

for (const one of WEBSOCKET_CASES) {
  for (const side of ['server', 'client'] as const) {
    test(`Autobahn ${one.id}: over TCP, a ${side} gets ${one.title}`, async () => {
      const [own, other] = await socketPair()
      const channel = echo(own, side)
      const peer = new RawPeer(other, OPPOSITE[side])
      for (const chunk of chunksOf(one, (frame) => peer.encode(frame))) other.write(chunk)
      other.end()
      const closure = await channel.closed
      await peer.ended
      const { frames, clean, code } = expectedOf(one)
      assert.deepEqual(shown(peer), frames)
      assert.deepEqual([closure.clean, closure.code], [clean, code])
    })
  }
}
