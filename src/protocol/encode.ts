import { objectSchema, wrapSchema } from '../model/schema/index.ts'
import {
  type CallToolResult,
  type ContentBlock,
  type Implementation,
  type Tool,
  WRAPPED_VALUE,
} from '../model/types.ts'
import { isObject } from '../wire/json.ts'
import type { Revision, Shapes } from './revision.ts'

/** Marks, in `_meta`, a result whose value travels inside of `{ result: … }`. */
export const WRAPPED_META = 'fluent-mcp/wrapped'

const WRAPPED = Object.freeze({ [WRAPPED_META]: true })

/** Says, in `_meta`, which block of the content holds a value as JSON, where a revision has no place of its own for it. */
export const VALUE_IN_TEXT_META = 'fluent-mcp/value-in-text'

const RESULT_SHAPES: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  initialize: 'initializeResult',
  ping: 'emptyResult',
  'logging/setLevel': 'emptyResult',
  'resources/subscribe': 'emptyResult',
  'resources/unsubscribe': 'emptyResult',
  'subscriptions/listen': 'emptyResult',
  'server/discover': 'discoverResult',
  'tools/list': 'listToolsResult',
  'tools/call': 'callToolResult',
  'resources/list': 'listResourcesResult',
  'resources/templates/list': 'listResourceTemplatesResult',
  'resources/read': 'readResourceResult',
  'prompts/list': 'listPromptsResult',
  'prompts/get': 'getPromptResult',
  'completion/complete': 'completeResult',
})

// A type that a revision lacks has no shape, and whatever stands in its place is left out with it.
const trimValue = (shapes: Shapes, name: string, value: unknown): unknown => {
  if (Array.isArray(value)) {
    const trimmed = value.map((item) => trimValue(shapes, name, item))
    return trimmed.some((item, index) => item !== value[index]) ? trimmed : value
  }
  if (!isObject(value)) return value
  // What a shape calls content was checked where it was made, or is left out for its unknown type.
  return name === 'content' ? trimBlock(shapes, value as unknown as ContentBlock) : trim(shapes, name, value)
}

/** Leaves out what a revision does not know of a type. Gives the same object back when it knows all of it. */
export const trim = (shapes: Shapes, name: string, value: object): object | undefined => {
  const members = shapes[name]
  if (!members) return undefined
  const source = value as Record<string, unknown>
  let copy: Record<string, unknown> | undefined
  for (const key in source) {
    const member = members[key]
    const before = source[key]
    const after = member === undefined ? undefined : member === true ? before : trimValue(shapes, member, before)
    if (after === before) continue
    copy ??= { ...source }
    copy[key] = after
  }
  return copy ?? value
}

// Never nothing: a block that a revision lacks becomes the nearest one that it has.
const STAND_INS: Readonly<Record<string, (block: ContentBlock) => ContentBlock>> = {
  __proto__: null as never,
  audio: (block) => {
    const { data, mimeType, ...rest } = block as Extract<ContentBlock, { type: 'audio' }>
    return { ...rest, type: 'resource', resource: { uri: 'content:audio', mimeType, blob: data } }
  },
  resource_link: (block) => {
    const { uri, name, title, description, annotations } = block as Extract<ContentBlock, { type: 'resource_link' }>
    const label = `${title ?? name}: ${uri}`
    return { type: 'text', text: description ? `${label}\n${description}` : label, ...(annotations && { annotations }) }
  },
}

const asText = (block: ContentBlock): ContentBlock => ({ type: 'text', text: JSON.stringify(block) })

const trimBlock = (shapes: Shapes, block: ContentBlock): unknown =>
  trim(shapes, `content/${block.type}`, block) ?? trimBlock(shapes, (STAND_INS[block.type] ?? asText)(block))

const indexOfText = (content: readonly ContentBlock[], json: string): number =>
  content.findIndex((block) => block.type === 'text' && block.text === json)

const STRUCTURED: Readonly<Record<Revision['structuredContent'], (result: CallToolResult) => CallToolResult>> = {
  any: (result) => result,
  // 2025-06-18 §Structured Content: an object. Another value travels as `{ result: value }`.
  object: (result) => {
    const { content, structuredContent, isError, _meta } = result
    if (isObject(structuredContent) && !(WRAPPED_VALUE in result)) return result
    return {
      content,
      structuredContent: { result: structuredContent },
      ...(isError !== undefined && { isError }),
      _meta: _meta ? { ..._meta, ...WRAPPED } : WRAPPED,
    }
  },
  none: (result) => {
    const { structuredContent, ...rest } = result
    const { content, _meta } = rest
    const json = JSON.stringify(structuredContent)
    const index = indexOfText(content, json)
    const marked = { ...rest, _meta: { ..._meta, [VALUE_IN_TEXT_META]: index === -1 ? content.length : index } }
    return index === -1 ? { ...marked, content: [...content, { type: 'text', text: json }] } : marked
  },
}

/** 2026-07-28 §InputRequiredResult: a round that ends with questions. */
const isInputRequired = (result: object): boolean => 'resultType' in result && result.resultType === 'input_required'

const hasStructure = (method: string, result: object): result is CallToolResult =>
  method === 'tools/call' && (result as CallToolResult).structuredContent !== undefined

// 2025-06-18 §Output Schema: its root is an object. What is none is wrapped as its values are.
const objectOutput = (tool: Tool): Tool =>
  tool.outputSchema ? { ...tool, outputSchema: objectSchema(tool.outputSchema) ?? wrapSchema(tool.outputSchema) } : tool

const prepare = (revision: Revision, method: string, result: object): object => {
  if (method === 'tools/list' && revision.structuredContent === 'object') {
    // A method that replaces the list may give anything.
    const { tools } = result as { tools?: unknown }
    return Array.isArray(tools) ? { ...result, tools: (tools as readonly Tool[]).map(objectOutput) } : result
  }
  return hasStructure(method, result) ? STRUCTURED[revision.structuredContent](result) : result
}

/** A result as a revision says it: what it lacks left out or replaced, what it demands added. */
export const encodeResult = (revision: Revision, method: string, result: object, server: Implementation): object => {
  const prepared = prepare(revision, method, result)
  const name = isInputRequired(result) ? 'inputRequiredResult' : RESULT_SHAPES[method]
  const trimmed = (name && trim(revision.shapes, name, prepared)) || prepared
  return revision.stamp ? revision.stamp(method, trimmed, server) : trimmed
}
