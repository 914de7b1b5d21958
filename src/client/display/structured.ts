import { jsonLines, scalarSpan } from './json.ts'
import { type Line, linesOf, sections, span } from './line.ts'
import { isList, isRecord, isScalar, type Scalar, type Shown, type ShownObject } from './snapshot.ts'
import { type Cell, pairs, table } from './table.ts'
import { wrap } from './wrap.ts'

type FlatObject = Readonly<Record<string, Scalar>>

const isFlat = (value: Shown): value is FlatObject => {
  if (!isRecord(value)) return false
  const members = Object.values(value)
  return members.length > 0 && members.every(isScalar)
}

const isFlatList = (value: Shown): value is readonly FlatObject[] =>
  isList(value) && value.length > 0 && value.every(isFlat)

const cellOf = (value: Scalar | undefined): Cell => {
  if (value === undefined) return []
  return typeof value === 'string' ? linesOf(value) : [[scalarSpan(value)]]
}

const tableLines = (rows: readonly FlatObject[], width: number): readonly Line[] => {
  const keys = [...new Set(rows.flatMap(Object.keys))]
  const isNumeric = (key: string): boolean =>
    rows.every((row) => row[key] === undefined || typeof row[key] === 'number')
  return table(
    keys.map((key) => ({ heading: key, align: isNumeric(key) ? 'right' : 'left' })),
    rows.map((row) => keys.map((key) => cellOf(row[key]))),
    width,
  )
}

const objectLines = (value: ShownObject, width: number): readonly Line[] => {
  const members = Object.entries(value)
  const scalars = members.flatMap(([key, member]): [Line, Cell][] =>
    isScalar(member) ? [[[span(key, 'key')], cellOf(member)]] : [],
  )
  const tables = members.flatMap(([key, member]) =>
    isFlatList(member) ? [[...wrap([span(key, 'heading')], width), ...tableLines(member, width)]] : [],
  )
  return sections([pairs(scalars, width), ...tables])
}

/**
 * A value for people: objects without parts as a table, an object as its keys beside their values and the tables in it
 * below, and JSON where that would not tell all.
 */
export const structuredLines = (value: Shown, width: number): readonly Line[] => {
  if (isFlatList(value)) return tableLines(value, width)
  if (!isRecord(value)) return jsonLines(value, width)
  const members = Object.values(value)
  const isTellable = members.length > 0 && members.every((member) => isScalar(member) || isFlatList(member))
  return isTellable ? objectLines(value, width) : jsonLines(value, width)
}
