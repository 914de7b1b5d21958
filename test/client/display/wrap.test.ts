import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { display } from '../../../src/client/display/index.ts'

const shown = (text: string, width: number): readonly string[] => display(text, { color: false, width }).split('\n')

const rows: readonly (readonly [what: string, text: string, width: number, lines: readonly string[]])[] = [
  ['leaves what fits as it is', '  a   b  ', 9, ['  a   b  ']],
  ['keeps empty lines, and drops the line break at the end', 'a\n\n  b\r\nc\n', 80, ['a', '', '  b', 'c']],
  ['breaks at spaces, and drops those', 'one  two three', 8, ['one  two', 'three']],
  ['drops spaces that do not fit', 'one   two', 4, ['one', 'two']],
  ['keeps the indentation of the line that is broken', '  one two', 6, ['  one', 'two']],
  ['drops an indentation that is wider than the page', '          one two', 4, ['one', 'two']],
  ['shows a line of spaces as an empty line', '          ', 4, ['']],
  ['keeps spaces at the end that fit', 'one two  ', 6, ['one', 'two  ']],
  ['breaks words that are longer than a line', 'abcdefgh', 3, ['abc', 'def', 'gh']],
  ['begins such a word where the last one ended', 'a bcdefgh', 4, ['a bc', 'defg', 'h']],
  ['begins such a word on a line of its own when the last is full', 'abc defgh', 4, ['abc', 'defg', 'h']],
  ['breaks beside any wide character', 'ab日本語', 5, ['ab日', '本語']],
  ['never breaks a wide character', '日本', 1, ['日', '本']],
  ['never breaks what is joined', '👩\u200D👧👩\u200D👧', 3, ['👩\u200D👧', '👩\u200D👧']],
  ['keeps marks with their letters', 'e\u0301e\u0301e\u0301', 2, ['e\u0301e\u0301', 'e\u0301']],
  ['breaks between words of other scripts', 'größe für', 6, ['größe', 'für']],
  ['widens tabs to the next stop', 'a\tb\t日\tc', 80, ['a       b       日      c']],
  ['widens each tab of an indentation', '\t\ta', 80, ['                a']],
]

describe('lines of text', () => {
  for (const [what, text, width, lines] of rows) {
    it(what, () => assert.deepEqual(shown(text, width), lines))
  }

  it('hold every character but the spaces at which they are broken', () => {
    const words = fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '  ', '日', '🎉', 'e\u0301', '\n') })
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 30 }), (text, width) => {
        assert.equal(shown(text, width).join('').replaceAll(' ', ''), text.replaceAll(/[ \n]/g, ''))
      }),
    )
  })
})
