import { byteAt, decodeUtf8, encodeUtf8 } from './bytes.ts'

// Tables rather than `btoa`, several times slower for megabytes, and `atob`, which takes white space and stray bits.
const ALPHABET = encodeUtf8('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const PADDING = 61
const NO_DIGIT = 64
const VALUES = new Uint8Array(128).fill(NO_DIGIT)
ALPHABET.forEach((character, value) => {
  VALUES[character] = value
})

const ascii = new TextDecoder()

const writeGroup = (target: Uint8Array, at: number, group: number): void => {
  target[at] = byteAt(ALPHABET, group >> 18)
  target[at + 1] = byteAt(ALPHABET, (group >> 12) & 63)
  target[at + 2] = byteAt(ALPHABET, (group >> 6) & 63)
  target[at + 3] = byteAt(ALPHABET, group & 63)
}

const groupAt = (bytes: Uint8Array, at: number): number =>
  (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2)

/** Base64 with padding (RFC 4648 §4). */
export const encodeBase64 = (bytes: Uint8Array): string => {
  const remainder = bytes.length % 3
  const whole = bytes.length - remainder
  const target = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  let at = 0
  for (let from = 0; from < whole; from += 3, at += 4) writeGroup(target, at, groupAt(bytes, from))
  if (remainder > 0) {
    const rest = new Uint8Array(3)
    rest.set(bytes.subarray(whole))
    writeGroup(target, at, groupAt(rest, 0))
    target.fill(PADDING, at + 1 + remainder)
  }
  return ascii.decode(target)
}

const valueAt = (text: string, index: number): number => {
  const character = text.charCodeAt(index)
  return character < VALUES.length ? byteAt(VALUES, character) : NO_DIGIT
}

/** The 24 bits of four digits; negative when one of them is no digit. */
const digitsAt = (text: string, from: number): number => {
  const first = valueAt(text, from)
  const second = valueAt(text, from + 1)
  const third = valueAt(text, from + 2)
  const fourth = valueAt(text, from + 3)
  return (first | second | third | fourth) >= NO_DIGIT ? -1 : (first << 18) | (second << 12) | (third << 6) | fourth
}

const paddingOf = (text: string): number => (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)

/**
 * The bytes of a base64 text (RFC 4648 §4); `undefined` unless it is exactly what {@link encodeBase64} makes of them:
 * padded, without white space, unused bits zero.
 */
export const decodeBase64 = (text: string): Uint8Array | undefined => {
  if (text.length % 4 !== 0) return undefined
  const padding = paddingOf(text)
  const whole = padding === 0 ? text.length : text.length - 4
  const target = new Uint8Array((text.length / 4) * 3 - padding)
  let at = 0
  for (let from = 0; from < whole; from += 4, at += 3) {
    const group = digitsAt(text, from)
    if (group < 0) return undefined
    target[at] = group >> 16
    target[at + 1] = group >> 8
    target[at + 2] = group
  }
  if (padding > 0) {
    const group = digitsAt(text.slice(whole, -padding).padEnd(4, 'A'), 0)
    const unusedBits = group & (padding === 1 ? 0xff : 0xffff)
    if (unusedBits !== 0) return undefined
    target.set([group >> 16, group >> 8].slice(0, 3 - padding), at)
  }
  return target
}

/** Bytes in the URL-safe alphabet, without padding (RFC 4648 §5). */
export const encodeBase64UrlBytes = (bytes: Uint8Array): string =>
  encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

/** The bytes that {@link encodeBase64UrlBytes} was given; `undefined` when it made no such thing. */
export const decodeBase64UrlBytes = (encoded: string): Uint8Array | undefined => {
  if (/[+/=]/.test(encoded)) return undefined
  const digits = encoded.replaceAll('-', '+').replaceAll('_', '/')
  return decodeBase64(digits.padEnd(Math.ceil(digits.length / 4) * 4, '='))
}

/** A text as UTF-8 in the URL-safe alphabet, without padding (RFC 4648 §5). */
export const encodeBase64Url = (text: string): string => encodeBase64UrlBytes(encodeUtf8(text))

/** The text that {@link encodeBase64Url} was given; `undefined` when it made no such thing. */
export const decodeBase64Url = (encoded: string): string | undefined => {
  const bytes = decodeBase64UrlBytes(encoded)
  return bytes && decodeUtf8(bytes)
}
