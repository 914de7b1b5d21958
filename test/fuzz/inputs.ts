import fc from 'fast-check'
import { bytesOf } from '../support/frames.ts'

const CHANGES = ['flip', 'replace', 'insert', 'remove', 'repeat', 'cut off', 'swap'] as const

interface Change {
  readonly kind: (typeof CHANGES)[number]
  /** Where, in 65536ths of the whole. */
  readonly at: number
  readonly length: number
  readonly byte: number
  readonly token: Uint8Array
}

const withByte = (bytes: Uint8Array, at: number, byte: number): Uint8Array => {
  const copy = new Uint8Array(bytes)
  copy[at] = byte
  return copy
}

const changed = (bytes: Uint8Array, { kind, at, length, byte, token }: Change): Uint8Array => {
  const start = Math.floor((at / 0x1_0000) * bytes.length)
  const [before, piece, after] = [
    bytes.subarray(0, start),
    bytes.subarray(start, start + length),
    bytes.subarray(start + length),
  ]
  switch (kind) {
    case 'flip':
      return withByte(bytes, start, (bytes[start] ?? 0) ^ (1 << (byte & 7)))
    case 'replace':
      return withByte(bytes, start, byte)
    case 'insert':
      return Buffer.concat([before, token, piece, after])
    case 'remove':
      return Buffer.concat([before, after])
    case 'repeat':
      return Buffer.concat([before, piece, piece, after])
    case 'cut off':
      return before
    case 'swap':
      return Buffer.concat([before, after, piece])
  }
}

/**
 * Bytes that are nearly right.
 * @param tokens what means something where these bytes are read
 */
export const nearly = (
  right: fc.Arbitrary<Uint8Array>,
  tokens: readonly (string | Uint8Array)[],
  maxChanges = 4,
): fc.Arbitrary<Uint8Array> => {
  const change = fc.record<Change>({
    kind: fc.constantFrom(...CHANGES),
    at: fc.nat({ max: 0xffff }),
    length: fc.integer({ min: 1, max: 20 }),
    byte: fc.nat({ max: 255 }),
    token: fc.constantFrom(...tokens.map(bytesOf)),
  })
  const changes = fc.oneof(
    { weight: 1, arbitrary: fc.constant<Change[]>([]) },
    { weight: 4, arbitrary: fc.array(change, { minLength: 1, maxLength: maxChanges }) },
  )
  return fc.tuple(right, changes).map(([bytes, made]) => new Uint8Array(made.reduce(changed, bytes)))
}

/** The same of texts: what is not UTF-8 any more becomes U+FFFD. */
export const nearlyText = (right: fc.Arbitrary<string>, tokens: readonly string[]): fc.Arbitrary<string> =>
  nearly(right.map(bytesOf), tokens).map((bytes) => new TextDecoder().decode(bytes))

/** The sizes of the pieces in which bytes arrive; see `cutAt`. */
export const anySizes: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constantFrom<number[]>([], [1]),
  fc.array(fc.nat({ max: 40 }), { maxLength: 20 }),
)

/** Names that objects have by themselves. */
export const INHERITED = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'] as const

/** A value of JSON that may have such names. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>(null, true, 0, '', 'a', -0.5, 1e300),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(fc.constantFrom(...INHERITED, 'a', 'name'), tie('value'), { noNullPrototype: true }),
  })).value,
)

// What comes over a wire has no `undefined` in it, and no `-0`.
export const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
