import fc from 'fast-check'

const SURROGATES = { first: 0xd800, count: 0x800 }

const toCharacter = (index: number): string =>
  String.fromCodePoint(index < SURROGATES.first ? index : index + SURROGATES.count)

const toIndex = (character: unknown): number => {
  const codePoint = typeof character === 'string' ? character.codePointAt(0) : undefined
  if (codePoint === undefined || String.fromCodePoint(codePoint) !== character) throw new TypeError('no character')
  return codePoint < SURROGATES.first ? codePoint : codePoint - SURROGATES.count
}

/** Any character of Unicode. The unit `'binary'` of fast-check gives the same, but builds a table of all of them first. */
export const anyCharacter: fc.Arbitrary<string> = fc.nat({ max: 0x10ffff - SURROGATES.count }).map(toCharacter, toIndex)
