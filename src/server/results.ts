import { type Block, isBlock, isResult, type Result } from '../model/content.ts'
import type { CompiledSchema } from '../model/schema/index.ts'
import { type CallToolResult, type ContentBlock, WRAPPED_VALUE } from '../model/types.ts'
import { isObject, type Json } from '../wire/json.ts'
import type { MaybePromise } from './types.ts'

/** Whether a value must be awaited. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'

const NOTHING: CallToolResult = Object.freeze({ content: Object.freeze([]) })

const jsonOf = (value: unknown): string => {
  const json = JSON.stringify(value)
  if (json === undefined) throw new TypeError(`it returned a ${typeof value}, which JSON cannot carry`)
  return json
}

const hasToJson = (value: unknown): boolean => isObject(value) && typeof value['toJSON'] === 'function'

const structured = (value: unknown, wrapped: boolean): CallToolResult => {
  const json = jsonOf(value)
  // What turns itself into something else must be judged by what it turns into.
  const structuredContent = (hasToJson(value) ? JSON.parse(json) : value) as Json
  const content: ContentBlock[] = [{ type: 'text', text: json }]
  return wrapped ? { content, structuredContent, [WRAPPED_VALUE]: true } : { content, structuredContent }
}

const asContent = (item: unknown): ContentBlock => {
  if (typeof item === 'string') return { type: 'text', text: item }
  if (isBlock(item)) return item
  throw new TypeError('it returned an array of content and other values; use text(…) for those, or result(…)')
}

/** The result of a tool without an output schema. */
const fromAnything = (value: unknown): CallToolResult => {
  if (typeof value === 'string') return { content: [{ type: 'text', text: value }] }
  if (typeof value !== 'object' || value === null) return value === undefined ? NOTHING : structured(value, false)
  if (isBlock(value)) return { content: [value as Block] }
  if (isResult(value)) return value as CallToolResult
  if (Array.isArray(value)) return value.some(isBlock) ? { content: value.map(asContent) } : structured(value, false)
  if (Array.isArray((value as { content?: unknown }).content)) {
    throw new TypeError('it returned { content: […] }, which could be anybody’s data; wrap it in result(…)')
  }
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

const fromResult = (output: CompiledSchema, made: Result): MaybePromise<CallToolResult> => {
  if (made.isError) return made as CallToolResult
  if (made.structuredContent === undefined) {
    throw new TypeError('it has an output schema, so that its result(…) needs structuredContent')
  }
  return fit(output, made.structuredContent, (value) => ({
    ...(made as CallToolResult),
    structuredContent: value as Json,
  }))
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
  if (isResult(value)) return fromResult(output, value)
  return fit(output, value, (fitting) => structured(fitting, wrapped))
}
