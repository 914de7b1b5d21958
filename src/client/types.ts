import type { Logger } from '../model/logger.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type {
  CallToolResult,
  ElicitAnswer,
  LoggingLevel,
  Meta,
  Root,
  SampleParams,
  SampleResult,
} from '../model/types.ts'
import type { ProtocolVersion } from '../protocol/index.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import type { CacheOptions } from './cache/types.ts'

/** How far a call has come (Progress). */
export interface Progress {
  readonly progress: number
  readonly total?: number
  readonly message?: string
}

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up: it rejects with an `AbortedError`, and the server is told. */
  readonly signal?: AbortSignal
  /**
   * Milliseconds that the server may be silent about the call; 60,000 by default. Progress that is listened to counts as a
   * sign of life, and while the server waits for an answer of this side, its time stands still.
   */
  readonly timeoutMs?: number
  /** Milliseconds that the call may take altogether, with all of its rounds; 3,600,000 by default. */
  readonly maxTotalTimeoutMs?: number
  /** Hears how far the call has come. */
  readonly onProgress?: (progress: Progress) => void
  /** Becomes part of the request's `_meta`. */
  readonly meta?: Meta
  /**
   * Whether a kept result will do: `use` takes one that is fresh (the default), `refresh` asks the server and keeps what it
   * says, `bypass` asks it and leaves the cache as it is. A call with `meta` always asks.
   */
  readonly cache?: 'use' | 'refresh' | 'bypass'
}

/** What a server wants to know from the user (Elicitation): a form to fill in, or a page to visit. */
export type ElicitationAsk =
  | { readonly mode: 'form'; readonly message: string; readonly requestedSchema: JsonObject; readonly meta?: Meta }
  | {
      readonly mode: 'url'
      readonly message: string
      readonly url: string
      readonly elicitationId?: string
      readonly meta?: Meta
    }

/** What a callback finds beside what is asked. */
export interface AskContext {
  /** Aborts when the answer is not wanted any more. */
  readonly signal: AbortSignal
}

/** Content of a form: what the user has filled in. */
export type FormContent = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** What a user answered. `content` belongs to an accepted form; what it leaves out is filled in from the defaults. */
export type ElicitationAnswer =
  | ElicitAnswer<FormContent>
  | { readonly action: 'accept'; readonly content?: FormContent }

/** Answers what the server asks of the user. */
export type ElicitationHandler = (ask: ElicitationAsk, context: AskContext) => MaybePromise<ElicitationAnswer>

/** What `.elicitation` takes besides the handler. */
export interface ElicitationOptions {
  /** What the handler can show; both by default. */
  readonly modes?: readonly ('form' | 'url')[]
  /** Hears which page the user is done with (2025-11-25 Elicitation). */
  readonly onComplete?: (elicitationId: string) => void
}

/** Asks a model for the server. */
export type SamplingHandler = (params: SampleParams, context: AskContext) => MaybePromise<SampleResult>

/** The folders that the server may work in. */
export type RootsSource = readonly Root[] | ((context: AskContext) => MaybePromise<readonly Root[]>)

/** A log message of the server. */
export interface LogMessage {
  readonly level: LoggingLevel
  readonly logger?: string
  readonly data: Json
}

/** Hears what the server logs. */
export type LoggingHandler = (message: LogMessage) => void

/** A call as a layer sees it. */
export interface ClientCall {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal | undefined
}

/** Wraps every call: `next()` goes on, `next(params)` with other parameters. Returns the result, or another one. */
export type ClientLayer = (
  call: ClientCall,
  next: (params?: Readonly<Record<string, unknown>>) => Promise<unknown>,
) => MaybePromise<unknown>

/** What a server said that it does not want this caller, over HTTP. */
export interface AuthChallenge {
  readonly url: string
  readonly status: 401 | 403
  /** The header `WWW-Authenticate`; undefined where there is none. */
  readonly header: string | undefined
}

/** Who this client is towards servers over HTTP and WebSocket. */
export interface ClientAuth {
  /** The headers of a request. Called for each one. */
  headers(request: { readonly url: string; readonly method: string }): MaybePromise<Readonly<Record<string, string>>>
  /**
   * A server has refused. Once for all requests that were refused meanwhile.
   * @returns whether it is worth trying again, with new headers
   */
  challenged?(challenge: AuthChallenge): MaybePromise<boolean>
}

/** How to come back to a server that was lost, or is not there yet. */
export interface ReconnectOptions {
  /** How many times in a row; 5 by default. */
  readonly attempts?: number
  /** Milliseconds before the first one; 250 by default. Each further one waits twice as long, give or take a quarter. */
  readonly delayMs?: number
  /** The longest wait in milliseconds; 30,000 by default. */
  readonly maxDelayMs?: number
}

/** What `connect` takes besides the target. */
export interface ConnectOptions {
  /** Which revisions to speak; all by default. One of them pins it. */
  readonly revisions?: readonly ProtocolVersion[]
  /** Headers of every HTTP request, and of the handshake of a WebSocket. */
  readonly headers?: Readonly<Record<string, string>>
  /** In place of the platform's: over HTTP, requests are made by it. By default `node:http` on Node, `fetch` elsewhere. */
  readonly fetch?: typeof globalThis.fetch
  /** Gives the connecting up, and only that. */
  readonly signal?: AbortSignal
  /** The default of every call, and how long each step of connecting may take. */
  readonly timeoutMs?: number
  /** The default of every call. */
  readonly maxTotalTimeoutMs?: number
  /** Milliseconds that a probe of the era may take before an ordinary opening is tried; 10,000 by default. */
  readonly probeTimeoutMs?: number
  /** How to come back to a server that was lost. `false`: not at all. */
  readonly reconnect?: false | ReconnectOptions
  /** Milliseconds between pings that find out whether the server is alive; none by default. */
  readonly pingMs?: number
  /** How many rounds of questions one call may take; 10 by default. */
  readonly maxRounds?: number
  /** Whether, where and for how long results are kept, as the server allows (2026-07-28 Caching). In memory by default. */
  readonly cache?: false | CacheOptions
  /** The largest message over HTTP, SSE, WebSocket or a pipe, in bytes; 16 MiB by default. */
  readonly maxMessageBytes?: number
  /** `console` by default, without its `debug`. */
  readonly logger?: Logger
}

/** A process to start as a server, as hosts write it in their configuration. */
export interface CommandTarget {
  readonly command: string
  readonly args?: readonly string[]
  /** Added to a safe part of this process' environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What becomes of its stderr: kept for error messages (the default), passed on, or given line by line to a function. */
  readonly stderr?: 'keep' | 'inherit' | ((line: string) => void)
  /** Milliseconds that each step of ending the process may take; 2,000 by default. */
  readonly graceMs?: number
}

/** What a tool gave: the specification's result, its text, and its value. */
export interface ToolCallResult<Data = unknown> extends Omit<CallToolResult, 'structuredContent'> {
  readonly structuredContent?: unknown
  /** The texts of `content`, with a line break between them. */
  readonly text: string
  /** The structured value; without one, the text where `content` is a single text, else `content`, or nothing. */
  readonly data: Data
}
