import { ErrorCode } from '../../errors.ts'
import type { ServerRuntime } from '../../server/runtime.ts'
import type { Parsed } from '../../wire/json.ts'
import { readMessage } from '../../wire/message.ts'
import { checkTypes, parseBody, parseGiven } from './body.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import type { Body, Exchange } from './exchange.ts'
import { Guard } from './guard.ts'
import { CLOSING, type Headers, invalidRequest, missingId, refuse, respondError, unavailable } from './refuse.ts'
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
    const refused = this.#guard.check(exchange)
    if (refused) {
      this.#runtime.settings.logger.warn(refused.advice)
      return this.#refuse(exchange, {}, refused.status, refused.message)
    }
    const cors = corsHeaders(exchange.header('origin'))
    const { sessions } = this.#stateful
    switch (exchange.method) {
      case 'POST':
        return this.#started(exchange, cors)
      case 'OPTIONS':
        return this.#options(exchange, cors)
      case 'GET':
        return sessions ? sessions.get(exchange, cors) : this.#notAllowed(exchange, cors)
      case 'DELETE':
        return sessions ? sessions.delete(exchange, cors) : this.#notAllowed(exchange, cors)
      default:
        return this.#notAllowed(exchange, cors)
    }
  }

  #options(exchange: Exchange, cors: Headers): void {
    const asked = exchange.header('access-control-request-method')
    const preflight = asked === undefined ? {} : preflightHeaders(exchange, this.#allow)
    exchange.respond(204, { allow: this.#allow, ...cors, ...preflight })
  }

  #notAllowed(exchange: Exchange, cors: Headers): void {
    const message = `${exchange.method} is not allowed here: send messages with POST`
    this.#refuse(exchange, { allow: this.#allow, ...cors }, 405, message)
  }

  #started(exchange: Exchange, cors: Headers): void {
    const { closed, ready } = this.#runtime
    // While it drains, answers to what was asked of a client must still come in.
    if (closed && !this.#stateful.namesSession(exchange)) return this.#unavailable(exchange, cors, CLOSING)
    if (ready || closed) return this.#post(exchange, cors)
    this.#runtime.start().then(
      () => this.#post(exchange, cors),
      (error: unknown) => {
        this.#runtime.settings.logger.error('the lifespan failed to start:', error)
        this.#unavailable(exchange, cors, 'The server could not start')
      },
    )
  }

  #post(exchange: Exchange, cors: Headers): void {
    const { responseMode, maxBodyBytes } = this.#runtime.settings
    const refused = checkTypes(exchange, responseMode)
    if (refused) return this.#refuse(exchange, cors, refused.status, refused.message)
    if (exchange.parsedBody !== undefined) return this.#body(exchange, cors, parseGiven(exchange.parsedBody))
    if (Number(exchange.header('content-length')) > maxBodyBytes) return this.#tooLarge(exchange, cors)
    exchange.readBody(maxBodyBytes, (body: Body) => {
      if (body === 'too large') this.#tooLarge(exchange, cors)
      else if (body === 'taken') this.#taken(exchange, cors)
      else this.#body(exchange, cors, parseBody(body))
    })
  }

  #taken(exchange: Exchange, cors: Headers): void {
    const { logger, served } = this.#runtime.settings
    logger.error(
      'the host has read the body of a request and passed nothing on: give what it parsed to handler as its third ' +
        'argument, or as request.body; to fetch, give the request unread',
    )
    const message = 'The body was read before it came here'
    refuse(exchange, served, cors, 500, { code: ErrorCode.InternalError, message })
  }

  #tooLarge(exchange: Exchange, cors: Headers): void {
    const message = `The body is larger than ${this.#runtime.settings.maxBodyBytes} bytes`
    this.#refuse(exchange, { connection: 'close', ...cors }, 413, message)
  }

  #body(exchange: Exchange, cors: Headers, body: Parsed): void {
    const { served } = this.#runtime.settings
    if (!body.ok) {
      const error = { code: ErrorCode.ParseError, message: `Parse error: ${body.reason}` }
      return refuse(exchange, served, cors, 400, error)
    }
    if (Array.isArray(body.value)) return this.#batch(exchange, cors, body.value)
    const message = readMessage(body.value)
    switch (message.kind) {
      case 'invalid':
        return respondError(exchange, cors, 400, message.id ?? missingId(exchange, served), message.error)
      case 'request':
        // It may have been closed while the body came in.
        if (this.#runtime.closed) return this.#unavailable(exchange, cors, CLOSING)
        return isStateless(served, exchange, message)
          ? answerStateless(this.#runtime, exchange, cors, message)
          : this.#stateful.request(exchange, cors, message)
      default:
        return this.#stateful.oneWay(exchange, cors, message)
    }
  }

  #batch(exchange: Exchange, cors: Headers, items: readonly unknown[]): void {
    if (this.#runtime.closed) this.#unavailable(exchange, cors, CLOSING)
    else this.#stateful.batch(exchange, cors, items)
  }

  #refuse(exchange: Exchange, headers: Headers, status: number, message: string): void {
    refuse(exchange, this.#runtime.settings.served, headers, status, invalidRequest(message))
  }

  #unavailable(exchange: Exchange, cors: Headers, message: string): void {
    unavailable(exchange, this.#runtime.settings.served, cors, message)
  }
}
