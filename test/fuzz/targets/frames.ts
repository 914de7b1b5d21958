import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type FrameEvent, FrameReceiver, type FrameReceiverOptions } from '../../../src/wire/frame-receiver.ts'
import { bytesOf, closing, cut, cutAt, encodeRaw } from '../../support/frames.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { anySizes, nearly } from '../inputs.ts'

/** An event, its bytes as text, and its reason left out: what the words of a failure are does not matter. */
type Summary = readonly [kind: string, what: string | number]

interface Input {
  readonly bytes: Uint8Array
  readonly sizes: readonly number[]
  readonly options: Pick<Required<FrameReceiverOptions>, 'masked' | 'maxMessageBytes' | 'textOnly'>
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

const summaryOf = (event: FrameEvent): Summary => {
  if (event.kind === 'text') return ['text', latin1(bytesOf(event.text))]
  if (event.kind === 'binary') return ['binary', latin1(event.bytes)]
  if (event.kind === 'ping' || event.kind === 'pong') return [event.kind, latin1(event.payload)]
  return [event.kind, event.code]
}

// Says no at the first byte that cannot be right, whatever follows.
const mayBeUtf8 = (bytes: Uint8Array, isWhole: boolean): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isWhole })
    return true
  } catch {
    return false
  }
}

/** RFC 6455 §7.4: whether a code may stand in a close frame. */
export const isCloseCode = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)

const closeOf = (payload: Buffer): Summary => {
  if (payload.length === 0) return ['close', 1005]
  const code = payload.length === 1 ? 0 : payload.readUInt16BE(0)
  if (!isCloseCode(code)) return ['failure', 1002]
  return mayBeUtf8(payload.subarray(2), true) ? ['close', code] : ['failure', 1007]
}

const applyMask = (payload: Buffer, mask: Buffer): void => {
  for (let index = 0; index < payload.length; index += 1)
    payload[index] = payload.readUInt8(index) ^ mask.readUInt8(index % 4)
}

/** RFC 6455 §5, from all bytes at once. */
const expectedOf = ({ bytes, options: { masked, maxMessageBytes, textOnly } }: Input): readonly Summary[] => {
  const buffer = Buffer.from(bytes)
  const events: Summary[] = []
  const failed = (code: number): readonly Summary[] => [...events, ['failure', code]]
  let message: Buffer | undefined
  let isText = false
  for (let at = 0; at + 2 <= buffer.length; ) {
    const [first, second] = [buffer.readUInt8(at), buffer.readUInt8(at + 1)]
    const [fin, opcode, bits] = [first >= 128, first & 15, second & 127]
    const isControl = opcode >= 8
    if ((first & 0x70) !== 0 || ![0, 1, 2, 8, 9, 10].includes(opcode) || second >= 128 !== masked) return failed(1002)
    if (isControl ? !fin || bits > 125 : (opcode === 0) !== (message !== undefined)) return failed(1002)
    const lengthBytes = bits === 127 ? 8 : bits === 126 ? 2 : 0
    const start = at + 2 + lengthBytes + (masked ? 4 : 0)
    if (start > buffer.length) return events
    const length =
      lengthBytes === 8
        ? buffer.readBigUInt64BE(at + 2)
        : lengthBytes === 2
          ? BigInt(buffer.readUInt16BE(at + 2))
          : BigInt(bits)
    if ((lengthBytes === 2 && length < 126n) || (lengthBytes === 8 && (length < 65_536n || length >= 1n << 63n)))
      return failed(1002)
    if (!isControl && textOnly && opcode === 2) return failed(1003)
    if (!isControl && length > BigInt(maxMessageBytes - (message?.length ?? 0))) return failed(1009)
    const end = start + Number(length)
    const payload = Buffer.from(buffer.subarray(start, end))
    if (masked) applyMask(payload, buffer.subarray(start - 4, start))
    const isWhole = end <= buffer.length
    if (isControl) {
      if (!isWhole) return events
      const event: Summary = opcode === 8 ? closeOf(payload) : [opcode === 9 ? 'ping' : 'pong', latin1(payload)]
      events.push(event)
      if (opcode === 8) return events
    } else {
      if (opcode !== 0) isText = opcode === 1
      message = Buffer.concat([message ?? Buffer.alloc(0), payload])
      if (isText && !mayBeUtf8(message, isWhole && fin)) return failed(1007)
      if (isWhole && fin) {
        events.push([isText ? 'text' : 'binary', latin1(message)])
        message = undefined
      }
    }
    at = end
  }
  return events
}

