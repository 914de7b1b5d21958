const LONE_SURROGATE = /\p{Surrogate}/gu
const LEFT_BY_ENCODE_URI_COMPONENT = /[!'()*]/g
const STRAY_PERCENT = /%(?![0-9A-Fa-f]{2})/g
const FOREIGN = /[^\w\-.~:/?#[\]@!$&'()*+,;=%]+/g

const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

// A lone surrogate has no UTF-8 form, and makes encodeURIComponent throw.
const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, '\uFFFD')

/** Encodes all but the unreserved characters of RFC 3986 §2.3. */
export const encodeUnreserved = (text: string): string =>
  encodeURIComponent(wellFormed(text)).replace(LEFT_BY_ENCODE_URI_COMPONENT, hex)

/** Encodes what cannot stand in a URI. Reserved characters and every `%` stay. */
export const encodeForeign = (text: string): string => wellFormed(text).replace(FOREIGN, encodeURIComponent)

/** Encodes what cannot stand in a URI. Reserved characters and percent-encoded triplets stay. */
export const encodeReserved = (text: string): string => encodeForeign(text.replace(STRAY_PERCENT, '%25'))

/** Decodes once; undefined for a malformed sequence or bytes that are not UTF-8. */
export const decode = (text: string): string | undefined => {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
