import type { Block, Messages, Result } from '../model/content.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { InferInput, InferOutput, Schema } from '../model/schema/index.ts'
import type {
  Annotations,
  AuthInfo,
  CacheHint,
  Icon,
  Implementation,
  Meta,
  Resource,
  ToolAnnotations,
} from '../model/types.ts'
import type { Context } from './context.ts'
import type { HttpInfo } from './incoming.ts'

/** What `createServer` takes: who the server is, and how a model should use it. */
export interface ServerInfo extends Implementation {
  /** For the model: what the server is for, and how its parts work together. */
  readonly instructions?: string
}

/** Whether an entry is there for a caller. What it hides is neither listed nor callable. */
export type Enabled = (facts: { readonly auth: AuthInfo | undefined }) => MaybePromise<boolean>

/** The arguments of a handler: what its schema gives, or nothing. */
export type ArgumentsOf<Input> = Input extends Schema ? InferOutput<Input> : Readonly<Record<never, never>>

/** What a tool with `output` may return: what its schema takes, or a result made by hand around it. */
export type OutputOf<Output extends Schema> = InferInput<Output> | Result

interface Described {
  /** For people. */
  readonly title?: string
  /** For the model. Taken from the schema where it has one. */
  readonly description?: string
  readonly icons?: readonly Icon[]
  /** Becomes `_meta` of the listing. */
  readonly meta?: Meta
  readonly enabled?: Enabled
}

/** What `.tool(name, options, handler)` takes. */
export interface ToolOptions<Input = Schema | undefined, Output = Schema | undefined> extends Described {
  /** The schema of the arguments: an object. */
  readonly input?: Input
  /** The schema of what the handler returns. The parsed value is sent. */
  readonly output?: Output
  readonly annotations?: ToolAnnotations
  /** Milliseconds that the handler may take; `timeoutMs` of the runtime by default. */
  readonly timeoutMs?: number
}

/** Suggests values of one variable, the best first. At most 100 reach the client. */
export type Completer<Ctx> = (
  value: string,
  context: Ctx & { readonly arguments: Readonly<Record<string, string>> },
) => MaybePromise<readonly string[]>

/** What `.prompt(name, options, handler)` takes. */
export interface PromptOptions<Input, Ctx> extends Described {
  /** The schema of the arguments, which are strings on the wire. */
  readonly input?: Input
  /** Completions by argument. A picklist completes itself. */
  readonly complete?: Input extends Schema
    ? { readonly [Name in keyof InferInput<Input>]?: Completer<Ctx> }
    : Readonly<Record<string, Completer<Ctx>>>
}

/** A resource as a template's `list` names it. */
export interface ListedResource extends Omit<Resource, 'name' | '_meta'> {
  /** The URI by default. */
  readonly name?: string
  readonly meta?: Meta
}

/** What `.resource(uri, options, handler)` takes. */
export interface ResourceOptions<Variables, Ctx> extends Described {
  /** The URI by default. */
  readonly name?: string
  /** By default `text/plain` for strings, `application/json` for JSON, and what the first bytes of bytes say. */
  readonly mimeType?: string
  /** In bytes. */
  readonly size?: number
  readonly annotations?: Annotations
  /** For a template: the resources that exist, for `resources/list`. */
  readonly list?: (context: Ctx) => MaybePromise<readonly (string | ListedResource)[]>
  /** For a template: completions by variable. */
  readonly complete?: { readonly [Name in keyof Variables]?: Completer<Ctx> }
  /**
   * Watches what is behind a URI from its first subscriber to its last, and calls `notify` when it has changed.
   * Returns what ends that.
   */
  readonly watch?: (uri: string, notify: () => void) => MaybePromise<() => unknown>
  /** How long and for whom a client may keep what it has read. */
  readonly cache?: CacheHint
  /** For a template: the variables that may hold `..`, absolute paths or NUL; `true` for all. */
  readonly allowUnsafe?: true | readonly (keyof Variables & string)[]
}

/** What reading a resource within a handler gives. */
export interface ReadableContents {
  readonly contents: readonly {
    readonly uri: string
    readonly mimeType?: string
    readonly text?: string
    readonly blob?: string
  }[]
}

/** What a prompt returns. */
export type PromptReturn = string | Messages | readonly (string | Messages | Block)[] | Block

declare const ADDED: unique symbol

/** What `next` gives: the answer of what it wraps, and, in its type, the context that was added. */
export interface Passed<Added = unknown> {
  readonly [ADDED]: Added
}

/** Goes on to what a layer wraps, with more context. */
export type Next = <Added extends object = Record<never, never>>(added?: Added) => Promise<Passed<Added>>

/** The context that a layer adds, read from what it returns. */
export type AddedBy<Returned> =
  Extract<Awaited<Returned>, Passed> extends Passed<infer Added> ? Added : Record<never, never>

/** A message as `.intercept` sees it. */
export interface InterceptedMessage {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>> | undefined
  /** Undefined for a notification. */
  readonly id: string | number | undefined
  readonly auth: AuthInfo | undefined
  readonly http: HttpInfo | undefined
  readonly signal: AbortSignal
}

/**
 * Wraps every message. `next()` goes on, `next(params)` with other parameters; it resolves to the result, and
 * rejects with what will be sent as an error. Return that result, or another object; nothing for a notification.
 */
export type Interceptor = (
  message: InterceptedMessage,
  next: (params?: Readonly<Record<string, unknown>>) => Promise<unknown>,
) => unknown

/** The schemas of a vendor method. */
export interface MethodSchemas<Params = Schema | undefined, Output = Schema | undefined> {
  readonly params?: Params
  readonly result?: Output
}

/** What a lifespan function may be. */
export type LifespanStart<Value> = () => AsyncGenerator<Value, unknown, unknown> | MaybePromise<Value>

/** What a lifespan adds to the context; one that gives no value adds nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: it stands for what a function returns
export type WithLifespan<Value> = [Value] extends [void] ? unknown : { readonly lifespan: Value }

/** What `createServer<Needs>` says that its handlers find in their context once it is merged. */
export type WithNeeds<Needs> = Context & Needs

/** What one `.merge` may rename. */
export interface MergeOptions<Prefix extends string> {
  /** Tools and prompts become `prefix_name`, resources `scheme://prefix/rest`. Letters, digits, `_`, `-` and `.`. */
  readonly prefix?: Prefix
}
