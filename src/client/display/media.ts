import { decodeBase64 } from '../../wire/base64.ts'
import { imageSize } from './image-size.ts'
import { inlineImage } from './inline-image.ts'
import { type Line, span } from './line.ts'
import type { Page } from './page.ts'
import { sizeText } from './size.ts'
import { wrap } from './wrap.ts'

/** What stands in base64: an image, sound, or any other bytes. */
export type MediaKind = 'image' | 'audio' | 'blob'

/** Which kind the bytes of a media type are. */
export const mediaKindOf = (mimeType: string): MediaKind => {
  if (mimeType.startsWith('image/')) return 'image'
  return mimeType.startsWith('audio/') ? 'audio' : 'blob'
}

/** An image where the terminal draws it, else a line in its place: `[image image/png, 12.3 KB, 640×480]`. */
export const mediaLines = (kind: MediaKind, base64: string, mimeType: string, page: Page): readonly Line[] => {
  const bytes = decodeBase64(base64)
  const size = bytes && kind === 'image' ? imageSize(bytes) : undefined
  const drawn = bytes && size && page.images && inlineImage(page.images, { bytes, base64, size }, page.width)
  if (drawn) return [[{ text: drawn }]]
  const facts = [
    `${kind} ${mimeType}`.trim(),
    bytes ? sizeText(bytes.length) : 'not base64',
    ...(size ? [`${size.width}×${size.height}`] : []),
  ]
  return wrap([span(`[${facts.join(', ')}]`, 'faint')], page.width)
}
