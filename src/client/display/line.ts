import { visible } from './hidden.ts'
import { widthOf } from './width.ts'

/** What a part of the output is, and so how it looks: parameters of Select Graphic Rendition (ECMA-48). */
const LOOKS = {
  heading: '1',
  faint: '2',
  error: '31',
  errorHeading: '1;31',
  required: '31',
  key: '36',
  string: '32',
  number: '33',
  keyword: '35',
} as const

/** The name of a look. */
export type Style = keyof typeof LOOKS

/** A part of a line in one look. Its text is safe for a terminal: what others wrote goes through {@link span}. */
export interface Span {
  readonly text: string
  readonly style?: Style | undefined
}

/** A line of the output. */
export type Line = readonly Span[]

/** A part of a line, whatever its text is: line breaks and all that is hidden become visible. */
export const span = (text: string, style?: Style): Span => ({ text: visible(text), style })

/** So many spaces. */
export const spaces = (count: number): Span => ({ text: ' '.repeat(count) })

const TAB_STOP = 8

const withoutTabs = (text: string): string => {
  const [first = '', ...others] = text.split('\t').map(visible)
  let width = widthOf(first)
  return others.reduce((line, part) => {
    const gap = TAB_STOP - (width % TAB_STOP)
    width += gap + widthOf(part)
    return line + ' '.repeat(gap) + part
  }, first)
}

/** The lines of a text, tabs widened. A line break at its end begins no line. */
export const linesOf = (text: string, style?: Style): readonly Line[] =>
  text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => [{ text: withoutTabs(line), style }])

/** How many cells of a terminal a line fills. */
export const lineWidth = (line: Line): number => line.reduce((sum, { text }) => sum + widthOf(text), 0)

/** Whether there is nothing in a line. */
export const isBlank = (line: Line): boolean => line.every(({ text }) => text === '')

/** Every line moved to the right. */
export const indented = (lines: readonly Line[], by: number): readonly Line[] =>
  by === 0 ? lines : lines.map((line) => (isBlank(line) ? line : [spaces(by), ...line]))

/** Parts of the output with a blank line between them; parts without lines are left out. */
export const sections = (parts: readonly (readonly Line[])[]): readonly Line[] =>
  parts.filter((part) => part.length > 0).flatMap((part, index) => (index > 0 ? [[], ...part] : part))

const painted = ({ text, style }: Span): string => (style && text ? `\x1b[${LOOKS[style]}m${text}\x1b[0m` : text)

/** The lines as they are printed, with or without colours. */
export const print = (lines: readonly Line[], color: boolean): string =>
  lines.map((line) => line.map((part) => (color ? painted(part) : part.text)).join('')).join('\n')
