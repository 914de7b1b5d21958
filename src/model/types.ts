import type { Json, JsonObject } from '../wire/json.ts'

/** Metadata of the protocol or of extensions, by key (basic, `_meta`). */
export type Meta = Readonly<Record<string, unknown>>

/** An image that identifies a server, tool, resource or prompt in a user interface. */
export interface Icon {
  /** An `https:` or `data:` URI. */
  readonly src: string
  readonly mimeType?: string
  /** Such as `["48x48"]`, or `["any"]` for scalable formats. */
  readonly sizes?: readonly string[]
  readonly theme?: 'light' | 'dark'
}

/** Names a client or a server. Self-reported: for display and logs, never for decisions. */
export interface Implementation {
  readonly name: string
  readonly version: string
  readonly title?: string
  readonly description?: string
  readonly websiteUrl?: string
  readonly icons?: readonly Icon[]
}

/** Who reads or writes. */
export type Role = 'user' | 'assistant'

/** Hints of how to use or show a resource or a content block. */
export interface Annotations {
  readonly audience?: readonly Role[]
  /** From 0 (optional) to 1 (effectively required). */
  readonly priority?: number
  /** ISO 8601. */
  readonly lastModified?: string
}

/** What a tool does to the world, in hints that a client must not trust blindly. */
export interface ToolAnnotations {
  readonly title?: string
  readonly readOnlyHint?: boolean
  readonly destructiveHint?: boolean
  readonly idempotentHint?: boolean
  readonly openWorldHint?: boolean
}

/** How urgent a log message is (RFC 5424), from least to most. */
export const LOGGING_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const

/** One of {@link LOGGING_LEVELS}. */
export type LoggingLevel = (typeof LOGGING_LEVELS)[number]

/** Whether a value from outside names a logging level. */
export const isLoggingLevel = (value: unknown): value is LoggingLevel =>
  (LOGGING_LEVELS as readonly unknown[]).includes(value)

/** What the client says it can do. */
export interface ClientCapabilities {
  readonly experimental?: Readonly<Record<string, JsonObject>>
  readonly roots?: { readonly listChanged?: boolean }
  readonly sampling?: { readonly context?: JsonObject; readonly tools?: JsonObject }
  readonly elicitation?: { readonly form?: JsonObject; readonly url?: JsonObject }
  readonly extensions?: Readonly<Record<string, JsonObject>>
}

/** What the server says it can do. */
export interface ServerCapabilities {
  readonly logging?: JsonObject
  readonly completions?: JsonObject
  readonly prompts?: { readonly listChanged?: boolean }
  readonly resources?: { readonly subscribe?: boolean; readonly listChanged?: boolean }
  readonly tools?: { readonly listChanged?: boolean }
}

/** A tool as `tools/list` shows it. */
export interface Tool {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly inputSchema: JsonObject
  readonly outputSchema?: JsonObject
  readonly annotations?: ToolAnnotations
  readonly icons?: readonly Icon[]
  readonly _meta?: Meta
}

/** A resource as `resources/list` shows it. */
export interface Resource {
  readonly uri: string
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly mimeType?: string
  /** In bytes. */
  readonly size?: number
  readonly annotations?: Annotations
  readonly icons?: readonly Icon[]
  readonly _meta?: Meta
}

/** A resource template as `resources/templates/list` shows it. */
export interface ResourceTemplate {
  readonly uriTemplate: string
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly mimeType?: string
  readonly annotations?: Annotations
  readonly icons?: readonly Icon[]
  readonly _meta?: Meta
}

/** A prompt as `prompts/list` shows it. */
export interface Prompt {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly arguments?: readonly {
    readonly name: string
    readonly title?: string
    readonly description?: string
    readonly required?: boolean
  }[]
  readonly icons?: readonly Icon[]
  readonly _meta?: Meta
}

/** Text. */
export interface TextContent {
  readonly type: 'text'
  readonly text: string
  readonly annotations?: Annotations
  readonly _meta?: Meta
}

/** An image, in base64. */
export interface ImageContent {
  readonly type: 'image'
  readonly data: string
  readonly mimeType: string
  readonly annotations?: Annotations
  readonly _meta?: Meta
}

/** Sound, in base64. From revision 2025-03-26; before it, an embedded resource stands in. */
export interface AudioContent {
  readonly type: 'audio'
  readonly data: string
  readonly mimeType: string
  readonly annotations?: Annotations
  readonly _meta?: Meta
}

/** A resource that the client may read. From revision 2025-06-18; before it, a text stands in. */
export interface ResourceLink extends Resource {
  readonly type: 'resource_link'
}

