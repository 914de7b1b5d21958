import { quoted } from './hidden.ts'
import { type Line, lineWidth, type Span, spaces, span } from './line.ts'
import { isList, isScalar, oddText, type Scalar, type Shown, type ShownObject } from './snapshot.ts'
import { indentWithin, wrap } from './wrap.ts'

const INDENT = 2

/** A value without parts as JSON writes it; words for what JSON does not have. */
export const scalarSpan = (value: Scalar): Span => {
  if (typeof value === 'string') return { text: quoted(value), style: 'string' }
  if (typeof value === 'number') return { text: String(value), style: 'number' }
  if (typeof value === 'object' && value !== null) return span(oddText(value), 'faint')
  return { text: String(value), style: 'keyword' }
}

const COMMA: Span = { text: ', ' }

type Container = readonly Shown[] | ShownObject

/** An array whose items have no parts, or an empty object: what may stand in one line. */
const shortForm = (value: Container): Line | undefined => {
  if (!isList(value)) return Object.keys(value).length === 0 ? [{ text: '{}' }] : undefined
  if (!value.every(isScalar)) return undefined
  const items = value.flatMap((item, index) => [...(index > 0 ? [COMMA] : []), scalarSpan(item)])
  return [{ text: '[' }, ...items, { text: ']' }]
}

/** The members of a container, each with what is written before it. */
const membersOf = (value: Container): readonly (readonly [Line, Shown])[] =>
  isList(value)
    ? value.map((item) => [[], item])
    : Object.entries(value).map(([key, item]) => [[{ text: quoted(key), style: 'key' }, { text: ': ' }], item])

/** Where a value stands: how far it is indented, and what is before and after it in its line. */
interface Place {
  readonly indent: number
  readonly before: Line
  readonly after: Line
}

const valueLines = (value: Shown, width: number, { indent, before, after }: Place): readonly Line[] => {
  const margin = indentWithin(indent, width)
  const line = (parts: Line): Line => [spaces(margin), ...before, ...parts]
  if (isScalar(value)) return wrap([...line([scalarSpan(value)]), ...after], width, margin + INDENT)
  const short = shortForm(value)
  const whole = short && [...line(short), ...after]
  if (whole && lineWidth(whole) <= width) return [whole]
  const members = membersOf(value)
  const [open, close] = isList(value) ? ['[', ']'] : ['{', '}']
  return [
    ...wrap(line([{ text: open }]), width, margin + INDENT),
    ...members.flatMap(([key, item], index) =>
      valueLines(item, width, {
        indent: indent + INDENT,
        before: key,
        after: index < members.length - 1 ? [{ text: ',' }] : [],
      }),
    ),
    ...wrap([spaces(margin), { text: close }, ...after], width),
  ]
}

/** A value as JSON, indented, in lines of at most `width` cells. */
export const jsonLines = (value: Shown, width: number): readonly Line[] =>
  valueLines(value, width, { indent: 0, before: [], after: [] })
