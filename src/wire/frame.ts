import { applyMask } from './mask.ts'

/** What a frame holds (RFC 6455 §5.2). The other numbers are reserved. */
export const Opcode = {
  Continuation: 0,
  Text: 1,
  Binary: 2,
  Close: 8,
  Ping: 9,
  Pong: 10,
} as const

export type Opcode = (typeof Opcode)[keyof typeof Opcode]

/** The bit of the first byte that ends a message. */
export const FIN = 0x80
/** The bit of the second byte that says that a mask follows. */
export const MASKED = 0x80
/** Stands in the place of a length: the next two bytes hold it. */
export const LENGTH_16 = 126
/** Stands in the place of a length: the next eight bytes hold it. */
export const LENGTH_64 = 127

/** Writes a length in the fewest bytes. @returns where it ends */
const writeLength = (target: Uint8Array, maskBit: number, length: number): number => {
  if (length < LENGTH_16) {
    target[1] = maskBit | length
    return 2
  }
  if (length <= 0xffff) {
    target[1] = maskBit | LENGTH_16
    // By hand, since a view for two bytes takes longer than all the rest of a frame.
    target[2] = length >> 8
    target[3] = length & 0xff
    return 4
  }
  target[1] = maskBit | LENGTH_64
  new DataView(target.buffer).setBigUint64(2, BigInt(length))
  return 10
}

const lengthBytes = (length: number): number => (length < LENGTH_16 ? 0 : length <= 0xffff ? 2 : 8)

/**
 * One whole frame (RFC 6455 §5.2).
 *
 * @param options.mask four bytes that nobody can predict: what a client sends is masked, what a server sends is not
 */
export const frame = (
  opcode: Opcode,
  payload: Uint8Array,
  { mask }: { readonly mask?: Uint8Array | undefined } = {},
): Uint8Array => {
  const target = new Uint8Array(2 + lengthBytes(payload.length) + (mask ? 4 : 0) + payload.length)
  target[0] = FIN | opcode
  const end = writeLength(target, mask ? MASKED : 0, payload.length)
  if (!mask) {
    target.set(payload, end)
    return target
  }
  target.set(mask, end)
  target.set(payload, end + 4)
  applyMask(target.subarray(end + 4), mask)
  return target
}
