import { InvalidResultError } from '../errors.ts'
import type { ContentBlock, Meta } from '../model/types.ts'
import { VALUE_IN_TEXT_META, WRAPPED_META } from '../protocol/encode.ts'
import type { Revision } from '../protocol/revision.ts'
import { isObject, parseJson } from '../wire/json.ts'
import type { Result } from './rounds.ts'
import type { ToolCallResult } from './types.ts'

/** The result of a request, which is an object in every revision. */
export const asResult = (result: unknown, method: string): Result => {
  if (isObject(result)) return result
  throw new InvalidResultError(`The server answered "${method}" with a result that is no object`)
}

/** What only later revisions have in results (2026-07-28 Caching, and Result Types). */
const HINTS = ['resultType', 'ttlMs', 'cacheScope'] as const

/** A result of a revision without such hints: what stands in their place says nothing. */
export const withoutHints = (result: Result, method: string, { requests }: Revision): Result => {
  if (!requests.has(method) || !HINTS.some((hint) => hint in result)) return result
  const { resultType, ttlMs, cacheScope, ...rest } = result
  return rest
}

const textOf = (block: ContentBlock | undefined): string | undefined =>
  block?.type === 'text' && typeof block.text === 'string' ? block.text : undefined

const parsed = (text: string | undefined): unknown => {
  const json = parseJson(text ?? '')
  return json.ok ? json.value : text
}

/** The value that a tool has returned, whatever the revision had for it. */
const dataOf = (content: readonly ContentBlock[], structured: unknown, meta: Meta): unknown => {
  if (meta[WRAPPED_META] === true && isObject(structured)) return structured['result']
  if (structured !== undefined) return structured
  const index = meta[VALUE_IN_TEXT_META]
  if (typeof index === 'number') return parsed(textOf(content[index]))
  if (content.length === 0) return undefined
  return content.length === 1 ? (textOf(content[0]) ?? content) : content
}

/** A result of `tools/call` with its text and its value. A server that has forgotten the content has none. */
export const toToolCallResult = (result: Result): ToolCallResult => {
  const { content: given, structuredContent, isError, _meta } = result
  const content: readonly ContentBlock[] = Array.isArray(given) ? given : []
  const meta: Meta = isObject(_meta) ? _meta : {}
  return {
    content,
    ...(structuredContent !== undefined && { structuredContent }),
    ...(isError === true && { isError }),
    ...(isObject(_meta) && { _meta }),
    text: content
      .map(textOf)
      .filter((text) => text !== undefined)
      .join('\n'),
    data: dataOf(content, structuredContent, meta),
  }
}
