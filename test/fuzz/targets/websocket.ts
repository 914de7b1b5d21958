import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import fc from 'fast-check'
import type { Runtime, UpgradeHandler } from '../../../src/index.ts'
import { bytesOf, closing, cutAt, decodeRaw, encodeRaw, type RawFrame, rawFrame } from '../../support/frames.ts'
import type { RawPeer } from '../../support/raw-peer.ts'
import { ACCEPT, UPGRADE_HEADERS, upgraded } from '../../support/websocket.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { bound, checkIdle } from '../http.ts'
import { nearly } from '../inputs.ts'
import { checkText } from '../invariants.ts'
import { anyMessages, GOOD, TOKENS } from '../messages.ts'
import { listen, talk, unlisten } from '../raw.ts'
import { isCloseCode } from './frames.ts'

interface Input {
  /** The handshake; nearly. */
  readonly head: Uint8Array
  readonly frames: Uint8Array
  readonly sizes: readonly number[]
  /** Whether the client says goodbye in the end. */
  readonly closes: boolean
}

const CRLF = '\r\n'
const MASK = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d)

const handshake = [
  'GET /mcp HTTP/1.1',
  'host: 127.0.0.1',
  ...Object.entries(UPGRADE_HEADERS).map((pair) => pair.join(': ')),
  CRLF,
].join(CRLF)

const head = fc.oneof(
  { weight: 5, arbitrary: fc.constant(bytesOf(handshake)) },
  {
    weight: 1,
    arbitrary: nearly(
      fc.constant(bytesOf(handshake)),
      [CRLF, ': ', 'websocket', 'mcp', ',', '13', '=', ' ', '\0', 'Content-Length: 3\r\n', 'POST', 'h2c'],
      2,
    ),
  },
)

const inFragments = (text: Uint8Array, size: number): readonly RawFrame[] => {
  const pieces = cutAt(text, [size])
  return pieces.map((piece, index) =>
    rawFrame(index === 0 ? 'text' : 'continuation', piece, { fin: index === pieces.length - 1 }),
  )
}

const text = nearly(
  anyMessages.map((value) => bytesOf(JSON.stringify(value))),
  [...TOKENS, Uint8Array.of(0xff)],
  2,
)

const some = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(text, fc.constantFrom(10_000, 10_000, 20)).map(([bytes, size]) => inFragments(bytes, size)),
  },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 130 }).map((payload) => [rawFrame('ping', payload)]) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map((payload) => [rawFrame('pong', payload)]) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1000, 1005, 3000, 5000).map((code) => [rawFrame('close', closing(code, 'bye'))]),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ opcode: fc.nat({ max: 15 }), fin: fc.boolean(), reserved: fc.nat({ max: 7 }) })
      .map((odd) => [rawFrame('text', 'odd', odd)]),
  },
)

const frames = nearly(
  fc.array(some, { maxLength: 6 }).map((all) => Buffer.concat(all.flat().map((one) => encodeRaw(one, MASK)))),
  [Uint8Array.of(0x81, 0x80), Uint8Array.of(0x88, 0x80), Uint8Array.of(0x80), Uint8Array.of(0xff), MASK],
  2,
)

const inputs = fc.record<Input>({
  head,
  frames,
  sizes: fc.oneof(fc.constant<number[]>([]), fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 6 })),
  closes: fc.boolean(),
})

/** What a server sends: whole unmasked frames, texts of messages, at most one close frame, which is the last. */
const checkFrames = (came: readonly RawFrame[]): void => {
  came.forEach(({ opcode, payload, fin, reserved }, index) => {
    assert.deepEqual([fin, reserved], [true, 0])
    assert.ok([1, 8, 9, 10].includes(opcode), `a frame of the opcode ${opcode}`)
    if (opcode === 1) checkText(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    if (opcode === 8) {
      assert.equal(index, came.length - 1, 'a frame after the one that closes')
      const code = payload.length === 0 ? 1000 : Buffer.from(payload).readUInt16BE(0)
      assert.ok(isCloseCode(code), `closed with ${code}`)
    }
  })
}

const REFUSED = /^HTTP\/1\.1 4\d\d [^\r\n]*\r\n(?:[A-Za-z-]+:[^\r\n]*\r\n)*\r\n/
const SWITCHED = /^HTTP\/1\.1 101 .*?sec-websocket-accept: (\S+).*?\r\n\r\n/is

/** A WebSocket from its handshake on: what comes back is lawful, the connection ends, and the server goes on. */
export const websocket = (
  wrap: (upgrade: UpgradeHandler, runtime: Runtime) => UpgradeHandler = (upgrade) => upgrade,
): Fuzzer =>
  fuzzer<Input>({
    name: 'websocket',
    runs: 250,
    inputs,
    corpus: [{ head: bytesOf(handshake), frames: new Uint8Array(), sizes: [], closes: false }],
    open: async () => {
      const runtime = bound()
      const server = createServer(runtime.handler).on('upgrade', wrap(runtime.upgrade, runtime))
      const port = await listen(server)

      const send = ({ head: first, frames: rest, sizes, closes }: Input): Promise<Buffer> => {
        const goodbye = closes ? [encodeRaw(rawFrame('close', closing(1000)), MASK)] : []
        return talk(server, [first, ...cutAt(rest, sizes), ...goodbye])
      }

      const check = async (input: Input): Promise<void> => {
        const came = await send(input)
        const [whole, accept] = SWITCHED.exec(came.toString('latin1')) ?? []
        if (whole !== undefined) {
          if (Buffer.from(input.head).equals(bytesOf(handshake))) assert.equal(accept, ACCEPT)
          checkFrames(decodeRaw(came.subarray(whole.length)))
        } else if (came.length > 0) assert.match(came.toString('latin1'), REFUSED)
        await checkIdle(runtime)

        const peer: RawPeer = await upgraded(`http://127.0.0.1:${port}/mcp`)
        peer.send(rawFrame('text', JSON.stringify(GOOD)))
        const answer = JSON.parse(await peer.takeText())
        assert.ok(answer.id === GOOD.id && answer.result, 'a good request gets no result any more')
        peer.send(rawFrame('close', closing(1000)))
        await peer.closed
      }

      const close = async (): Promise<void> => {
        await runtime.close({ drainMs: 1 })
        await unlisten(server)
      }
      return { check, close }
    },
  })
