/** The byte at an index that is within the array: what the type of an indexed read cannot know. */
export const byteAt = (bytes: Uint8Array, index: number): number => bytes[index] as number

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The UTF-8 form of a text. A lone surrogate, which UTF-8 cannot carry, becomes U+FFFD. */
export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text)

/** The text that the bytes hold, a byte order mark included; `undefined` when they are not UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
