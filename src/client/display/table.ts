import { indented, isBlank, type Line, lineWidth, type Span, sections, spaces, span } from './line.ts'
import { indentWithin, longestWord, wrap } from './wrap.ts'

/** What a column holds. */
export interface Column {
  readonly heading: string
  readonly align?: 'left' | 'right'
}

/** The lines of one field of a table, as long as they like. */
export type Cell = readonly Line[]

/** The cells of one row, as many as there are columns. */
export type Row = readonly Cell[]

const GAP = 2
const LONGEST_WORD = 32
const BLANK: Line = []

const cellAt = (row: Row, index: number): Cell => row.slice(index, index + 1).flat()

const most = (numbers: readonly number[]): number => numbers.reduce((found, number) => Math.max(found, number), 0)

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** How wide a column is at the least, so that words stay whole, and how wide it need not be more than. */
interface Bounds {
  readonly narrow: number
  readonly wide: number
}

const boundsOf = (cells: readonly Cell[]): Bounds => {
  const lines = cells.flat()
  return { narrow: Math.min(LONGEST_WORD, most(lines.map(longestWord))), wide: most(lines.map(lineWidth)) }
}

/** How wide each column is in so many cells; `undefined` where they do not fit. The widest give way first. */
const share = (columns: readonly Bounds[], width: number): readonly number[] | undefined => {
  const room = width - GAP * (columns.length - 1)
  const within = (limit: number): readonly number[] =>
    columns.map(({ narrow, wide }) => Math.max(narrow, Math.min(wide, limit)))
  if (sum(within(0)) > room) return undefined
  let limit = Math.min(most(columns.map(({ wide }) => wide)), room)
  while (sum(within(limit)) > room) limit -= 1
  return within(limit)
}

const rowLines = (row: Row, columns: readonly Column[], widths: readonly number[]): readonly Line[] => {
  const cells = widths.map((width, index) => cellAt(row, index).flatMap((line) => wrap(line, width)))
  const height = most(cells.map((cell) => cell.length))
  return Array.from({ length: height }, (_, number) => {
    const line: Span[] = []
    let at = 0
    let start = 0
    widths.forEach((width, index) => {
      const part = cells[index]?.[number] ?? BLANK
      const filled = lineWidth(part)
      if (filled > 0) {
        const from = columns[index]?.align === 'right' ? start + width - filled : start
        line.push(spaces(from - at), ...part)
        at = from + filled
      }
      start += width + GAP
    })
    return line
  })
}

/** A label, and what is said under it: beside it when it is one line, else below. */
const labelled = (label: Line, cell: Cell, width: number): readonly Line[] => {
  const line = cell.flat()
  if (cell.length <= 1) return wrap([...label, { text: isBlank(line) ? ':' : ': ' }, ...line], width, GAP)
  const indent = indentWithin(GAP, width)
  const below = cell.flatMap((line) => wrap(line, width - indent))
  return [...wrap([...label, { text: ':' }], width, GAP), ...indented(below, indent)]
}

/** The rows one below the other, each a list of what it holds: for a terminal that is too narrow for columns. */
const records = (columns: readonly Column[], rows: readonly Row[], width: number): readonly Line[] =>
  sections(
    rows.map((row) =>
      columns.flatMap(({ heading }, column) => {
        const cell = cellAt(row, column)
        return cell.length === 0 ? [] : labelled([span(heading, 'faint')], cell, width)
      }),
    ),
  )

/**
 * Rows in columns that are at most `width` cells wide together; where that is too narrow, as records. A column with
 * no cell in it is left out.
 */
export const table = (columns: readonly Column[], rows: readonly Row[], width: number): readonly Line[] => {
  const isUsed = columns.map((_, index) => rows.some((row) => cellAt(row, index).length > 0))
  const usedColumns = columns.filter((_, index) => isUsed[index])
  const usedRows = rows.map((row) => row.filter((_, index) => isUsed[index]))
  const headings: Row = usedColumns.map(({ heading }) => [[span(heading, 'heading')]])
  const widths = share(
    usedColumns.map((_, index) => boundsOf([headings, ...usedRows].map((row) => cellAt(row, index)))),
    width,
  )
  if (!widths) return records(usedColumns, usedRows, width)
  const rule: Row = widths.map((length) => [[{ text: '─'.repeat(length), style: 'faint' }]])
  return [headings, rule, ...usedRows].flatMap((row) => rowLines(row, usedColumns, widths))
}

/** Pairs of a label and what belongs to it, the latter aligned where there is room. */
export const pairs = (rows: readonly (readonly [label: Line, cell: Cell])[], width: number): readonly Line[] => {
  const columns = [{ heading: '' }, { heading: '' }]
  const widths = share([boundsOf(rows.map(([label]) => [label])), boundsOf(rows.map(([, cell]) => cell))], width)
  return rows.flatMap(([label, cell]) =>
    widths ? rowLines([[label], cell], columns, widths) : labelled(label, cell, width),
  )
}
