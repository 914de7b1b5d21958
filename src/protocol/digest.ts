import { encodeBase64UrlBytes } from '../wire/base64.ts'
import { encodeUtf8 } from '../wire/bytes.ts'
import { isObject } from '../wire/json.ts'

const sortKeys = (_: string, part: unknown): unknown =>
  isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part

/**
 * A value as JSON whose text does not depend on the order of keys: equal values, equal texts. Empty for `undefined`,
 * which JSON has not. Lone surrogates are written as escapes, so that no two values share a text.
 */
export const canonicalJson = (value: unknown): string => JSON.stringify(value, sortKeys) ?? ''

/** The SHA-256 of the canonical JSON of a value, as 43 URL-safe characters. */
export const digest = async (value: unknown): Promise<string> => {
  const bytes = new Uint8Array(encodeUtf8(canonicalJson(value)))
  return encodeBase64UrlBytes(new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes)))
}
