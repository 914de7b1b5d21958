import type { Logger } from '../model/logger.ts'
import type { AuthInfo, CacheHint } from '../model/types.ts'
import type { Transport } from '../peer/transport.ts'
import type { ProtocolVersion } from '../protocol/index.ts'
import type { Notify } from './changes.ts'
import type { Definition } from './definition.ts'

/** What was going on when something failed. */
export interface FailureFacts {
  readonly method: string
  readonly requestId: string | number | undefined
  /** The number that a masked error shows to the client. */
  readonly reference: string | undefined
}

/** How the state of a call travels through the client between rounds (2026-07-28). */
export interface RequestStateOptions {
  /** Secrets of at least 32 bytes, the same on every replica: the first seals, all open. Random by default. */
  readonly keys?: readonly (string | Uint8Array)[]
  /** Milliseconds that a client may take for its answer; 600,000 by default. */
  readonly ttlMs?: number
  /** How large the sealed state may grow. */
  readonly maxBytes?: number
}

/** One event of a stream, as an event store keeps it. */
export interface StoredEvent {
  /** Its place in the stream: 1, 2, 3 and so on. */
  readonly number: number
  /** A JSON-RPC message. */
  readonly data: string
}

/**
 * Keeps what the event streams of sessions have sent, so that a client whose connection broke gets the rest (2025-11-25
 * Streamable HTTP, Resumability and Redelivery). A store that throws, rejects or does not settle within five
 * seconds costs its stream the resumption, never the answer. The sessions themselves stay with the runtime that opened them.
 */
export interface EventStore {
  /**
   * Keeps an event behind those that the stream has. Called in the order of the numbers, without waiting for the one
   * before.
   */
  append(stream: string, event: StoredEvent): void | Promise<void>
  /** The events of a stream whose number is greater than `after`, in order, as far as they are still kept. */
  read(stream: string, after: number): readonly StoredEvent[] | Promise<readonly StoredEvent[]>
  /** Forgets a stream. */
  remove(stream: string): void | Promise<void>
}

/** Sessions over Streamable HTTP, for the revisions that have them. */
export interface SessionOptions {
  /** Milliseconds after which a session ends in which nothing is in flight and no stream is open; 1,800,000 by default. */
  readonly idleMs?: number
  /** How many sessions there may be; 10,000 by default. One more ends the one that has been idle for longest. */
  readonly max?: number
  /** Where the events of streams are kept; in memory by default, bounded by count, size and age. */
  readonly store?: EventStore
  /** Whether a client whose connection broke gets the rest of a stream when it comes back; it does by default. */
  readonly resume?: boolean
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
  /**
   * Whether `upgrade` answers, and `listen` with it; it does by default. `maxMessageBytes` is the size of one message,
   * 4 MiB by default.
   */
  readonly websocket?: boolean | { readonly maxMessageBytes?: number }
  /**
   * Whether to serve HTTP with SSE as well, the transport of 2024-11-05, for clients that know no other; off by default.
   * `path` is where streams are opened, `/sse` by default, and `messagePath` where messages are posted to, `/messages`
   * by default. Under a prefix they are part of `root`.
   */
  readonly sse?: boolean | { readonly path?: string; readonly messagePath?: string }
  /** The path of a health check; none by default. `true` is `/health`. */
  readonly health?: boolean | string
  /** Whether unexpected errors reach clients as a reference number only; by default where `NODE_ENV` is `production`. */
  readonly maskErrors?: boolean
  /** `console` by default. */
  readonly logger?: Logger
  /** Sessions over HTTP, for the revisions that have them; on by default. Without, each request stands alone. */
  readonly sessions?: false | SessionOptions
  /** How the state of a call travels through the client between rounds. */
  readonly requestState?: RequestStateOptions
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
  readonly rawHeaders?: readonly string[]
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

/** What the socket of an upgrade is here: any duplex stream of Node, such as that of `net` or `tls`. */
export interface NodeSocket {
  readonly destroyed: boolean
  readonly readableEnded?: boolean
  readonly writableLength: number
  write(bytes: Uint8Array): boolean
  end(): unknown
  cork(): unknown
  uncork(): unknown
  pause(): unknown
  resume(): unknown
  unshift(bytes: Uint8Array): unknown
  destroy(): unknown
  setNoDelay?(on: boolean): unknown
  setTimeout?(timeout: number): unknown
  on(event: string, listener: (...args: never[]) => void): unknown
  once(event: string, listener: (...args: never[]) => void): unknown
}

/**
 * A handler for the `upgrade` event of Node's http servers.
 * @param head the first bytes of what follows the request
 * @param next called with what is not the server's own, where the host has more than one
 */
export type UpgradeHandler = (request: NodeRequest, socket: NodeSocket, head: Uint8Array, next?: () => void) => void

/** A handler for hosts that speak `Request` and `Response`. */
export type FetchHandler = (request: Request) => Promise<Response>

/** What is known of a client that comes over a transport of its own. */
export interface ConnectOptions {
  /** Who calls, where the host has found out. */
  readonly auth?: AuthInfo
}

/** Any server made by `createServer`, whatever its types. */
export interface AnyServer {
  readonly '~definition': Definition
}

/** A server that is bound: what lives. */
export interface Runtime {
  /** Streamable HTTP for Node. */
  readonly handler: NodeHandler
  /** WebSocket for Node: `httpServer.on('upgrade', runtime.upgrade)`. */
  readonly upgrade: UpgradeHandler
  /** Streamable HTTP for `Request` and `Response`. */
  readonly fetch: FetchHandler
  /** What belongs to the root of a host app, where `handler` is mounted under a prefix: the health check, and HTTP with SSE. */
  readonly root: NodeHandler
  /** Tells every client that listens what has changed. */
  readonly notify: Notify
  /**
   * Serves one client over a transport, on every revision, until the conversation is over: the other side has closed,
   * was lost or given up, or `close` has ended it. A runtime that is closed already closes the transport at once.
   *
   * @throws DefinitionError when it is no transport, the error of a lifespan that fails to start, or that of a
   *   transport that does. What the other side does is no error
   */
  connect(transport: Transport, options?: ConnectOptions): Promise<void>
  /**
   * Speaks over stdin and stdout on Node. Resolves when the client has closed stdin and everything in flight has been
   * answered; that closes the runtime. What else writes to stdout meanwhile goes to stderr.
   */
  stdio(): Promise<void>
  /**
   * Serves another definition from here on, under the connections that there are. Requests that have begun end as they
   * began; those that come later see only the new one. Clients that listen hear which of the lists have changed, as far as
   * they were told at the beginning that there would be such a list.
   *
   * A lifespan function that both definitions have runs on, with its value. New ones start before the first request sees
   * the new definition; those that are gone end after the last request that began with the old one.
   *
   * Several are applied in the order of the calls. Resolves once the new definition is served. Rejects, and everything
   * stays as it was, when the definition is empty (`DefinitionError`), with the error of a lifespan that fails to
   * start, and after `close` (`AbortedError`).
   */
  replace(next: AnyServer): Promise<void>
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
