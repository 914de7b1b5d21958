import { blockLines, inset, isBlock } from './block.ts'
import { type Line, sections, span } from './line.ts'
import type { Page } from './page.ts'
import { isList, isRecord, type Shown, type ShownObject, textMember } from './snapshot.ts'
import { flow, wrap } from './wrap.ts'

const blocksOf = ({ content }: ShownObject): readonly (Shown | undefined)[] => (isList(content) ? content : [content])

const isMessage = (value: Shown): value is ShownObject =>
  isRecord(value) && typeof value['role'] === 'string' && blocksOf(value).every(isBlock)

const messageLines = (message: ShownObject, page: Page): readonly Line[] => [
  ...wrap([span(textMember(message, 'role'), 'heading')], page.width),
  ...inset(page, (narrower) =>
    blocksOf(message)
      .filter(isBlock)
      .flatMap((block) => blockLines(block, narrower)),
  ),
]

const messagesOf = (value: Shown): readonly Shown[] | undefined => {
  if (isList(value)) return value.length > 0 ? value : undefined
  if (!isRecord(value)) return undefined
  return isList(value['messages']) ? value['messages'] : [value]
}

/** What `prompts/get` gave, or messages; `undefined` for anything else. */
export const promptResultLines = (value: Shown, page: Page): readonly Line[] | undefined => {
  const messages = messagesOf(value)
  if (!messages?.every(isMessage)) return undefined
  if (messages.length === 0) return flow('(no messages)', page.width, 'faint')
  const description = isRecord(value) ? textMember(value, 'description') : ''
  return sections([
    description ? flow(description, page.width, 'faint') : [],
    ...messages.map((message) => messageLines(message, page)),
  ])
}
