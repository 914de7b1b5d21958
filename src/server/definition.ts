import type { MaybePromise } from '../model/maybe-promise.ts'
import type { CompiledSchema, HeaderParameter, PromptArgument } from '../model/schema/index.ts'
import type { CacheHint, Prompt, Resource, ResourceTemplate, Tool } from '../model/types.ts'
import type { UriTemplate } from '../model/uri-template/index.ts'
import type { Context } from './context.ts'
import type { Completer, Enabled, Interceptor, LifespanStart, ListedResource, ServerInfo } from './types.ts'

/** The user's function. Its types live on the face of the builder; here, arguments are what the schema gave. */
export type Handler = (args: unknown, context: Context) => unknown

/** A middleware. */
export type Layer = (context: Context, next: (added?: object) => Promise<unknown>) => unknown

/** What stood before an entry in the chain, and so belongs to it. */
export interface Scope {
  /** Outermost first. */
  readonly layers: readonly Layer[]
  /** Those of each server around the entry, the entry's own last. */
  readonly lifespans: readonly (readonly LifespanStart<unknown>[])[]
  /** Of merged servers: they wrap the messages to their own entries only. */
  readonly interceptors: readonly Interceptor[]
  /** Puts the prefixes of merging before a URI of the server that the entry comes from. */
  readonly publicUri: (uri: string) => string
}

/** The scope of a chain that has said nothing yet. */
export const NO_SCOPE: Scope = Object.freeze({
  layers: Object.freeze([]),
  lifespans: Object.freeze([]),
  interceptors: Object.freeze([]),
  publicUri: (uri: string) => uri,
})

/** What every entry has. */
interface Base {
  readonly handler: Handler
  readonly scope: Scope
  readonly enabled: Enabled | undefined
}

/** A tool, ready to be planned. */
export interface ToolDefinition extends Base {
  readonly kind: 'tool'
  readonly listing: Tool
  readonly input: CompiledSchema | undefined
  readonly output: CompiledSchema | undefined
  readonly headers: readonly HeaderParameter[]
  readonly timeoutMs: number | undefined
}

/** Watches what is behind a URI, and gives what ends that. */
export type Watch = (uri: string, notify: () => void) => MaybePromise<() => unknown>

/** A resource at one URI. */
export interface ResourceDefinition extends Base {
  readonly kind: 'resource'
  readonly listing: Resource
  readonly watch: Watch | undefined
  readonly cache: CacheHint | undefined
}

/** Completers by the name of what they complete. */
export type Completers = ReadonlyMap<string, Completer<Context>>

/** Resources at every URI that matches a template. */
export interface TemplateDefinition extends Base {
  readonly kind: 'template'
  readonly listing: ResourceTemplate
  readonly watch: Watch | undefined
  readonly template: UriTemplate
  readonly list: ((context: Context) => MaybePromise<readonly (string | ListedResource)[]>) | undefined
  readonly completers: Completers
  readonly cache: CacheHint | undefined
  /** The variables that may be unsafe; `true` for all. */
  readonly allowUnsafe: true | readonly string[]
}

/** A prompt. */
export interface PromptDefinition extends Base {
  readonly kind: 'prompt'
  readonly listing: Prompt
  readonly input: CompiledSchema | undefined
  readonly arguments: readonly PromptArgument[]
  readonly completers: Completers
}

/** A vendor method, or one that replaces a method of the protocol. */
export interface MethodDefinition extends Base {
  readonly kind: 'method'
  readonly name: string
  readonly params: CompiledSchema | undefined
  readonly result: CompiledSchema | undefined
}

/** Anything that a chain can add. */
export type EntryDefinition =
  | ToolDefinition
  | ResourceDefinition
  | TemplateDefinition
  | PromptDefinition
  | MethodDefinition

/** A server as frozen data: what the chain has said so far. */
export interface Definition {
  readonly info: ServerInfo
  /** By kind and name, in the order of the chain. */
  readonly entries: ReadonlyMap<string, EntryDefinition>
  /** What the next entry will get. */
  readonly scope: Scope
  /** These wrap every message of the server. */
  readonly interceptors: readonly Interceptor[]
  /** Every lifespan, in the order in which they start. */
  readonly lifespans: readonly LifespanStart<unknown>[]
}

/** How an entry is called in error messages: `tool "add"`. */
export const labelOf = (entry: EntryDefinition): string => {
  switch (entry.kind) {
    case 'tool':
    case 'prompt':
      return `${entry.kind} "${entry.listing.name}"`
    case 'resource':
      return `resource "${entry.listing.uri}"`
    case 'template':
      return `resource "${entry.listing.uriTemplate}"`
    case 'method':
      return `method "${entry.name}"`
  }
}
