import { decodeBase64, encodeBase64 } from './base64.ts'
import { decodeUtf8, encodeUtf8 } from './bytes.ts'

const PREFIX = '=?base64?'
const SUFFIX = '?='

// Visible ASCII with spaces inside. A tab is allowed, but it is a control character that intermediaries may fold.
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/
const ALLOWED = /^[\t -~]*$/

/**
 * A value as an HTTP header carries it (2026-07-28, Streamable HTTP, Value Encoding): as it is where that is safe,
 * otherwise as `=?base64?…?=` of its UTF-8. Empty values and values that look encoded are encoded, too.
 *
 * @example
 * encodeHeaderValue('us-west1')   // 'us-west1'
 * encodeHeaderValue(' padded ')   // '=?base64?IHBhZGRlZCA=?='
 */
export const encodeHeaderValue = (value: string): string => {
  const looksEncoded = value.startsWith(PREFIX) && value.endsWith(SUFFIX)
  return PLAIN.test(value) && !looksEncoded ? value : `${PREFIX}${encodeBase64(encodeUtf8(value))}${SUFFIX}`
}

/**
 * The value that a header carries, to be compared with the body (2026-07-28, Streamable HTTP, Value Encoding).
 * White space around it is not part of it. `undefined` when it holds characters that a header must not have, or is
 * marked as base64 and is not the canonical base64 of UTF-8.
 */
export const decodeHeaderValue = (value: string): string | undefined => {
  if (!ALLOWED.test(value)) return undefined
  const trimmed = value.trim()
  const isEncoded =
    trimmed.length >= PREFIX.length + SUFFIX.length && trimmed.startsWith(PREFIX) && trimmed.endsWith(SUFFIX)
  if (!isEncoded) return trimmed
  const bytes = decodeBase64(trimmed.slice(PREFIX.length, -SUFFIX.length))
  return bytes && decodeUtf8(bytes)
}
