import { byteAt } from './bytes.ts'

const IMPOSSIBLE = 255
const LOWEST = 0x80
const HIGHEST = 0xbf

/** RFC 3629 §4: which first bytes there are, how many follow each, and what the second may be. */
const FIRST_BYTES: readonly (readonly [from: number, to: number, following: number, low?: number, high?: number])[] = [
  [0x00, 0x7f, 0],
  [0xc2, 0xdf, 1],
  [0xe0, 0xe0, 2, 0xa0, HIGHEST],
  [0xe1, 0xec, 2],
  [0xed, 0xed, 2, LOWEST, 0x9f],
  [0xee, 0xef, 2],
  [0xf0, 0xf0, 3, 0x90, HIGHEST],
  [0xf1, 0xf3, 3],
  [0xf4, 0xf4, 3, LOWEST, 0x8f],
]

const FOLLOWING = new Uint8Array(256).fill(IMPOSSIBLE)
const LOW = new Uint8Array(256).fill(LOWEST)
const HIGH = new Uint8Array(256).fill(HIGHEST)

for (const [from, to, following, low = LOWEST, high = HIGHEST] of FIRST_BYTES) {
  FOLLOWING.fill(following, from, to + 1)
  LOW.fill(low, from, to + 1)
  HIGH.fill(high, from, to + 1)
}

/** Checks a text that comes in pieces; a character may be cut anywhere. */
export class Utf8Check {
  #following = 0
  #low = LOWEST
  #high = HIGHEST

  /** @returns false at the first byte that no UTF-8 has in its place, whatever may come after it */
  accept(piece: Uint8Array): boolean {
    let following = this.#following
    for (let index = 0; index < piece.length; index += 1) {
      const byte = byteAt(piece, index)
      if (following === 0) {
        following = byteAt(FOLLOWING, byte)
        if (following === IMPOSSIBLE) return false
        this.#low = byteAt(LOW, byte)
        this.#high = byteAt(HIGH, byte)
      } else {
        if (byte < this.#low || byte > this.#high) return false
        following -= 1
        this.#low = LOWEST
        this.#high = HIGHEST
      }
    }
    this.#following = following
    return true
  }
}
