import { type ContentsSource, isBlock, resourceContents } from '../model/content.ts'
import type { ResourceContents } from '../model/types.ts'
import { isObject } from '../wire/json.ts'

const ITEM_MEMBERS = new Set(['uri', 'mimeType', 'meta', 'text', 'blob'])

const isItem = (value: unknown): value is ContentsSource =>
  isObject(value) &&
  (typeof value['text'] === 'string' || typeof value['blob'] === 'string' || value['blob'] instanceof Uint8Array) &&
  Object.keys(value).every((key) => ITEM_MEMBERS.has(key))

const asJson = (value: unknown): string => {
  const json = JSON.stringify(value)
  if (json === undefined) throw new TypeError(`it returned a ${typeof value}, which is no text, no bytes and no JSON`)
  return json
}

/**
 * What a resource returned, as its contents: a string, bytes, a JSON value, or an array of
 * `{ uri?, mimeType?, text | blob }`. Undefined means that there is no such resource.
 */
export const toContents = (
  value: unknown,
  uri: string,
  mimeType: string | undefined,
): readonly ResourceContents[] | undefined => {
  if (value === undefined) return undefined
  if (typeof value === 'string') return [resourceContents({ text: value }, uri, mimeType)]
  if (value instanceof Uint8Array) return [resourceContents({ blob: value }, uri, mimeType)]
  if (value instanceof ArrayBuffer) return [resourceContents({ blob: new Uint8Array(value) }, uri, mimeType)]
  if (Array.isArray(value) && value.length > 0 && value.every(isItem)) {
    return value.map((item) => resourceContents(item, uri, mimeType))
  }
  if (isBlock(value)) {
    throw new TypeError(
      'it returned a content block, which is for tools and prompts; return the text or the bytes themselves',
    )
  }
  return [resourceContents({ text: asJson(value) }, uri, mimeType ?? 'application/json')]
}
