import { encodeBase64 } from '../wire/base64.ts'
import type { Json } from '../wire/json.ts'
import { isObject } from '../wire/json.ts'
import { mediaTypeOfBytes } from './media.ts'
import { show } from './schema/problems.ts'
import type {
  Annotations,
  AudioContent,
  CallToolResult,
  ContentBlock,
  EmbeddedResource,
  ImageContent,
  Meta,
  PromptMessage,
  Resource,
  ResourceContents,
  ResourceLink,
  Role,
  TextContent,
} from './types.ts'
import { bytesOf, jsonText, mustBeBase64, mustBeString } from './values.ts'

// Registered symbols, so that two copies of this package in one tree understand each other. JSON cannot carry a
// symbol: data from outside is never taken for a block.
const BRAND: unique symbol = Symbol.for('fluent-mcp.brand') as never

/** A value that came from one of this library's helpers, and of which kind it is. */
export interface Branded<Kind extends string> {
  readonly [BRAND]: Kind
}

/** A content block made by {@link text}, {@link image}, {@link audio}, {@link link} or {@link embed}. */
export type Block<Content extends ContentBlock = ContentBlock> = Content & Branded<'block'>

/** A prompt message made by {@link user} or {@link assistant}. */
export type Messages = { readonly messages: readonly PromptMessage[] } & Branded<'messages'>

/** A tool result made by {@link result}. */
export type Result<Structured = unknown> = Omit<CallToolResult, 'structuredContent'> & {
  readonly structuredContent?: Structured
} & Branded<'result'>

const brand = <Kind extends string, Value extends object>(kind: Kind, value: Value): Value & Branded<Kind> =>
  Object.freeze(Object.defineProperty(value, BRAND, { value: kind })) as Value & Branded<Kind>

const brandOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? (value as Partial<Branded<string>>)[BRAND] : undefined

/** Whether a value is a content block of this library. */
export const isBlock = (value: unknown): value is Block => brandOf(value) === 'block'
/** Whether a value is a prompt message of this library. */
export const isMessages = (value: unknown): value is Messages => brandOf(value) === 'messages'
/** Whether a value was made by {@link result}. */
export const isResult = (value: unknown): value is Result => brandOf(value) === 'result'

/** What every content helper takes besides its content. */
export interface ContentOptions {
  readonly annotations?: Annotations
  /** Becomes `_meta`. */
  readonly meta?: Meta
}

const extras = ({ annotations, meta }: ContentOptions): { annotations?: Annotations; _meta?: Meta } => ({
  ...(annotations && { annotations }),
  ...(meta && { _meta: meta }),
})

/**
 * Text for the model or the user.
 *
 * @example
 * text('Booked.', { annotations: { audience: ['user'] } })
 */
export const text = (content: string, options: ContentOptions = {}): Block<TextContent> =>
  brand('block', { type: 'text', text: mustBeString(content, 'text: the content'), ...extras(options) })

/** Bytes, whose media type is found in their first bytes; or base64 with its media type. */
export type MediaSource = Uint8Array | ArrayBuffer | { readonly base64: string; readonly mimeType: string }

/** What {@link image} and {@link audio} take besides their bytes. */
export interface MediaOptions extends ContentOptions {
  /** Wins over what the first bytes say. */
  readonly mimeType?: string
}

/** The base64 of a source, and the media type that it is known to have. */
const readMedia = (type: 'image' | 'audio', source: unknown): readonly [data: string, known: string | undefined] => {
  const bytes = bytesOf(source)
  if (bytes) return [encodeBase64(bytes), mediaTypeOfBytes(bytes)]
  const { base64, mimeType } = isObject(source) ? source : {}
  if (typeof base64 === 'string') return [mustBeBase64(base64, `${type}: base64`), mimeType as string | undefined]
  throw new TypeError(`${type}: pass bytes, { base64, mimeType }, or await ${type}.fromFile(path); got ${show(source)}`)
}

const media = <Type extends 'image' | 'audio'>(type: Type, source: MediaSource, options: MediaOptions) => {
  const [data, known] = readMedia(type, source)
  const mimeType = options.mimeType ?? known
  if (!mimeType?.startsWith(`${type}/`)) {
    const found = mimeType ? `this is ${mimeType}` : 'nothing tells its media type'
    throw new TypeError(`${type}: ${found}; pass { mimeType: '${type}/…' }, or use embed(…) for other data`)
  }
  return brand('block', { type, data, mimeType, ...extras(options) })
}

const readBytes = async (path: string | URL): Promise<Uint8Array> => {
  const { readFile } = await import('node:fs/promises')
  return readFile(path)
}

/**
 * An image: `image(bytes)`, `image({ base64, mimeType })`, or `await image.fromFile(path)` on Node.
 *
 * @throws TypeError when the bytes are no image and no media type is given
 */
export const image = Object.assign(
  (source: MediaSource, options: MediaOptions = {}): Block<ImageContent> => media('image', source, options),
  {
    /** Reads a file; the media type comes from its first bytes. */
    fromFile: async (path: string | URL, options: MediaOptions = {}): Promise<Block<ImageContent>> =>
      media('image', await readBytes(path), options),
  },
)

/**
 * Sound: `audio(bytes)`, `audio({ base64, mimeType })`, or `await audio.fromFile(path)` on Node.
 *
 * @throws TypeError when the bytes are no sound and no media type is given
 */
