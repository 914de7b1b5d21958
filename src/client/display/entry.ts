import { type Argument, argumentsTable, legend } from './arguments.ts'
import { listedSize } from './block.ts'
import { otherName } from './entries.ts'
import { ENTRY_KINDS, type EntryKind } from './entry-kinds.ts'
import { type Line, sections, span } from './line.ts'
import type { Page } from './page.ts'
import { isRecord, type Shown, type ShownObject, textMember } from './snapshot.ts'
import { flow, wrap } from './wrap.ts'

const HINTS = [
  ['readOnlyHint', 'read-only'],
  ['destructiveHint', 'destructive'],
  ['idempotentHint', 'idempotent'],
  ['openWorldHint', 'open world'],
] as const

const hintsOf = ({ annotations }: ShownObject): readonly string[] =>
  HINTS.flatMap(([hint, words]) => (isRecord(annotations) && annotations[hint] === true ? [words] : []))

const headingLines = (entry: ShownObject, kind: EntryKind, width: number): readonly Line[] => {
  const id = textMember(entry, kind.id[0])
  const name = otherName(entry, kind)
  return wrap(name ? [span(name, 'heading'), span(` (${id})`, 'key')] : [span(id, 'heading')], width)
}

const argumentLines = (heading: string, all: readonly Argument[], width: number): readonly Line[] =>
  all.length === 0 ? [] : [...flow(heading, width, 'heading'), ...argumentsTable(all, width)]

const entryLines = (entry: ShownObject, kind: EntryKind, width: number): readonly Line[] => {
  const description = textMember(entry, 'description')
  const facts = [textMember(entry, 'mimeType'), listedSize(entry), ...hintsOf(entry)].filter((fact) => fact !== '')
  const takes = kind.takes(entry)
  const gives = kind.gives(entry)
  return sections([
    [
      ...headingLines(entry, kind, width),
      ...(description ? flow(description, width) : []),
      ...(facts.length > 0 ? flow(facts.join(', '), width, 'faint') : []),
    ],
    argumentLines('Arguments', takes, width),
    argumentLines('Result', gives, width),
    legend([...takes, ...gives], width),
  ])
}

/** One tool, resource, resource template or prompt with all that it takes; `undefined` for anything else. */
export const oneEntryLines = (value: Shown, { width }: Page): readonly Line[] | undefined => {
  for (const kind of ENTRY_KINDS) {
    if (kind.is(value)) return entryLines(value, kind, width)
  }
  return undefined
}
