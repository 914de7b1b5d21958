import { blockLines, isBlock } from './block.ts'
import { type Line, sections } from './line.ts'
import type { Page } from './page.ts'
import { toldOnce } from './same.ts'
import { isList, isRecord, type Shown } from './snapshot.ts'
import { structuredLines } from './structured.ts'
import { flow } from './wrap.ts'

/** What `tools/call` gave; `undefined` for anything else. */
export const toolResultLines = (value: Shown, page: Page): readonly Line[] | undefined => {
  if (!isRecord(value)) return undefined
  const { content = [], structuredContent, isError } = value
  const isResult = 'content' in value || structuredContent !== undefined
  if (!isResult || !isList(content) || !content.every(isBlock)) return undefined
  const told = toldOnce(content, structuredContent)
  const style = isError === true ? 'error' : undefined
  const body = sections([
    told.content.flatMap((block) => blockLines(block, page, style)),
    told.structured === undefined ? [] : structuredLines(told.structured, page.width),
  ])
  const heading = isError === true ? flow('Error', page.width, 'errorHeading') : []
  return [...heading, ...(body.length > 0 ? body : flow('(no content)', page.width, 'faint'))]
}
