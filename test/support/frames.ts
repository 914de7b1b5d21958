/** A frame as bytes, lawful or not: what a test sends, written apart from what it tests. */
export interface RawFrame {
  readonly opcode: number
  readonly payload: Uint8Array
  readonly fin: boolean
  /** The three bits of extensions, as a number from 0 to 7. */
  readonly reserved: number
  /** How many bytes hold the length, where it is not in the first two. */
  readonly lengthBytes?: 2 | 8
}

/** The opcodes (RFC 6455 §5.2), by the names of the tests. */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export const bytesOf = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === 'string' ? new TextEncoder().encode(payload) : payload

/** Bytes from hexadecimal digits; white space is for the reader. */
export const hex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(/\s/g, ''), 'hex'))

export const rawFrame = (
  opcode: number | keyof typeof OPCODES,
  payload: string | Uint8Array = '',
  rest: Partial<RawFrame> = {},
): RawFrame => ({
  opcode: typeof opcode === 'number' ? opcode : OPCODES[opcode],
  payload: bytesOf(payload),
  fin: true,
  reserved: 0,
  ...rest,
})

/** The payload of a close frame. */
export const closing = (code: number, reason: string | Uint8Array = ''): Uint8Array =>
  Buffer.concat([Uint8Array.of(code >> 8, code & 255), bytesOf(reason)])

const lengthOf = ({ payload, lengthBytes }: RawFrame): readonly [bits: number, more: Buffer] => {
  const size = lengthBytes ?? (payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8)
  const more = Buffer.alloc(size)
  if (size === 2) more.writeUInt16BE(payload.length)
  if (size === 8) more.writeBigUInt64BE(BigInt(payload.length))
  return [size === 0 ? payload.length : size === 2 ? 126 : 127, more]
}

/** @param mask four bytes; a frame without is what a server sends */
export const encodeRaw = (frame: RawFrame, mask: Uint8Array | undefined): Uint8Array => {
  const [bits, more] = lengthOf(frame)
  const first = (frame.fin ? 0x80 : 0) + (frame.reserved << 4) + frame.opcode
  if (!mask) return Buffer.concat([Uint8Array.of(first, bits), more, frame.payload])
  const masked = frame.payload.map((byte, index) => byte ^ (mask[index % 4] as number))
  return Buffer.concat([Uint8Array.of(first, bits + 0x80), more, mask, masked])
}

/** The frames in bytes that hold them whole, unmasked; a plain reader for what a test gets back. */
export const decodeRaw = (bytes: Uint8Array): readonly RawFrame[] => {
  const buffer = Buffer.from(bytes)
  const frames: RawFrame[] = []
  for (let at = 0; at < buffer.length; ) {
    const first = buffer.readUInt8(at)
    const second = buffer.readUInt8(at + 1)
    const bits = second & 127
    const size = bits === 127 ? 8 : bits === 126 ? 2 : 0
    const length = size === 8 ? Number(buffer.readBigUInt64BE(at + 2)) : size === 2 ? buffer.readUInt16BE(at + 2) : bits
    const maskAt = at + 2 + size
    const start = second > 127 ? maskAt + 4 : maskAt
    const payload = new Uint8Array(buffer.subarray(start, start + length))
    if (second > 127)
      payload.forEach((byte, index) => {
        payload[index] = byte ^ buffer.readUInt8(maskAt + (index % 4))
      })
    if (payload.length < length) throw new Error('the last frame is cut off')
    frames.push({ opcode: first & 15, fin: first > 127, reserved: (first >> 4) & 7, payload })
    at = start + length
  }
  return frames
}

/** Cuts bytes into pieces of a size. */
export const cut = (bytes: Uint8Array, size: number): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))

/** Cuts bytes into pieces of these sizes, which come again and again. Without any, the bytes stay whole. */
export const cutAt = (bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] => {
  if (sizes.every((size) => size === 0)) return [bytes]
  const pieces: Uint8Array[] = []
  for (let from = 0, index = 0; from < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] as number
    pieces.push(bytes.subarray(from, from + size))
    from += size
  }
  return pieces
}
