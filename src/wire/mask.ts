import { byteAt } from './bytes.ts'

const WORD = 4
// Below this, the views cost more than they save.
const FEW = 48

const maskEach = (bytes: Uint8Array, mask: Uint8Array, phase: number, from: number, to: number): void => {
  for (let index = from; index < to; index += 1) {
    bytes[index] = byteAt(bytes, index) ^ byteAt(mask, (phase + index) & 3)
  }
}

// Made once: views of its own for each message would cost more than the masking of a short one.
const turned = new Uint8Array(WORD)
const turnedWord = new Uint32Array(turned.buffer)

// Both views have the byte order of the machine, so that it does not matter which one that is.
const wordOf = (mask: Uint8Array, phase: number): number => {
  for (let index = 0; index < WORD; index += 1) turned[index] = byteAt(mask, (phase + index) & 3)
  return turnedWord[0] as number
}

/**
 * Masks bytes where they are, or unmasks them, which is the same (RFC 6455 §5.3).
 *
 * @param mask four bytes
 * @param phase how many bytes of the same payload came before
 */
export const applyMask = (bytes: Uint8Array, mask: Uint8Array, phase = 0): void => {
  if (bytes.length < FEW) return maskEach(bytes, mask, phase, 0, bytes.length)
  const start = -bytes.byteOffset & 3
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + start, Math.floor((bytes.length - start) / WORD))
  const word = wordOf(mask, phase + start)
  maskEach(bytes, mask, phase, 0, start)
  for (let index = 0; index < words.length; index += 1) words[index] = (words[index] as number) ^ word
  maskEach(bytes, mask, phase, start + words.length * WORD, bytes.length)
}
