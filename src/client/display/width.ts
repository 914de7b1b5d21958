import { isPrintableAscii } from './hidden.ts'

// East_Asian_Width W and F (UAX #11, Unicode 17), whole blocks where a block is wide, and emoji.
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247\u3250-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{20000}-\u{2fffd}\u{30000}-\u{3fffd}\p{Emoji_Presentation}]/u

// Marks, joiners, and the vowels and finals that complete a Hangul syllable.
const NO_CELL = /[\p{Mn}\p{Me}\p{Join_Control}\u1160-\u11ff\ud7b0-\ud7ff]/u

// What a reader sees as one (UAX #29): two letters of a flag, a pictograph with those that are joined to it, any other
// character with its marks. `Intl.Segmenter` of current engines takes quadratic time, and differs among them.
const EXTENDING = String.raw`[\p{M}\p{Join_Control}\u1160-\u11ff\ud7b0-\ud7ff]*`
const PICTOGRAPH = String.raw`\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?${EXTENDING}`
const GRAPHEMES = new RegExp(
  String.raw`\p{Regional_Indicator}{2}|${PICTOGRAPH}(?:(?<=\u200d)${PICTOGRAPH})*|.${EXTENDING}`,
  'gsu',
)

// One picture, however many characters it is made of: an emoji by default, or one that a selector makes one.
const PICTURE = /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u

const cellsOf = (character: string): number => (NO_CELL.test(character) ? 0 : WIDE.test(character) ? 2 : 1)

// Before it there are neither marks nor wide characters.
const FIRST_MARK = '\u0300'

const cellsOfGrapheme = (grapheme: string): number => {
  if (grapheme.length === 1 && grapheme < FIRST_MARK) return 1
  if (PICTURE.test(grapheme)) return 2
  let cells = 0
  for (const character of grapheme) cells += cellsOf(character)
  return cells
}

/** One thing that is drawn, and how many cells of a terminal it fills. */
export interface Grapheme {
  readonly text: string
  readonly width: number
}

/** The graphemes of a text in which nothing is hidden. */
export const graphemesOf = (text: string): readonly Grapheme[] =>
  isPrintableAscii(text)
    ? Array.from(text, (character) => ({ text: character, width: 1 }))
    : Array.from(text.matchAll(GRAPHEMES), ([grapheme]) => ({ text: grapheme, width: cellsOfGrapheme(grapheme) }))

/** How many cells of a terminal a text fills in which nothing is hidden. */
export const widthOf = (text: string): number =>
  isPrintableAscii(text) ? text.length : graphemesOf(text).reduce((sum, { width }) => sum + width, 0)
