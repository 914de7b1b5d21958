import { type ContentsSource, isBlock, isMessages, isResult, resourceContents } from '../model/content.ts'
import type { ResourceContents } from '../model/types.ts'
import { bytesOf, jsonText } from '../model/values.ts'
import { isObject } from '../wire/json.ts'

const ITEM_MEMBERS = new Set(['uri', 'mimeType', 'meta', 'text', 'blob'])

const isItem = (value: unknown): value is ContentsSource =>
  isObject(value) &&
  (typeof value['text'] === 'string' || typeof value['blob'] === 'string' || bytesOf(value['blob']) !== undefined) &&
  Object.keys(value).every((key) => ITEM_MEMBERS.has(key))

const isForOthers = (value: unknown): boolean => isBlock(value) || isResult(value) || isMessages(value)

/**
 * What a resource returned, as its contents: a string, bytes, a JSON value, or an array of
 * `{ uri?, mimeType?, text | blob }`. Undefined means that there is no such resource.
 * @param where begins every error message: `resource "note://1"`
 */
export const toContents = (
  value: unknown,
  uri: string,
  mimeType: string | undefined,
  where: string,
): readonly ResourceContents[] | undefined => {
  if (value === undefined) return undefined
  if (typeof value === 'string') return [resourceContents({ text: value }, uri, mimeType)]
  const bytes = bytesOf(value)
  if (bytes) return [resourceContents({ blob: bytes }, uri, mimeType)]
  if (Array.isArray(value) && value.length > 0 && value.every(isItem)) {
    return value.map((item) => resourceContents(item, uri, mimeType))
  }
  if (isForOthers(value) || (Array.isArray(value) && value.some(isForOthers))) {
    throw new TypeError(
      `${where}: it returned content for tools and prompts; return the text or the bytes themselves, or [{ text }]`,
    )
  }
  return [resourceContents({ text: jsonText(value, `${where}: it returned`) }, uri, mimeType ?? 'application/json')]
}
