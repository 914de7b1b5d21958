import type { ImageProtocol } from './inline-image.ts'

/** What is printed on. */
export interface Page {
  /** In cells, at least 1. */
  readonly width: number
  /** How images are drawn; `undefined` for a line of text in the place of each. */
  readonly images: ImageProtocol | undefined
}