const anyText = fc.string({ unit: fc.constantFrom('a', 'é', '世', '🌍', '\ufeff', '\0'), maxLength: 60 })
const payload = fc.oneof(
  anyText.map(bytesOf),
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(fc.constantFrom(1000, 1001, 1005, 1014, 1015, 2999, 3000, 4999, 5000), anyText)
    .map(([code, reason]) => closing(code, reason)),
  fc.constantFrom(125, 126, 500, 501).map((length) => new Uint8Array(length).fill(0x61)),
)

const long = fc.constantFrom(65_535, 65_536).map((length) => new Uint8Array(length).fill(0x61))

const frame = fc.record({
  opcode: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(0, 0, 1, 1, 2, 9, 10) },
    { weight: 2, arbitrary: fc.constant(8) },
    { weight: 1, arbitrary: fc.nat({ max: 15 }) },
  ),
  fin: fc.boolean(),
  reserved: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 7 }) }),
  payload: fc.oneof({ weight: 30, arbitrary: payload }, { weight: 1, arbitrary: long }),
})

const mask = fc.uint8Array({ minLength: 4, maxLength: 4 })

const inputsOf = (masked: boolean): fc.Arbitrary<Input> => {
  const encoded = fc
    .tuple(fc.array(frame, { maxLength: 12 }), mask, fc.nat({ max: 19 }))
    .map(([frames, key, odd]) =>
      Buffer.concat(frames.map((one) => encodeRaw(one, masked === odd > 0 ? key : undefined))),
    )
  return fc.record<Input>({
    bytes: nearly(
      encoded,
      [
        Uint8Array.of(0x81, 0x00),
        Uint8Array.of(0x80),
        Uint8Array.of(0x88, 0x80),
        Uint8Array.of(0xff),
        Uint8Array.of(0x7f),
      ],
      2,
    ),
    sizes: anySizes,
    options: fc.record({
      masked: fc.constant(masked),
      maxMessageBytes: fc.constantFrom(0, 4, 500, 70_000),
      textOnly: fc.boolean(),
    }),
  })
}

const inputs = fc.oneof(inputsOf(true), inputsOf(false))

type Receiver = Pick<FrameReceiver, 'write'>

/** The frames of a WebSocket: the events are the same however the bytes are cut, and those of RFC 6455. */
export const frames = (
  create: (options: FrameReceiverOptions) => Receiver = (options) => new FrameReceiver(options),
): Fuzzer => {
  const receive = (pieces: readonly Uint8Array[], options: Input['options']): readonly Summary[] => {
    const events: Summary[] = []
    const receiver = create({ ...options, onEvent: (event) => events.push(summaryOf(event)) })
    for (const piece of pieces) {
      const reused = new Uint8Array(piece)
      receiver.write(reused)
      reused.fill(0x58)
    }
    return events
  }
  return fuzzer<Input>({
    name: 'frames',
    runs: 700,
    inputs,
    open: () => ({
      check: (one) => {
        const expected = expectedOf(one)
        assert.deepEqual(receive(cutAt(one.bytes, one.sizes), one.options), expected)
        if (one.bytes.length < 500) assert.deepEqual(receive(cut(one.bytes, 1), one.options), expected)
      },
    }),
  })
}
