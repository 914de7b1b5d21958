import type { AuthInfo, CacheHint } from '../model/types.ts'
import type { ProtocolVersion } from '../protocol/index.ts'
import type { Definition } from './definition.ts'

/** Where the library writes what an operator should know. `console` is one. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void
  info(message: string, ...details: unknown[]): void
  warn(message: string, ...details: unknown[]): void
  error(message: string, ...details: unknown[]): void
}

/** What was going on when something failed. */
export interface FailureFacts {
  readonly method: string
  readonly requestId: string | number | undefined
  /** The number that a masked error shows to the client. */
  readonly reference: string | undefined
}

/** What binds a server to the world. Every member has a default. */
export interface BindOptions {
  /** Where the handler answers, compared with the original URL; `'*'` anywhere. By default at `/mcp`, or at its mount root. */
  readonly path?: string
  /** Which revisions to serve; all by default. */
  readonly revisions?: readonly ProtocolVersion[]
  /** How HTTP answers: `auto` (JSON, until a notification makes it an event stream), always `json`, or always `sse`. */
  readonly responseMode?: 'auto' | 'json' | 'sse'
  /** The `Host` headers to answer, with or without port. By default any, but only loopback names on a loopback address. */
  readonly allowedHosts?: readonly string[]
  /** The browser origins that may call and read; `'*'` for any. Loopback origins by default. */
  readonly allowedOrigins?: readonly string[]
  /** The URL under which clients reach the endpoint: its host and origin are allowed, and `ctx.http.url` begins with it. */
  readonly publicUrl?: string
  /** The size of a request body over HTTP; 4 MiB by default. */
  readonly maxBodyBytes?: number
  /** Milliseconds of silence on a stream before a comment keeps it alive; 15,000 by default. */
  readonly keepAliveMs?: number
  /** Milliseconds that a handler may take; no limit by default. */
  readonly timeoutMs?: number
  /** Entries per page of a list; all on one page by default. */
  readonly pageSize?: number
  /** How long and for whom clients may keep lists: stale at once by default. */
  readonly cache?: CacheHint
  /** The path of a health check; none by default. `true` is `/health`. */
  readonly health?: boolean | string
  /** Whether unexpected errors reach clients as a reference number only; by default where `NODE_ENV` is `production`. */
  readonly maskErrors?: boolean
  /** `console` by default. */
  readonly logger?: Logger
  /** Hears of every unexpected error, after it was logged. */
  readonly onError?: (error: unknown, facts: FailureFacts) => void
}

/** What `listen` takes besides. */
export interface ListenOptions extends BindOptions {
  /** 8000 by default; 0 for any that is free. */
  readonly port?: number
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string
}

/** What a Node request is here: that of `node:http`, of Express, of Fastify's `raw`. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly originalUrl?: string
  readonly baseUrl?: string
  /** What the host has parsed already. */
  readonly body?: unknown
  /** Who calls, where the host has found out. */
  readonly auth?: AuthInfo
  readonly socket?: { readonly localAddress?: string | undefined; readonly encrypted?: boolean } | null
  readonly httpVersionMajor?: number
  on(event: string, listener: (...args: never[]) => void): unknown
  resume(): unknown
}

/** What a Node response is here. */
export interface NodeResponse {
  readonly writableEnded: boolean
  readonly writableLength: number
  readonly headersSent: boolean
  writeHead(status: number, headers: Record<string, string>): unknown
  write(text: string): boolean
  end(text: string): unknown
  destroy(): unknown
  on(event: string, listener: (...args: never[]) => void): unknown
  once(event: string, listener: (...args: never[]) => void): unknown
}

/**
 * A handler for Node's http servers and everything built on them.
 * @param nextOrParsedBody the host's `next`, to which everything goes that is not the server's own; or the parsed body
 */
export type NodeHandler = (request: NodeRequest, response: NodeResponse, nextOrParsedBody?: unknown) => void

/** A handler for hosts that speak `Request` and `Response`. */
export type FetchHandler = (request: Request) => Promise<Response>

/** A server that is bound: what lives. */
export interface Runtime {
  /** Streamable HTTP for Node. */
  readonly handler: NodeHandler
  /** Streamable HTTP for `Request` and `Response`. */
  readonly fetch: FetchHandler
  /** What belongs to the root of a host app, where `handler` is mounted under a prefix: the health check. */
  readonly root: NodeHandler
  /**
   * Accepts nothing more, lets what is in flight end, and undoes the lifespan. Later calls wait for the first.
   * @param options.drainMs milliseconds until what is still in flight is aborted; 10,000 by default
   */
  close(options?: { readonly drainMs?: number }): Promise<void>
}

/** A server that listens. */
export interface Running {
  /** Of the endpoint, with its port and path. */
  readonly url: string
  readonly runtime: Runtime
  /** Stops listening, and closes the runtime. */
  close(options?: { readonly drainMs?: number }): Promise<void>
}

/** What binds definitions to transports; given to the builder, so that it depends on none. */
export interface Faces {
  bind(definition: Definition, options: BindOptions): Runtime
  listen(definition: Definition, options: ListenOptions): Promise<Running>
  stdio(definition: Definition, options: BindOptions): Promise<void>
  run(definition: Definition, options: ListenOptions): Promise<void>
}
