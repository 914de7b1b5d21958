import { FIN, LENGTH_16, LENGTH_64, MASKED, Opcode } from './frame.ts'

/** What stands before the payload of a frame (RFC 6455 §5.2). */
export interface FrameHead {
  readonly opcode: Opcode
  /** Whether it ends its message. */
  readonly fin: boolean
  /** Of the payload, in bytes. */
  readonly length: number
}

/** The first two bytes, which tell how long the head is. */
export const SHORTEST_HEAD = 2
/** With a length of eight bytes and a mask. */
export const LONGEST_HEAD = 14

const MASK_BYTES = 4
const RESERVED_BITS = 0x70
const OPCODE_BITS = 0x0f
const LENGTH_BITS = 0x7f
const MAX_CONTROL_BYTES = 125

const OPCODES: ReadonlySet<number> = new Set(Object.values(Opcode))

/** Control frames may stand between the fragments of a message, and are whole themselves (§5.5). */
export const isControl = (opcode: Opcode): boolean => opcode >= Opcode.Close

const controlProblem = (fin: boolean, length: number): string | undefined => {
  if (!fin) return 'a control frame must not be fragmented'
  return length > MAX_CONTROL_BYTES ? `a control frame has at most ${MAX_CONTROL_BYTES} bytes` : undefined
}

const orderProblem = (opcode: Opcode, inMessage: boolean): string | undefined => {
  if (opcode === Opcode.Continuation) return inMessage ? undefined : 'there is no message to continue'
  return inMessage ? 'a message began before the last one had ended' : undefined
}

/**
 * What is wrong with the first two bytes, if anything is.
 *
 * @param masked whether frames must be masked
 * @param inMessage whether a message has begun that has not ended
 */
export const headProblem = (first: number, second: number, masked: boolean, inMessage: boolean): string | undefined => {
  const opcode = (first & OPCODE_BITS) as Opcode
  if ((first & RESERVED_BITS) !== 0) return 'a reserved bit is set, and no extension was agreed on'
  if (!OPCODES.has(opcode)) return `the opcode ${opcode} is reserved`
  if ((second & MASKED) !== (masked ? MASKED : 0)) {
    return masked ? 'the frames of a client must be masked' : 'the frames of a server must not be masked'
  }
  return isControl(opcode) ? controlProblem((first & FIN) !== 0, second & LENGTH_BITS) : orderProblem(opcode, inMessage)
}

const extendedLengthBytes = (bits: number): number => (bits === LENGTH_64 ? 8 : bits === LENGTH_16 ? 2 : 0)

/** How long the head is that begins with these two bytes. */
export const headLength = (second: number): number =>
  SHORTEST_HEAD + extendedLengthBytes(second & LENGTH_BITS) + ((second & MASKED) === 0 ? 0 : MASK_BYTES)

/** The length of the payload; undefined where a shorter form would have held it, or its first bit is set. */
const readLength = (head: DataView): number | undefined => {
  const bits = head.getUint8(1) & LENGTH_BITS
  if (bits < LENGTH_16) return bits
  if (bits === LENGTH_16) {
    const length = head.getUint16(2)
    return length < LENGTH_16 ? undefined : length
  }
  const length = head.getBigUint64(2)
  return length <= 0xffff || length >= 2n ** 63n ? undefined : Number(length)
}

/** A head that is there as a whole, its first two bytes checked; or what is wrong with its length. */
export const readHead = (head: DataView): FrameHead | string => {
  const first = head.getUint8(0)
  const length = readLength(head)
  if (length === undefined) return 'a length must be in the fewest bytes, and its first bit 0'
  return { opcode: (first & OPCODE_BITS) as Opcode, fin: (first & FIN) !== 0, length }
}
