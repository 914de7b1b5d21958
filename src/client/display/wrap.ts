import { isPrintableAscii } from './hidden.ts'
import { type Line, linesOf, lineWidth, type Span, type Style, spaces } from './line.ts'
import { type Grapheme, graphemesOf, widthOf } from './width.ts'

/** What is not broken unless it is wider than a line. Each wide character is one: such scripts break anywhere. */
type Kind = 'space' | 'narrow' | 'wide'

interface Word {
  readonly kind: Kind
  readonly width: number
  readonly spans: readonly Span[]
}

const kindOf = ({ text, width }: Grapheme): Kind => (text === ' ' ? 'space' : width > 1 ? 'wide' : 'narrow')

const piecesOf = (text: string): readonly (readonly [Kind, string])[] => {
  if (isPrintableAscii(text)) {
    return (text.match(/ +|[^ ]+/g) ?? []).map((piece) => [piece.startsWith(' ') ? 'space' : 'narrow', piece])
  }
  const pieces: [Kind, string][] = []
  for (const grapheme of graphemesOf(text)) {
    const kind = kindOf(grapheme)
    const last = pieces.at(-1)
    if (last?.[0] === kind && kind !== 'wide') last[1] += grapheme.text
    else pieces.push([kind, grapheme.text])
  }
  return pieces
}

const wordsOf = (line: Line): readonly Word[] => {
  const words: Word[] = []
  for (const { text, style } of line) {
    for (const [kind, piece] of piecesOf(text)) {
      const last = words.at(-1)
      const isSameWord = last?.kind === kind && kind !== 'wide'
      const before: Word = isSameWord ? last : { kind, width: 0, spans: [] }
      if (isSameWord) words.pop()
      words.push({ kind, width: before.width + widthOf(piece), spans: [...before.spans, { text: piece, style }] })
    }
  }
  return words
}

/** The line that is being filled, and those that are full. */
class Wrapping {
  readonly #lines: Line[] = []
  readonly #width: number
  readonly #hang: number
  #line: Span[] = []
  #room: number
  #isEmpty = true
  #space: Word | undefined

  constructor(width: number, hang: number) {
    this.#width = width
    this.#hang = hang
    this.#room = width
  }

  /** Puts a word where there is room. A space waits for the word behind it: at the end of a line it is left out. */
  place(word: Word): void {
    if (word.kind === 'space') {
      this.#space = word
      return
    }
    const room = this.#room - (this.#space?.width ?? 0)
    const isForNextLine = room <= 0 || word.width <= this.#width - this.#hang
    if (word.width > room && isForNextLine) this.#breakLine()
    else this.#put(this.#space)
    this.#space = undefined
    if (word.width <= this.#room) this.#put(word)
    else for (const part of word.spans) this.#putInParts(part)
  }

  end(): readonly Line[] {
    if (this.#space && this.#space.width <= this.#room) this.#put(this.#space)
    return [...this.#lines, this.#line]
  }

  #put(word: Word | undefined): void {
    if (!word) return
    this.#line.push(...word.spans)
    this.#room -= word.width
    this.#isEmpty = false
  }

  #putInParts({ text, style }: Span): void {
    let part = ''
    for (const grapheme of graphemesOf(text)) {
      if (grapheme.width > this.#room && !this.#isEmpty) {
        this.#line.push({ text: part, style })
        part = ''
        this.#breakLine()
      }
      part += grapheme.text
      this.#room -= grapheme.width
      this.#isEmpty = false
    }
    this.#line.push({ text: part, style })
  }

  #breakLine(): void {
    if (this.#isEmpty) return
    this.#lines.push(this.#line)
    this.#line = this.#hang > 0 ? [spaces(this.#hang)] : []
    this.#room = this.#width - this.#hang
    this.#isEmpty = true
  }
}

const LEAST_ROOM = 20

/** As much of an indentation as leaves room for text. */
export const indentWithin = (indent: number, width: number): number => Math.min(indent, Math.max(0, width - LEAST_ROOM))

/**
 * Breaks a line where it would be wider than `width` cells: at spaces, beside wide characters, or, where a word is too
 * long for any line, within the word. One character that is wider than the width stands on a line by itself.
 * @param hang how far the lines after the first are indented, where there is room for it
 */
export const wrap = (line: Line, width: number, hang = 0): readonly Line[] => {
  if (lineWidth(line) <= width) return [line]
  const wrapping = new Wrapping(width, indentWithin(hang, width))
  for (const word of wordsOf(line)) wrapping.place(word)
  return wrapping.end()
}

/** A text of others, broken into lines of at most `width` cells. */
export const flow = (text: string, width: number, style?: Style): readonly Line[] =>
  linesOf(text, style).flatMap((line) => wrap(line, width))

/** How wide the longest part of a line is that is better not broken. */
export const longestWord = (line: Line): number =>
  wordsOf(line).reduce((longest, { kind, width }) => (kind === 'space' ? longest : Math.max(longest, width)), 0)
