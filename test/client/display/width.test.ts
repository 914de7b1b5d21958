import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { graphemesOf, widthOf } from '../../../src/client/display/width.ts'

const rows: readonly (readonly [what: string, text: string, width: number])[] = [
  ['nothing', '', 0],
  ['printable ASCII', 'abc ~', 5],
  ['Latin letters beyond ASCII', 'äß', 2],
  ['combining marks', 'e\u0301\u0323', 1],
  ['a mark by itself', '\u0301', 0],
  ['Greek, Cyrillic, Hebrew, Arabic', 'λжשع', 4],
  ['Chinese and Japanese', '日本語かな', 10],
  ['wide punctuation and full-width forms', '、ｱＡ', 5],
  ['ideographs beyond the first plane', '\u{20000}\u{30000}', 4],
  ['Hangul syllables', '한글', 4],
  ['Hangul that is composed of letters', '\u1112\u1161\u11ab', 2],
  ['Tangut and Kana extensions', '\u{17000}\u{1b000}', 4],
  ['emoji', '🎉⌚', 4],
  ['emoji with the colour of a skin', '👍🏽', 2],
  ['emoji that are joined', '👩\u200D👩\u200D👧\u200D👦', 2],
  ['a heart that a selector makes an emoji', '❤\uFE0F', 2],
  ['a heart without one', '❤', 1],
  ['a heart on fire', '❤\uFE0F\u200D🔥', 2],
  ['flags', '🇫🇷🇩🇪', 4],
  ['keycaps', '1\uFE0F\u20E3', 2],
  ['a text symbol that is joined to an emoji', '☁\u200D🎉', 3],
  ['a joiner before an emoji', '\u200D🎉', 2],
  ['Devanagari with a vowel sign that fills a cell', 'का', 2],
  ['private use and unassigned characters', '\uE000\u{40000}', 2],
]

describe('widthOf', () => {
  for (const [what, text, width] of rows) {
    it(`measures ${what}`, () => assert.equal(widthOf(text), width))
  }

  it('is the sum of the graphemes, which are all of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const graphemes = graphemesOf(text)
        assert.equal(graphemes.map((grapheme) => grapheme.text).join(''), text)
        assert.equal(
          graphemes.reduce((sum, { width }) => sum + width, 0),
          widthOf(text),
        )
      }),
    )
  })

  it('keeps together what a reader sees as one', () => {
    const rows: readonly (readonly [string, readonly string[]])[] = [
      ['e\u0301a', ['e\u0301', 'a']],
      ['🇫🇷🇩', ['🇫🇷', '🇩']],
      ['👩🏽\u200D🚀👍', ['👩🏽\u200D🚀', '👍']],
      ['a🏽', ['a', '🏽']],
    ]
    for (const [text, graphemes] of rows) {
      assert.deepEqual(
        graphemesOf(text).map((grapheme) => grapheme.text),
        graphemes,
      )
    }
  })
})
