import { UNNAMED_REVISION } from '../../protocol/index.ts'
import { unsupportedVersion } from '../../protocol/negotiate.ts'
import type { Revision } from '../../protocol/revision.ts'
import type { ServerRuntime } from '../../server/runtime.ts'
import type { Notification, Request, Response } from '../../wire/message.ts'
import { type Correspondent, refusedBatch, takeBatch, takeOneWay, takeRequest } from './correspondent.ts'
import type { Exchange } from './exchange.ts'
import {
  CLOSING,
  type Headers,
  type HttpError,
  invalidRequest,
  isRefused,
  legacyVersionError,
  refuse,
  respondError,
  turnAway,
  unavailable,
} from './refuse.ts'
import { Session } from './session.ts'
import { SESSION_ID, SessionEndpoint } from './session-endpoint.ts'
import { Sessionless } from './sessionless.ts'

/** The revisions that begin with `initialize`, over HTTP: within a session where a message names one, else without. */
export class StatefulEndpoint {
  /** Undefined when no revision that is served has sessions, or when they are switched off. */
  readonly sessions: SessionEndpoint | undefined
  readonly #runtime: ServerRuntime
  /** What is spoken by a client that does not say. */
  readonly #unnamed: Revision

  constructor(runtime: ServerRuntime) {
    const { served, sessions } = runtime.settings
    const { newestStateful, newestStateless, byVersion } = served
    this.sessions = sessions && newestStateful && new SessionEndpoint(runtime, sessions, newestStateful)
    this.#runtime = runtime
    // One of the last two is always there.
    this.#unnamed = byVersion.get(UNNAMED_REVISION.version) ?? newestStateful ?? (newestStateless as Revision)
  }

  request(exchange: Exchange, headers: Headers, request: Request): void {
    const { served } = this.#runtime.settings
    const { newestStateful } = served
    if (!newestStateful) {
      const error = unsupportedVersion(served, request.params?.['protocolVersion'])
      return respondError(exchange, headers, 400, request.id, error)
    }
    const opens = request.method === 'initialize' && !this.namesSession(exchange)
    if (opens && this.sessions) return this.sessions.open(exchange, headers, request)
    const to = opens ? new Sessionless(this.#runtime, newestStateful) : this.#find(exchange)
    if (!isRefused(to)) return takeRequest(to, exchange, headers, request)
    respondError(exchange, headers, to.status, request.id, invalidRequest(to.message))
  }

  /** A notification, or a response: there is nothing to answer. */
  oneWay(exchange: Exchange, headers: Headers, message: Notification | Response): void {
    const { closed, settings } = this.#runtime
    const to = this.#find(exchange)
    if (isRefused(to)) return turnAway(exchange, settings.served, headers, to)
    // What drains may wait for just this answer.
    if (closed && !(to instanceof Session)) return unavailable(exchange, settings.served, headers, CLOSING)
    if (message.kind === 'response' && to.revision.conversation === 'stateless') {
      const error = invalidRequest('A response answers nothing: servers send no requests')
      return refuse(exchange, settings.served, headers, 400, error)
    }
    takeOneWay(to, exchange, headers, message)
  }

  batch(exchange: Exchange, headers: Headers, items: readonly unknown[]): void {
    const { served } = this.#runtime.settings
    const to = this.#find(exchange)
    if (isRefused(to)) return turnAway(exchange, served, headers, to)
    const refused = refusedBatch(to.revision, items)
    if (refused) return refuse(exchange, served, headers, 400, refused)
    takeBatch(to, exchange, headers, items)
  }

  /** Whether a request belongs to a session, or says so. */
  namesSession(exchange: Exchange): boolean {
    return this.sessions !== undefined && exchange.header(SESSION_ID) !== undefined
  }

  /** Who takes in a message. */
  #find(exchange: Exchange): Correspondent | HttpError {
    const { served } = this.#runtime.settings
    const header = exchange.header('mcp-protocol-version')
    const named = header === undefined ? undefined : served.byVersion.get(header)
    if (header !== undefined && !named) return legacyVersionError(header, served)
    if (this.sessions && exchange.header(SESSION_ID) !== undefined && named?.conversation !== 'stateless') {
      return this.sessions.find(exchange)
    }
    return new Sessionless(this.#runtime, named ?? this.#unnamed)
  }
}
