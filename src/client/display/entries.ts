import { argumentsCell, legend } from './arguments.ts'
import { listedSize } from './block.ts'
import { nameForPeople } from './display-name.ts'
import { ENTRY_KINDS, type EntryKind } from './entry-kinds.ts'
import { type Line, linesOf, sections, span } from './line.ts'
import type { Page } from './page.ts'
import { isList, isRecord, type Shown, type ShownObject, textMember } from './snapshot.ts'
import { type Cell, table } from './table.ts'
import { flow } from './wrap.ts'

const textCell = (text: string): Cell => (text ? linesOf(text) : [])

/** The name for people, where it is another than the one for programs. */
export const otherName = (entry: ShownObject, kind: EntryKind): string => {
  const name = nameForPeople(entry)
  return name === textMember(entry, kind.id[0]) ? '' : name
}

const entryTable = (entries: readonly ShownObject[], kind: EntryKind, width: number): readonly Line[] => {
  if (entries.length === 0) return flow(`(no ${kind.heading.toLowerCase()})`, width, 'faint')
  const [id, idHeading] = kind.id
  const rows = entries.map((entry): readonly Cell[] => [
    [[span(textMember(entry, id), 'key')]],
    textCell(otherName(entry, kind)),
    textCell(textMember(entry, 'mimeType')),
    textCell(listedSize(entry)),
    textCell(textMember(entry, 'description')),
    argumentsCell(kind.takes(entry)),
  ])
  const columns = [
    { heading: idHeading },
    { heading: kind.nameHeading },
    { heading: 'Type' },
    { heading: 'Size', align: 'right' },
    { heading: 'Description' },
    { heading: 'Arguments' },
  ] as const
  return sections([table(columns, rows, width), legend(entries.flatMap(kind.takes), width)])
}

// Members of any list result besides its entries.
const COMMON: ReadonlySet<string> = new Set(['nextCursor', '_meta', 'resultType', 'ttlMs', 'cacheScope'])

const listResultLines = (value: ShownObject, width: number): readonly Line[] | undefined => {
  const kinds = ENTRY_KINDS.filter(({ key }) => key in value)
  const own = Object.keys(value).filter((key) => !COMMON.has(key))
  if (kinds.length === 0 || own.length > kinds.length) return undefined
  const parts: (readonly Line[])[] = []
  for (const kind of kinds) {
    const entries = value[kind.key]
    if (!isList(entries) || !entries.every(kind.is)) return undefined
    if (kinds.length > 1) parts.push(flow(kind.heading, width, 'heading'))
    parts.push(entryTable(entries, kind, width))
  }
  if (textMember(value, 'nextCursor')) parts.push(flow('There is another page.', width, 'faint'))
  return sections(parts)
}

/** Tools, resources, resource templates or prompts, as a list gives them; `undefined` for anything else. */
export const entryListLines = (value: Shown, { width }: Page): readonly Line[] | undefined => {
  if (isRecord(value)) return listResultLines(value, width)
  if (!isList(value) || value.length === 0) return undefined
  for (const kind of ENTRY_KINDS) {
    if (value.every(kind.is)) return entryTable(value, kind, width)
  }
  return undefined
}
