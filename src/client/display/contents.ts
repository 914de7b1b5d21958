import { type Line, sections, span } from './line.ts'
import { mediaKindOf, mediaLines } from './media.ts'
import type { Page } from './page.ts'
import { isList, isRecord, type Shown, type ShownObject, textMember } from './snapshot.ts'
import { flow, wrap } from './wrap.ts'

/** Whether it is contents of a resource: a URI, with text or base64. */
export const isContents = (value: Shown | undefined): value is ShownObject =>
  isRecord(value) &&
  typeof value['uri'] === 'string' &&
  (typeof value['text'] === 'string' || typeof value['blob'] === 'string')

/** The URI of contents and their media type, as a heading. */
export const contentsHeading = (contents: ShownObject, width: number): readonly Line[] => {
  const mimeType = textMember(contents, 'mimeType')
  const type = mimeType ? [span(` (${mimeType})`, 'faint')] : []
  return wrap([span(textMember(contents, 'uri'), 'heading'), ...type], width)
}

/** The text of contents, or what stands for their bytes. */
export const contentsBody = (contents: ShownObject, page: Page): readonly Line[] => {
  if (typeof contents['text'] === 'string') return flow(contents['text'], page.width)
  const mimeType = textMember(contents, 'mimeType')
  return mediaLines(mediaKindOf(mimeType), textMember(contents, 'blob'), mimeType, page)
}

const contentsOf = (value: Shown): readonly Shown[] | undefined => {
  if (isContents(value)) return [value]
  return isRecord(value) && isList(value['contents']) ? value['contents'] : undefined
}

/** What `resources/read` gave, or one of its contents; `undefined` for anything else. */
export const resourceLines = (value: Shown, page: Page): readonly Line[] | undefined => {
  const contents = contentsOf(value)
  if (!contents?.every(isContents)) return undefined
  if (contents.length === 0) return flow('(no contents)', page.width, 'faint')
  return sections(contents.map((each) => [...contentsHeading(each, page.width), ...contentsBody(each, page)]))
}