export const audio = Object.assign(
  (source: MediaSource, options: MediaOptions = {}): Block<AudioContent> => media('audio', source, options),
  {
    /** Reads a file; the media type comes from its first bytes. */
    fromFile: async (path: string | URL, options: MediaOptions = {}): Promise<Block<AudioContent>> =>
      media('audio', await readBytes(path), options),
  },
)

/** What {@link link} takes besides the URI. */
export interface LinkOptions extends Omit<Resource, 'uri' | '_meta'> {
  readonly meta?: Meta
}

/** A link to a resource that the client may read or subscribe to. */
export const link = (uri: string, options: LinkOptions): Block<ResourceLink> => {
  const { meta, name, ...rest } = isObject(options) ? options : ({} as LinkOptions)
  return brand('block', {
    ...rest,
    type: 'resource_link',
    uri: mustBeString(uri, 'link: the URI'),
    name: mustBeString(name, 'link: the name, as in link(uri, { name }),'),
    ...(meta && { _meta: meta }),
  })
}

/** Text, or bytes (or their base64). */
export type ContentsSource = { readonly uri?: string; readonly mimeType?: string; readonly meta?: Meta } & (
  | { readonly text: string }
  | { readonly blob: Uint8Array | ArrayBuffer | string }
)

interface ReadContents {
  readonly uri?: string
  readonly mimeType?: string | undefined
  readonly meta?: Meta
  readonly text?: unknown
  readonly blob?: unknown
}

const BINARY = 'application/octet-stream'

/** A resource to carry along. */
export type EmbedSource = ContentsSource & { readonly uri: string }

/**
 * The wire form of a resource's contents.
 * @param fallback the URI of contents that name none
 * @throws TypeError when they hold neither text nor bytes nor base64
 */
export const resourceContents = (
  source: ContentsSource,
  fallback: string,
  defaultMimeType?: string,
): ResourceContents => {
  const { uri = fallback, meta, mimeType = defaultMimeType, text, blob }: ReadContents = source
  const tail = meta && { _meta: meta }
  if (typeof text === 'string') return { uri, mimeType: mimeType ?? 'text/plain', text, ...tail }
  const bytes = bytesOf(blob)
  if (bytes) return { uri, mimeType: mimeType ?? mediaTypeOfBytes(bytes) ?? BINARY, blob: encodeBase64(bytes), ...tail }
  if (typeof blob === 'string') {
    return { uri, mimeType: mimeType ?? BINARY, blob: mustBeBase64(blob, `contents of "${uri}": blob`), ...tail }
  }
  throw new TypeError(`contents of "${uri}": they need text, a string, or blob, which is bytes or base64`)
}

/**
 * A resource inside of a result or a prompt.
 *
 * @example
 * embed({ uri: 'note://1', mimeType: 'text/markdown', text: '# One' })
 * @throws TypeError when there is neither text nor bytes nor base64 in it
 */
export const embed = (source: EmbedSource, options: ContentOptions = {}): Block<EmbeddedResource> => {
  const uri = mustBeString(isObject(source) ? source.uri : undefined, 'embed: the "uri"')
  return brand('block', { type: 'resource', resource: resourceContents(source, uri), ...extras(options) })
}

type Content = string | Block | readonly (string | Block)[]

const blockOf = (item: unknown, where: string): Block => {
  if (typeof item === 'string') return text(item)
  if (isBlock(item)) return item
  throw new TypeError(
    `${where}: content is a string, a block made by text(…), image(…), audio(…), link(…) or embed(…), or an array of ` +
      `these; got ${show(item)}`,
  )
}

const blocksOf = (content: Content, where: string): readonly Block[] =>
  (Array.isArray(content) ? content : [content]).map((item: unknown) => blockOf(item, where))

const messagesOf = (role: Role, content: Content): Messages =>
  brand('messages', { messages: blocksOf(content, role).map((block) => ({ role, content: block })) })

/** A message of the user in a prompt; an array gives one message for each item. */
export const user = (content: Content): Messages => messagesOf('user', content)

/** A message of the assistant in a prompt; an array gives one message for each item. */
export const assistant = (content: Content): Messages => messagesOf('assistant', content)

/** What {@link result} takes. */
export interface ResultParts<Structured = Json> {
  readonly content?: Content
  readonly structuredContent?: Structured
  readonly isError?: boolean
  readonly meta?: Meta
}

const RESULT_PARTS = ['content', 'structuredContent', 'isError', 'meta']

const checkParts = (parts: unknown): void => {
  const known = RESULT_PARTS.join(', ')
  if (!isObject(parts)) throw new TypeError(`result: pass an object of ${known}; got ${show(parts)}`)
  const unknown = Object.keys(parts).find((key) => !RESULT_PARTS.includes(key))
  if (unknown !== undefined) throw new TypeError(`result: there is no "${unknown}"; there are ${known}`)
}

/**
 * A tool result in full control. Content that is left out is made from the structured content.
 *
 * @example
 * result({ content: 'Nothing was free.', isError: true })
 * @throws TypeError for content that no helper of this library made
 */
export const result = <Structured = Json>(parts: ResultParts<Structured>): Result<Structured> => {
  checkParts(parts)
  const { content, structuredContent, isError, meta } = parts
  return brand('result', {
    content: content === undefined ? mirror(structuredContent) : blocksOf(content, 'result'),
    ...(structuredContent !== undefined && { structuredContent }),
    ...(isError !== undefined && { isError }),
    ...(meta && { _meta: meta }),
  })
}

const mirror = (structured: unknown): readonly ContentBlock[] =>
  structured === undefined ? [] : [text(jsonText(structured, 'result: structuredContent is'))]
