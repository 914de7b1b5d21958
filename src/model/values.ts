import { show } from './schema/problems.ts'

/** The value, if it is a string; else an error that begins with `what` it should be. */
export const mustBeString = (value: unknown, what: string): string => {
  if (typeof value === 'string') return value
  throw new TypeError(`${what} must be a string, got ${show(value)}`)
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** The text, if it is base64 (RFC 4648 §4, with its padding). */
export const mustBeBase64 = (text: string, what: string): string => {
  if (text.length % 4 === 0 && BASE64.test(text)) return text
  throw new TypeError(`${what} must be base64, got ${show(text)}; of a data: URL, only what follows the comma is`)
}

/** Bytes, whatever sees them; undefined for anything else. */
export const bytesOf = (value: unknown): Uint8Array | undefined => {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined
}

/** What an error says, whatever it is that was thrown. */
export const messageOf = (error: unknown): string => {
  try {
    if (error instanceof Error) return String(error.message || error.name)
    return typeof error === 'string' ? error : `${show(error)} was thrown`
  } catch {
    // A message may be a getter of its own, and what was thrown a proxy.
    return 'what cannot be read was thrown'
  }
}

/** The JSON of a value. An error for what has none begins with `what`, such as `it returned`. */
export const jsonText = (value: unknown, what: string): string => {
  let json: string | undefined
  try {
    json = JSON.stringify(value)
  } catch (error) {
    const [reason] = messageOf(error).split('\n', 1)
    throw new TypeError(`${what} what JSON cannot carry: ${reason}`, { cause: error })
  }
  if (json !== undefined) return json
  throw new TypeError(`${what} ${show(value)}, which JSON cannot carry`)
}
