import { contentsBody, contentsHeading, isContents } from './contents.ts'
import { nameForPeople } from './display-name.ts'
import { jsonLines } from './json.ts'
import { indented, type Line, type Style, span } from './line.ts'
import { mediaLines } from './media.ts'
import type { Page } from './page.ts'
import { sizeText } from './size.ts'
import { isList, isRecord, type Shown, type ShownObject, textMember } from './snapshot.ts'
import { flow, indentWithin, wrap } from './wrap.ts'

const INDENT = 2

/** Lines that are made for a narrower page, and moved to the right. */
export const inset = (page: Page, lines: (page: Page) => readonly Line[]): readonly Line[] => {
  const indent = indentWithin(INDENT, page.width)
  return indented(lines({ ...page, width: page.width - indent }), indent)
}

/** The size of a resource as it is listed; nothing where that is no size. */
export const listedSize = ({ size }: ShownObject): string =>
  typeof size === 'number' && size >= 0 && Number.isFinite(size) ? sizeText(size) : ''

const linkLines = (link: ShownObject, page: Page): readonly Line[] => {
  const uri = textMember(link, 'uri')
  const name = nameForPeople(link)
  const facts = [name === uri ? '' : uri, textMember(link, 'mimeType'), listedSize(link)].filter((fact) => fact !== '')
  const behind = facts.length > 0 ? [span(` (${facts.join(', ')})`, 'faint')] : []
  const description = textMember(link, 'description')
  const below = description ? inset(page, ({ width }) => flow(description, width)) : []
  return [...wrap([{ text: '→ ' }, span(name, 'heading'), ...behind], page.width, INDENT), ...below]
}

type BlockLines = (block: ShownObject, page: Page, style: Style | undefined) => readonly Line[] | undefined

const media =
  (kind: 'image' | 'audio'): BlockLines =>
  ({ data, mimeType }, page) =>
    typeof data === 'string' && typeof mimeType === 'string' ? mediaLines(kind, data, mimeType, page) : undefined

const BLOCKS: ReadonlyMap<string, BlockLines> = new Map<string, BlockLines>([
  ['text', ({ text }, { width }, style) => (typeof text === 'string' ? flow(text, width, style) : undefined)],
  ['image', media('image')],
  ['audio', media('audio')],
  ['resource_link', (block, page) => (typeof block['uri'] === 'string' ? linkLines(block, page) : undefined)],
  [
    'resource',
    ({ resource }, page) =>
      isContents(resource)
        ? [...contentsHeading(resource, page.width), ...inset(page, (narrower) => contentsBody(resource, narrower))]
        : undefined,
  ],
])

/** Whether it may be a content block: an object that tells its type. */
export const isBlock = (value: Shown | undefined): value is ShownObject =>
  isRecord(value) && typeof value['type'] === 'string'

const knownLines: BlockLines = (block, page, style) => BLOCKS.get(textMember(block, 'type'))?.(block, page, style)

/** A content block, its text in a style; JSON for one that is of no known type, or lacks what its type needs. */
export const blockLines = (block: ShownObject, page: Page, style?: Style): readonly Line[] =>
  knownLines(block, page, style) ?? jsonLines(block, page.width)

/** One content block, or an array of them; `undefined` for anything else. */
export const contentLines = (value: Shown, page: Page): readonly Line[] | undefined => {
  const blocks = isList(value) ? value : [value]
  const parts = blocks.map((block) => (isRecord(block) ? knownLines(block, page, undefined) : undefined))
  return blocks.length > 0 && parts.every((part) => part !== undefined) ? parts.flat() : undefined
}
