import type { Revision } from '../../protocol/revision.ts'
import { Incoming } from '../../server/incoming.ts'
import { principalOf } from '../../server/principal.ts'
import { type Reply, type ServerRuntime, textOf } from '../../server/runtime.ts'
import type { SessionSettings } from '../../server/settings.ts'
import { accepts } from '../../wire/media-type.ts'
import type { Request } from '../../wire/message.ts'
import type { Exchange } from './exchange.ts'
import { type Headers, type HttpError, isRefused, legacyVersionError, turnAway, unavailable } from './refuse.ts'
import { HttpReply } from './reply.ts'
import type { Session } from './session.ts'
import { Sessions } from './sessions.ts'

export const SESSION_ID = 'mcp-session-id'

const NO_EVENTS: HttpError = { status: 406, message: 'Accept must list text/event-stream' }
const NO_SESSION: HttpError = { status: 400, message: 'Mcp-Session-Id is missing: "initialize" opens a session' }
const UNKNOWN_SESSION: HttpError = {
  status: 404,
  message: 'There is no such session, or no longer: "initialize" without Mcp-Session-Id opens a new one',
}

/** What HTTP says about sessions: how one is opened, found, read and ended (2025-11-25 Streamable HTTP). */
export class SessionEndpoint {
  readonly #runtime: ServerRuntime
  readonly #sessions: Sessions
  readonly #max: number

  constructor(runtime: ServerRuntime, settings: SessionSettings, revision: Revision) {
    this.#runtime = runtime
    this.#sessions = new Sessions(runtime, settings, revision)
    this.#max = settings.max
  }

  /** Answers `initialize`, which opens a session where it succeeds. */
  open(exchange: Exchange, cors: Headers, { id, method, params }: Request): void {
    const { settings } = this.#runtime
    const session = this.#sessions.open(principalOf(exchange.auth))
    if (!session) {
      settings.logger.warn(`refused a session: there are ${this.#max}, and all are busy; see sessions.max`)
      return unavailable(exchange, settings.served, cors, 'There are too many sessions')
    }
    const headers: Headers = { ...cors, [SESSION_ID]: session.id }
    const release = session.hold()
    const reply = new HttpReply(exchange, settings, headers)
    const finish = (answer: Reply): void => {
      // What an interceptor vetoed has not happened.
      if (typeof answer !== 'string' || !session.peer.opened) {
        delete headers[SESSION_ID]
        this.#sessions.end(session, 'the session was not opened')
      }
      release()
      reply.finish(textOf(answer), 200)
    }
    const answer = this.#runtime.answer(new Incoming(id, method, params, reply, session.peer, exchange))
    if (!(answer instanceof Promise)) return finish(answer)
    reply.wait()
    void answer.then(finish)
  }

  /** Opens the stream of a session, or goes on with one that broke off. */
  get(exchange: Exchange, headers: Headers): void {
    if (!accepts(exchange.header('accept'), 'text/event-stream'))
      return turnAway(exchange, this.#runtime.settings.served, headers, NO_EVENTS)
    const session = this.find(exchange)
    if (isRefused(session)) return turnAway(exchange, this.#runtime.settings.served, headers, session)
    const lastEventId = exchange.header('last-event-id')
    const read = lastEventId ? session.resume(exchange, headers, lastEventId) : session.listen(exchange, headers)
    void read.then((unread) => {
      // WHATWG HTML, "Server-sent events": this tells a reader not to come back.
      if (unread === 'over') exchange.respond(204, headers)
      else if (unread) turnAway(exchange, this.#runtime.settings.served, headers, unread)
    })
  }

  /** Ends a session. */
  delete(exchange: Exchange, headers: Headers): void {
    const session = this.find(exchange)
    if (isRefused(session)) return turnAway(exchange, this.#runtime.settings.served, headers, session)
    this.#sessions.end(session, 'the client has ended the session')
    exchange.respond(204, headers)
  }

  /** The session that a request names. */
  find(exchange: Exchange): Session | HttpError {
    const { served, logger } = this.#runtime.settings
    const version = exchange.header('mcp-protocol-version')
    if (version !== undefined && !served.byVersion.has(version)) return legacyVersionError(version, served)
    const id = exchange.header(SESSION_ID)
    if (id === undefined) return NO_SESSION
    const session = this.#sessions.find(id)
    if (!session) {
      logger.info('refused a session that has ended (see sessions.idleMs, sessions.max) or is on another replica')
      return UNKNOWN_SESSION
    }
    if (session.principal === principalOf(exchange.auth)) return session
    // Whoever finds an id must not learn from the answer that it is one.
    logger.warn('refused a session to somebody who has not opened it')
    return UNKNOWN_SESSION
  }
}
