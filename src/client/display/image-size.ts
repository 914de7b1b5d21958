import { mediaTypeOfBytes } from '../../model/media.ts'

/** In pixels. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

const STARTS_OF_FRAME = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])
const START_OF_SCAN = 0xda

// Markers that have no segment: TEM, RST0 to RST7, SOI.
const isAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)

/** The size in the frame header of a JPEG file (ITU T.81 §B.2.2), found by going from segment to segment. */
const jpegSize = (view: DataView): ImageSize | undefined => {
  let at = 2
  while (view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1)
    if (marker === START_OF_SCAN) return undefined
    if (STARTS_OF_FRAME.has(marker)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    if (marker === 0xff) at += 1
    else at += isAlone(marker) ? 2 : 2 + view.getUint16(at + 2)
  }
  return undefined
}

const uint24 = (view: DataView, at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16)

const WEBP_CHUNKS: Readonly<Record<string, (view: DataView) => ImageSize>> = {
  'VP8 ': (view) => ({ width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }),
  VP8L: (view) => {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 }
  },
  VP8X: (view) => ({ width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 }),
}

const textAt = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)))

const READERS: Readonly<Record<string, (view: DataView) => ImageSize | undefined>> = {
  'image/png': (view) => ({ width: view.getUint32(16), height: view.getUint32(20) }),
  'image/gif': (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }),
  'image/jpeg': jpegSize,
  'image/webp': (view) => WEBP_CHUNKS[textAt(view, 12)]?.(view),
}

/** The size that the header of a PNG, JPEG, GIF or WebP file tells; `undefined` for others, and for broken ones. */
export const imageSize = (bytes: Uint8Array): ImageSize | undefined => {
  const read = READERS[mediaTypeOfBytes(bytes) ?? '']
  try {
    return read?.(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch {
    // A view throws when it is read beyond its end: the file is cut off.
    return undefined
  }
}