/** What reading a resource gives: text, or base64 of bytes. */
export type ResourceContents = {
  readonly uri: string
  readonly mimeType?: string
  readonly _meta?: Meta
} & ({ readonly text: string } | { readonly blob: string })

/** A resource carried along. */
export interface EmbeddedResource {
  readonly type: 'resource'
  readonly resource: ResourceContents
  readonly annotations?: Annotations
  readonly _meta?: Meta
}

/** Anything that a tool result or a prompt message may hold. */
export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource

/** One message of a prompt. */
export interface PromptMessage {
  readonly role: Role
  readonly content: ContentBlock
}

/** Marks a {@link CallToolResult} whose value is no object by its schema, although this one may be. */
export const WRAPPED_VALUE: unique symbol = Symbol('wrapped value')

/** What `tools/call` gives, before a revision shapes it. */
export interface CallToolResult {
  readonly content: readonly ContentBlock[]
  /** Any JSON value; `undefined` when there is none. */
  readonly structuredContent?: Json
  readonly isError?: boolean
  readonly _meta?: Meta
  readonly [WRAPPED_VALUE]?: true
}

/** What `resources/read` gives. */
export interface ReadResourceResult {
  readonly contents: readonly ResourceContents[]
  readonly _meta?: Meta
}

/** What `prompts/get` gives. */
export interface GetPromptResult {
  readonly description?: string
  readonly messages: readonly PromptMessage[]
  readonly _meta?: Meta
}

/** What `completion/complete` gives. */
export interface CompleteResult {
  readonly completion: {
    /** At most 100. */
    readonly values: readonly string[]
    readonly total?: number
    readonly hasMore?: boolean
  }
  readonly _meta?: Meta
}

/** Who calls, when the host or the authorization of the server has found out. */
export interface AuthInfo {
  readonly token: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Seconds since 1970. */
  readonly expiresAt?: number
  /** The resource that the token was issued for. */
  readonly resource?: URL
  readonly extra?: Readonly<Record<string, unknown>>
}

/** How long and for whom a result may be kept (2026-07-28, Caching). */
export interface CacheHint {
  /** Milliseconds; 0 by default: stale at once. */
  readonly ttlMs?: number
  readonly scope?: 'public' | 'private'
}

/** A place in the file system that the client lets the server work in. */
export interface Root {
  /** A `file:` URI. */
  readonly uri: string
  readonly name?: string
  readonly _meta?: Meta
}

/** The model wants to use a tool. From revision 2025-11-25. */
export interface ToolUseContent {
  readonly type: 'tool_use'
  readonly id: string
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
  readonly _meta?: Meta
}

/** What came of a tool that the model used. From revision 2025-11-25. */
export interface ToolResultContent {
  readonly type: 'tool_result'
  readonly toolUseId: string
  readonly content: readonly ContentBlock[]
  readonly structuredContent?: unknown
  readonly isError?: boolean
  readonly _meta?: Meta
}

/** What a message of a conversation with a model holds. */
export type SamplingContent = TextContent | ImageContent | AudioContent | ToolUseContent | ToolResultContent

/** A message of a conversation with a model. Several contents from revision 2025-11-25. */
export interface SamplingMessage {
  readonly role: Role
  readonly content: SamplingContent | readonly SamplingContent[]
  readonly _meta?: Meta
}

/** What matters in the choice of a model, from 0 to 1, and which names to look for. */
export interface ModelPreferences {
  readonly hints?: readonly { readonly name?: string }[]
  readonly costPriority?: number
  readonly speedPriority?: number
  readonly intelligencePriority?: number
}

/** What `ctx.sample` takes (Sampling, Creating Messages). */
export interface SampleParams {
  readonly messages: readonly SamplingMessage[]
  readonly maxTokens: number
  readonly systemPrompt?: string
  readonly modelPreferences?: ModelPreferences
  readonly includeContext?: 'none' | 'thisServer' | 'allServers'
  readonly temperature?: number
  readonly stopSequences?: readonly string[]
  readonly metadata?: JsonObject
  /** From revision 2025-11-25. */
  readonly tools?: readonly Tool[]
  /** From revision 2025-11-25. */
  readonly toolChoice?: { readonly mode?: 'auto' | 'required' | 'none' }
}

/** What a model said. */
export interface SampleResult extends SamplingMessage {
  readonly model: string
  readonly stopReason?: string
}

/** The answer to a question: only the accepted one has content. */
export type ElicitAnswer<Content> =
  | { readonly action: 'accept'; readonly content: Content }
  | { readonly action: 'decline' }
  | { readonly action: 'cancel' }
