import type { ServerRuntime } from '../../server/runtime.ts'
import { readMessage } from '../../wire/message.ts'
import { admit, answerOptions, whenStarted } from './admit.ts'
import { takeBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { Guard } from './guard.ts'
import { checkTypes } from './media-types.ts'
import { CLOSING, type Headers, type HttpError, missingId, respondError, turnAway, unavailable } from './refuse.ts'
import { StatefulEndpoint } from './stateful.ts'
import { answerStateless, isStateless } from './stateless.ts'

/** The one address of Streamable HTTP: every revision, and both conversations. */
export class HttpEndpoint {
  readonly #runtime: ServerRuntime
  readonly #guard: Guard
  readonly #stateful: StatefulEndpoint
  /** The methods of HTTP that it has. */
  readonly #allow: string

  constructor(runtime: ServerRuntime) {
    this.#runtime = runtime
    this.#guard = new Guard(runtime.settings)
    this.#stateful = new StatefulEndpoint(runtime)
    this.#allow = this.#stateful.sessions ? 'GET, POST, DELETE, OPTIONS' : 'POST, OPTIONS'
  }

  /** Answers one HTTP request. */
  handle(exchange: Exchange): void {
    const cors = admit(exchange, this.#guard, this.#runtime.settings)
    if (!cors) return
    const { sessions } = this.#stateful
    switch (exchange.method) {
      case 'POST':
        return this.#open(exchange, cors)
      case 'OPTIONS':
        return answerOptions(exchange, cors, this.#allow)
      case 'GET':
        return sessions ? sessions.get(exchange, cors) : this.#notAllowed(exchange, cors)
      case 'DELETE':
        return sessions ? sessions.delete(exchange, cors) : this.#notAllowed(exchange, cors)
      default:
        return this.#notAllowed(exchange, cors)
    }
  }

  #notAllowed(exchange: Exchange, cors: Headers): void {
    const message = `${exchange.method} is not allowed here: send messages with POST`
    this.#refuse(exchange, { allow: this.#allow, ...cors }, { status: 405, message })
  }

  #open(exchange: Exchange, cors: Headers): void {
    // While it drains, answers to what was asked of a client must still come in.
    if (this.#runtime.closed && !this.#stateful.namesSession(exchange)) return this.#closing(exchange, cors)
    whenStarted(this.#runtime, exchange, cors, () => this.#post(exchange, cors))
  }

  #post(exchange: Exchange, cors: Headers): void {
    const { settings } = this.#runtime
    const refused = checkTypes(exchange, settings.responseMode)
    if (refused) return this.#refuse(exchange, cors, refused)
    takeBody(exchange, settings, cors, (value) => this.#take(exchange, cors, value))
  }

  #take(exchange: Exchange, cors: Headers, value: unknown): void {
    const { served } = this.#runtime.settings
    if (Array.isArray(value)) return this.#batch(exchange, cors, value)
    const message = readMessage(value)
    switch (message.kind) {
      case 'invalid':
        return respondError(exchange, cors, 400, message.id ?? missingId(exchange, served), message.error)
      case 'request':
        // It may have been closed while the body came in.
        if (this.#runtime.closed) return this.#closing(exchange, cors)
        return isStateless(served, exchange, message)
          ? answerStateless(this.#runtime, exchange, cors, message)
          : this.#stateful.request(exchange, cors, message)
      default:
        return this.#stateful.oneWay(exchange, cors, message)
    }
  }

  #batch(exchange: Exchange, cors: Headers, items: readonly unknown[]): void {
    if (this.#runtime.closed) this.#closing(exchange, cors)
    else this.#stateful.batch(exchange, cors, items)
  }

  #refuse(exchange: Exchange, headers: Headers, error: HttpError): void {
    turnAway(exchange, this.#runtime.settings.served, headers, error)
  }

  #closing(exchange: Exchange, cors: Headers): void {
    unavailable(exchange, this.#runtime.settings.served, cors, CLOSING)
  }
}
