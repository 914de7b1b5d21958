import { DefinitionError } from '../errors.ts'
import { byteAt, decodeUtf8, encodeUtf8 } from './bytes.ts'

/** Why a WebSocket was closed (RFC 6455 §7.4.1). */
export const CloseCode = {
  Normal: 1000,
  GoingAway: 1001,
  ProtocolError: 1002,
  UnsupportedData: 1003,
  /** The close frame had no code. Never sent. */
  NoStatus: 1005,
  /** The connection was lost without a close frame. Never sent. */
  Abnormal: 1006,
  InvalidData: 1007,
  PolicyViolation: 1008,
  TooBig: 1009,
  InternalError: 1011,
} as const

/** The codes that may stand in a close frame: those registered with IANA, and those of libraries and applications. */
const SENDABLE: readonly (readonly [from: number, to: number])[] = [
  [1000, 1003],
  [1007, 1014],
  [3000, 4999],
]

const MAX_REASON_BYTES = 123

/** What a close frame says. */
export interface Close {
  /** {@link CloseCode.NoStatus} where there was none. */
  readonly code: number
  readonly reason: string
}

/** Whether a code may stand in a close frame (RFC 6455 §7.4). */
export const isSendable = (code: number): boolean => SENDABLE.some(([from, to]) => code >= from && code <= to)

/**
 * The payload of a close frame.
 * @param reason at most 123 bytes as UTF-8
 * @throws DefinitionError when the code or the reason cannot be sent
 */
export const closePayload = (code: number, reason = ''): Uint8Array => {
  if (code === CloseCode.NoStatus) return new Uint8Array()
  if (!Number.isInteger(code) || !isSendable(code)) {
    throw new DefinitionError(`a WebSocket is closed with a code such as 1000, or one from 3000 to 4999, got ${code}`)
  }
  const text = encodeUtf8(reason)
  if (text.length > MAX_REASON_BYTES) {
    throw new DefinitionError(
      `the reason for closing a WebSocket has at most ${MAX_REASON_BYTES} bytes, got ${text.length}`,
    )
  }
  const payload = new Uint8Array(2 + text.length)
  payload[0] = code >> 8
  payload[1] = code
  payload.set(text, 2)
  return payload
}

/** What the payload of a close frame says; where it is not `valid`, what to answer. */
export const readClose = (payload: Uint8Array): Close & { readonly valid: boolean } => {
  if (payload.length === 0) return { valid: true, code: CloseCode.NoStatus, reason: '' }
  if (payload.length === 1) {
    return { valid: false, code: CloseCode.ProtocolError, reason: 'a close frame holds no code or a whole one' }
  }
  const code = (byteAt(payload, 0) << 8) | byteAt(payload, 1)
  if (!isSendable(code)) {
    return { valid: false, code: CloseCode.ProtocolError, reason: `a close frame must not hold the code ${code}` }
  }
  const reason = decodeUtf8(payload.subarray(2))
  return reason === undefined
    ? { valid: false, code: CloseCode.InvalidData, reason: 'the reason for closing is not UTF-8' }
    : { valid: true, code, reason }
}
