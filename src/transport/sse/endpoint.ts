import { carried, type Served } from '../../protocol/negotiate.ts'
import { principalOf } from '../../server/principal.ts'
import type { ServerRuntime } from '../../server/runtime.ts'
import type { SseSettings } from '../../server/settings.ts'
import { accepts } from '../../wire/media-type.ts'
import { readMessage } from '../../wire/message.ts'
import type { Connections } from '../connections.ts'
import { admit, answerOptions, whenStarted } from '../http/admit.ts'
import { takeBody } from '../http/body.ts'
import type { Exchange } from '../http/exchange.ts'
import { Guard } from '../http/guard.ts'
import { checkContentType } from '../http/media-types.ts'
import {
  CLOSING,
  type Headers,
  type HttpError,
  isRefused,
  missingId,
  respondError,
  turnAway,
  unavailable,
} from '../http/refuse.ts'
import type { Serving } from '../serving.ts'
import { type Asked, type SseAddress, sseAddress } from './addresses.ts'
import { SseTransport } from './transport.ts'

const SESSION_ID = 'sessionId'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const NO_EVENTS: HttpError = { status: 406, message: 'Accept must list text/event-stream' }
const NO_SESSION: HttpError = {
  status: 400,
  message: `The query has no "${SESSION_ID}" of ours: post to the URI that the stream names in its first event`,
}
const UNKNOWN_SESSION: HttpError = {
  status: 404,
  message: 'There is no such session, or no longer: open a new stream',
}

/** How an address is used. */
const USES = {
  stream: { method: 'GET', allow: 'GET, OPTIONS', use: 'open the stream with GET' },
  messages: { method: 'POST', allow: 'POST, OPTIONS', use: 'send messages with POST' },
} as const

/** A client that reads a stream. */
interface Client {
  readonly serving: Serving
  /** Who has opened it. */
  readonly principal: string | undefined
}

/** 2024-11-05 Transports, HTTP with SSE: what clients post to one address is answered on the stream of another. */
export class SseEndpoint {
  readonly #runtime: ServerRuntime
  readonly #connections: Connections
  readonly #settings: SseSettings
  readonly #guard: Guard
  readonly #served: Served
  readonly #clients = new Map<string, Client>()

  constructor(runtime: ServerRuntime, connections: Connections, settings: SseSettings) {
    this.#runtime = runtime
    this.#connections = connections
    this.#settings = settings
    this.#guard = new Guard(runtime.settings)
    this.#served = carried(runtime.settings.served, ({ http }) => http.sse)
  }

  /** What answers a request; undefined for one to neither of the two addresses. */
  answerTo(asked: Asked): ((exchange: Exchange) => void) | undefined {
    const address = sseAddress(this.#settings, this.#runtime.settings, asked)
    return address && ((exchange) => this.#handle(exchange, address))
  }

  #handle(exchange: Exchange, address: SseAddress): void {
    const cors = admit(exchange, this.#guard, this.#runtime.settings)
    if (!cors) return
    const { method, allow, use } = USES[address.kind]
    if (exchange.method === 'OPTIONS') return answerOptions(exchange, cors, allow)
    if (exchange.method !== method) {
      const message = `${exchange.method} is not allowed here: ${use}`
      return this.#refuse(exchange, { allow, ...cors }, { status: 405, message })
    }
    if (address.kind === 'messages') return this.#post(exchange, cors)
    whenStarted(this.#runtime, exchange, cors, () => this.#open(exchange, cors, address.messagesAt))
  }

  #open(exchange: Exchange, cors: Headers, messagesAt: string): void {
    const { closed, settings } = this.#runtime
    if (closed) return unavailable(exchange, settings.served, cors, CLOSING)
    if (!accepts(exchange.header('accept'), 'text/event-stream')) return this.#refuse(exchange, cors, NO_EVENTS)
    const { max } = this.#settings
    if (this.#clients.size >= max) {
      settings.logger.warn(`refused a stream: there are ${max}; see sessions.max`)
      return unavailable(exchange, settings.served, cors, 'There are too many sessions')
    }
    const id = crypto.randomUUID()
    const transport = new SseTransport(exchange, settings, cors, `${messagesAt}?${SESSION_ID}=${id}`)
    const serving = this.#connections.open(transport, { surroundings: exchange, served: this.#served })
    this.#clients.set(id, { serving, principal: principalOf(exchange.auth) })
    void serving.over.then(() => this.#clients.delete(id))
    void serving.start()
  }

  #post(exchange: Exchange, cors: Headers): void {
    const { settings } = this.#runtime
    const found = this.#find(exchange)
    const refused = isRefused(found) ? found : checkContentType(exchange)
    if (refused) return this.#refuse(exchange, cors, refused)
    takeBody(exchange, settings, cors, (value) => {
      // It may have ended while the body came in.
      const serving = this.#find(exchange)
      if (isRefused(serving)) return this.#refuse(exchange, cors, serving)
      const message = Array.isArray(value) ? undefined : readMessage(value)
      if (message?.kind === 'invalid') {
        const id = message.id ?? missingId(exchange, settings.served)
        return respondError(exchange, cors, 400, id, message.error)
      }
      exchange.respond(202, cors)
      serving.connection.receive(value, exchange)
    })
  }

  #find(exchange: Exchange): Serving | HttpError {
    const { logger } = this.#runtime.settings
    const id = exchange.http?.url.searchParams.get(SESSION_ID)
    if (!id || !UUID.test(id)) return NO_SESSION
    const client = this.#clients.get(id)
    if (!client) {
      logger.info('refused a message to a stream that has ended or is on another replica')
      return UNKNOWN_SESSION
    }
    if (client.principal === principalOf(exchange.auth)) return client.serving
    // Whoever finds an id must not learn from the answer that it is one.
    logger.warn('refused a message to a stream that somebody else has opened')
    return UNKNOWN_SESSION
  }

  #refuse(exchange: Exchange, headers: Headers, error: HttpError): void {
    turnAway(exchange, this.#runtime.settings.served, headers, error)
  }
}
