import { mediaTypeOfBytes } from '../../model/media.ts'
import type { ImageSize } from './image-size.ts'

/** How a terminal is told to draw an image: the inline images of iTerm2, or the graphics protocol of kitty. */
export type ImageProtocol = 'iterm2' | 'kitty'

interface InlineImage {
  readonly bytes: Uint8Array
  readonly base64: string
  /** How many cells it is to be wide. */
  readonly columns: number
}

const ESCAPE = '\x1b'
const BELL = '\x07'
const STRING_TERMINATOR = `${ESCAPE}\\`

const iterm2 = ({ bytes, base64, columns }: InlineImage): string =>
  `${ESCAPE}]1337;File=inline=1;size=${bytes.length};width=${columns};preserveAspectRatio=1:${base64}${BELL}`

const MAX_CHUNK = 4096

/** PNG alone (f=100), sent and drawn at once (a=T), without answers from the terminal (q=2). */
const kitty = ({ bytes, base64, columns }: InlineImage): string | undefined => {
  if (mediaTypeOfBytes(bytes) !== 'image/png') return undefined
  const count = Math.ceil(base64.length / MAX_CHUNK)
  return Array.from({ length: count }, (_, index) => {
    const start = index === 0 ? `a=T,f=100,q=2,c=${columns},` : 'q=2,'
    const more = index < count - 1 ? 1 : 0
    const chunk = base64.slice(index * MAX_CHUNK, (index + 1) * MAX_CHUNK)
    return `${ESCAPE}_G${start}m=${more};${chunk}${STRING_TERMINATOR}`
  }).join('')
}

const PROTOCOLS: Readonly<Record<ImageProtocol, (image: InlineImage) => string | undefined>> = { iterm2, kitty }

// About the width of a character; terminals do not tell theirs without being asked.
const PIXELS_PER_CELL = 8

/**
 * The escape sequence that draws an image, at most `width` cells wide; `undefined` for what the protocol does not
 * take: kitty takes PNG.
 * @param base64 that of the bytes, checked to be nothing else
 */
export const inlineImage = (
  protocol: ImageProtocol,
  image: { readonly bytes: Uint8Array; readonly base64: string; readonly size: ImageSize },
  width: number,
): string | undefined => {
  const columns = Math.max(1, Math.min(width, Math.ceil(image.size.width / PIXELS_PER_CELL)))
  return PROTOCOLS[protocol]({ ...image, columns })
}
