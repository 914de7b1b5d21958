import { type Block, isBlock, isMessages, isResult, type Result } from '../model/content.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { CompiledSchema } from '../model/schema/index.ts'
import { type CallToolResult, type ContentBlock, WRAPPED_VALUE } from '../model/types.ts'
import { bytesOf, jsonText } from '../model/values.ts'
import { isObject, type Json } from '../wire/json.ts'

/** Whether a value must be awaited. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'

const NOTHING: CallToolResult = Object.freeze({ content: Object.freeze([]) })

// What turns itself into something else, as a Date does, must be judged by what it turns into.
const plain = (value: unknown, json: string): Json =>
  (isObject(value) && !json.startsWith('{') ? JSON.parse(json) : value) as Json

const structured = (value: unknown, wrapped: boolean): CallToolResult => {
  const json = jsonText(value, 'it returned')
  const structuredContent = plain(value, json)
  const content: ContentBlock[] = [{ type: 'text', text: json }]
  return wrapped ? { content, structuredContent, [WRAPPED_VALUE]: true } : { content, structuredContent }
}

const isMirror = ({ content, structuredContent }: Result): boolean => {
  const [only, ...others] = content
  return others.length === 0 && only?.type === 'text' && only.text === JSON.stringify(structuredContent)
}

/** A result made by hand, with the value as it is sent. */
const fromResult = (made: Result, value: unknown, wrapped: boolean): CallToolResult => {
  if (value === undefined) return made as CallToolResult
  const sent = structured(value, wrapped)
  return { ...(made as CallToolResult), ...sent, content: isMirror(made) ? sent.content : made.content }
}

const asContent = (item: unknown): ContentBlock => {
  if (typeof item === 'string') return { type: 'text', text: item }
  if (isBlock(item)) return item
  throw new TypeError('it returned an array of content and other values; use text(…) for those, or result(…)')
}

const RESULT_MEMBERS = new Set(['content', 'structuredContent', 'isError', '_meta', 'resultType'])

const looksLikeResult = (value: object): boolean =>
  Array.isArray((value as { content?: unknown }).content) && Object.keys(value).every((key) => RESULT_MEMBERS.has(key))

const mistaken = (value: object): string | undefined => {
  if (looksLikeResult(value)) return 'it returned { content: […] }, which could be anybody’s data; wrap it in result(…)'
  if (isMessages(value)) return 'it returned a prompt message; return the text itself, or text(…)'
  return bytesOf(value) && 'it returned bytes; say what they are with image(…), audio(…) or embed(…)'
}

/** The result of a tool without an output schema. */
const fromAnything = (value: unknown): CallToolResult => {
  if (typeof value === 'string') return { content: [{ type: 'text', text: value }] }
  if (typeof value !== 'object' || value === null) return value === undefined ? NOTHING : structured(value, false)
  if (isBlock(value)) return { content: [value as Block] }
  if (isResult(value)) return fromResult(value, value.structuredContent, false)
  if (Array.isArray(value)) return value.some(isBlock) ? { content: value.map(asContent) } : structured(value, false)
  const mistake = mistaken(value)
  if (mistake) throw new TypeError(mistake)
  return structured(value, false)
}

const parsed = (checked: Awaited<ReturnType<CompiledSchema['validate']>>): unknown => {
  if (checked.ok) return checked.value
  throw new TypeError(`what it returned does not fit its output schema: ${checked.problems}`)
}

const fit = (
  output: CompiledSchema,
  value: unknown,
  use: (value: unknown) => CallToolResult,
): MaybePromise<CallToolResult> => {
  const checked = output.validate(value)
  return checked instanceof Promise ? checked.then((late) => use(parsed(late))) : use(parsed(checked))
}

const checkResult = (output: CompiledSchema, made: Result, wrapped: boolean): MaybePromise<CallToolResult> => {
  if (made.isError) return fromResult(made, made.structuredContent, wrapped)
  if (made.structuredContent === undefined) {
    throw new TypeError('it has an output schema, so that its result(…) needs structuredContent')
  }
  return fit(output, made.structuredContent, (value) => fromResult(made, value, wrapped))
}

/**
 * What a tool returned, as a result.
 * @param wrapped whether the values of the output schema are not objects
 * @throws TypeError when there is no result in it; the message goes on from the name of the tool
 */
export const toToolResult = (
  value: unknown,
  output: CompiledSchema | undefined,
  wrapped: boolean,
): MaybePromise<CallToolResult> => {
  if (!output) return fromAnything(value)
  if (isResult(value)) return checkResult(output, value, wrapped)
  return fit(output, value, (fitting) => structured(fitting, wrapped))
}
