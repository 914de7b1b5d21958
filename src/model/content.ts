import { encodeBase64 } from '../wire/base64.ts'
import type { Json } from '../wire/json.ts'
import { isObject } from '../wire/json.ts'
import { mediaTypeOfBytes } from './media.ts'
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
  brand('block', { type: 'text', text: content, ...extras(options) })

/** Bytes, whose media type is found in their first bytes; or base64 with its media type. */
export type MediaSource = Uint8Array | ArrayBuffer | { readonly base64: string; readonly mimeType: string }

/** What {@link image} and {@link audio} take besides their bytes. */
export interface MediaOptions extends ContentOptions {
  /** Wins over what the first bytes say. */
  readonly mimeType?: string
}

const media = <Type extends 'image' | 'audio'>(type: Type, source: MediaSource, options: MediaOptions) => {
  if (isObject(source) && typeof source['base64'] === 'string') {
    const { base64, mimeType } = source as { base64: string; mimeType: string }
    return brand('block', { type, data: base64, mimeType: options.mimeType ?? mimeType, ...extras(options) })
  }
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(source as ArrayBuffer)
  const mimeType = options.mimeType ?? mediaTypeOfBytes(bytes)
  if (!mimeType?.startsWith(`${type}/`)) {
    const found = mimeType ? `These bytes are ${mimeType}` : 'The first bytes tell no media type'
    throw new TypeError(`${found}: pass ${type}(bytes, { mimeType: '${type}/…' }), or embed() for other data`)
  }
  return brand('block', { type, data: encodeBase64(bytes), mimeType, ...extras(options) })
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
export const link = (uri: string, { meta, ...options }: LinkOptions): Block<ResourceLink> =>
  brand('block', { type: 'resource_link', uri, ...options, ...(meta && { _meta: meta }) })

/** Text, or bytes (or their base64). */
export type ContentsSource = { readonly uri?: string; readonly mimeType?: string; readonly meta?: Meta } & (
  | { readonly text: string }
  | { readonly blob: Uint8Array | string }
)

/** A resource to carry along. */
export type EmbedSource = ContentsSource & { readonly uri: string }

/**
 * The wire form of a resource's contents.
 * @param fallback the URI of contents that name none
 */
export const resourceContents = (
  source: ContentsSource,
  fallback: string,
  defaultMimeType?: string,
): ResourceContents => {
  const { uri = fallback, meta } = source
  const tail = meta && { _meta: meta }
  if ('text' in source) {
    return { uri, mimeType: source.mimeType ?? defaultMimeType ?? 'text/plain', text: source.text, ...tail }
  }
  const { blob } = source
  const isBytes = blob instanceof Uint8Array
  const found = isBytes ? mediaTypeOfBytes(blob) : undefined
  const mimeType = source.mimeType ?? defaultMimeType ?? found ?? 'application/octet-stream'
  return { uri, mimeType, blob: isBytes ? encodeBase64(blob) : blob, ...tail }
}

/**
 * A resource inside of a result or a prompt.
 *
 * @example
 * embed({ uri: 'note://1', mimeType: 'text/markdown', text: '# One' })
 */
export const embed = (source: EmbedSource, options: ContentOptions = {}): Block<EmbeddedResource> =>
  brand('block', { type: 'resource', resource: resourceContents(source, source.uri), ...extras(options) })

const messagesOf = (role: Role, content: string | Block | readonly (string | Block)[]): Messages => {
  const list = (Array.isArray(content) ? content : [content]) as readonly (string | Block)[]
  return brand('messages', {
    messages: list.map((item) => ({ role, content: typeof item === 'string' ? text(item) : item })),
  })
}

/** A message of the user in a prompt; an array gives one message for each item. */
export const user = (content: string | Block | readonly (string | Block)[]): Messages => messagesOf('user', content)

/** A message of the assistant in a prompt; an array gives one message for each item. */
export const assistant = (content: string | Block | readonly (string | Block)[]): Messages =>
  messagesOf('assistant', content)

/** What {@link result} takes. */
export interface ResultParts<Structured = Json> {
  readonly content?: string | Block | readonly (string | Block)[]
  readonly structuredContent?: Structured
  readonly isError?: boolean
  readonly meta?: Meta
}

/**
 * A tool result in full control. Content that is left out is made from the structured content.
 *
 * @example
 * result({ content: 'Nothing was free.', isError: true })
 */
export const result = <const Structured = Json>(parts: ResultParts<Structured>): Result<Structured> => {
  const { content, structuredContent, isError, meta } = parts
  return brand('result', {
    content: content === undefined ? mirror(structuredContent) : blocks(content),
    ...(structuredContent !== undefined && { structuredContent }),
    ...(isError !== undefined && { isError }),
    ...(meta && { _meta: meta }),
  })
}

const mirror = (structured: unknown): readonly ContentBlock[] =>
  structured === undefined ? [] : [text(JSON.stringify(structured))]

const blocks = (content: string | Block | readonly (string | Block)[]): readonly ContentBlock[] =>
  (Array.isArray(content) ? (content as readonly (string | Block)[]) : [content as string | Block]).map((item) =>
    typeof item === 'string' ? text(item) : item,
  )
