import { type Backoff, backoff } from '../../client/pause.ts'
import { ConnectionError } from '../../errors.ts'
import { elapsed } from '../../peer/elapsed.ts'
import { LONGEST_DELAY } from '../../server/options.ts'
import { mediaTypeOf } from '../../wire/media-type.ts'
import { createEventDecoder, type EventDecoder, type ServerSentEvent } from '../../wire/sse-decoder.ts'
import type { Delivery } from './delivery.ts'
import { isSuccess, refusal } from './refusal.ts'
import { type BodyReceiver, type HeaderLookup, NOBODY, type Recipient } from './requester.ts'

export const EVENTS = 'text/event-stream'

/** How to come back to a server. */
export interface Reconnect extends Backoff {
  /** How many times in a row that come to nothing. */
  readonly attempts: number
}

/** What an event stream needs. None of its functions throws. */
export interface EventStreamOptions {
  /** What it is, in errors. */
  readonly name: string
  /** Whether it belongs to a request: then it goes on only behind an event. One of the session may begin anew. */
  readonly isAnswer: boolean
  readonly maxMessageBytes: number
  readonly reconnect: Reconnect
  /** Whether there is still something to come back for. */
  readonly isWanted: () => boolean
  /** Asks for what follows an event; `''` for whatever comes. */
  readonly connect: (lastEventId: string, recipient: Recipient) => Delivery
  readonly message: (data: string) => void
  /** A message was passed over, since it is larger than allowed. */
  readonly tooLarge: () => void
  /** Nothing more comes. @param hasBegun whether anything could have come before */
  readonly over: (reason: Error, hasBegun: boolean) => void
}

/** A connection that has lasted so many milliseconds has come to something, whether or not there was an event. */
const STEADY_MS = 5_000

/** Refusals that may pass: a timeout, a connection that is taken for alive, a server that is busy. */
const MAY_PASS: ReadonlySet<number> = new Set([408, 409, 425, 429])

const mayPass = (status: number): boolean => MAY_PASS.has(status) || (status >= 500 && status !== 501)

/**
 * An event stream, over as many connections as it takes (2025-11-25 Streamable HTTP, Resumability and Redelivery). Which
 * event came last, and how long the server wants to be left alone, is known of each stream by itself.
 */
export class EventStream implements Recipient, BodyReceiver {
  readonly #options: EventStreamOptions
  #decoder: EventDecoder
  #lastEventId = ''
  #retryMs: number | undefined
  /** How many connections in a row have come to nothing. */
  #attempts = 0
  /** When the connection was opened that is being read; undefined for none. */
  #openSince: number | undefined = elapsed()
  /** Whether the server has ever taken it up. */
  #hasBegun = false
  #connection: Delivery | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** A response that has already begun is given to it as its body. */
  constructor(options: EventStreamOptions) {
    this.#options = options
    this.#decoder = this.#decode()
  }

  /** Asks for it. */
  connect(): void {
    this.#openSince = undefined
    this.#connection = this.#options.connect(this.#lastEventId, this)
  }

  /** Leaves it. Nothing is called after it. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#connection?.abort()
  }

  /** What is of interest has come: it may end by itself, but not take long. */
  linger(): void {
    this.#connection?.linger()
  }

  answered(status: number, header: HeaderLookup): BodyReceiver {
    if (isSuccess(status) && mediaTypeOf(header('content-type')) === EVENTS) {
      this.#decoder = this.#decode()
      this.#openSince = elapsed()
      this.#hasBegun = true
      return this
    }
    this.#connection?.abort()
    this.#turnedAway(status, header)
    return NOBODY
  }

  data(chunk: Uint8Array): void {
    this.#decoder.write(chunk)
  }

  ended(): void {
    this.#lost(new ConnectionError('unanswered', `The server has ended ${this.#options.name} before its answer`))
  }

  failed(error: Error): void {
    // What else goes wrong, such as an authorization, is not the connection's.
    if (error instanceof ConnectionError) this.#lost(error)
    else this.#options.over(error, this.#hasBegun)
  }

  #turnedAway(status: number, header: HeaderLookup): void {
    const { name, isAnswer } = this.#options
    if (mayPass(status)) return this.#comeBack(refusal(name, status, header, ''))
    if (status === 400 && !isAnswer && this.#lastEventId !== '') {
      // The server does not remember so much: what it says from here on is better than nothing.
      this.#lastEventId = ''
      this.#decoder = this.#decode()
      return this.#comeBack(refusal(name, status, header, ''))
    }
    // 204 asks not to come back (WHATWG HTML, Server-sent events).
    this.#giveUp(
      isSuccess(status)
        ? new ConnectionError('unanswered', `The server has ended ${name} before its answer`, { status })
        : refusal(name, status, header, ''),
    )
  }

  #lost(reason: ConnectionError): void {
    const { isAnswer, isWanted } = this.#options
    this.#lastEventId = this.#decoder.lastEventId || this.#lastEventId
    if (!isWanted() || (isAnswer && this.#lastEventId === '')) return this.#giveUp(reason)
    // Whoever tells to wait for long is not hurried, either.
    const lasted = this.#openSince === undefined ? 0 : elapsed() - this.#openSince + (this.#retryMs ?? 0)
    if (lasted >= STEADY_MS) this.#attempts = 0
    this.#comeBack(reason)
  }

  #comeBack(reason: ConnectionError): void {
    this.#attempts += 1
    if (this.#attempts > this.#options.reconnect.attempts) return this.#giveUp(reason)
    this.#timer = setTimeout(() => this.connect(), Math.min(this.#delay(), LONGEST_DELAY))
  }

  #giveUp(reason: ConnectionError): void {
    const { name, isAnswer, over } = this.#options
    const { code, message, status } = reason
    // Whatever keeps the answer away, the server has taken the request.
    const hasTaken = isAnswer && (code === 'refused' || code === 'unreachable')
    const options = { cause: reason, ...(status !== undefined && { status }) }
    const lost = hasTaken ? new ConnectionError('disconnected', `Lost ${name}: ${message}`, options) : reason
    over(lost, this.#hasBegun)
  }

  // What the server says is never undercut, and exceeded only when it does not keep its promise.
  #delay(): number {
    const { reconnect } = this.#options
    if (this.#retryMs === undefined) return backoff(reconnect, this.#attempts)
    return this.#attempts === 1 ? this.#retryMs : Math.max(this.#retryMs, backoff(reconnect, this.#attempts - 1))
  }

  #decode(): EventDecoder {
    return createEventDecoder({
      maxBytes: this.#options.maxMessageBytes,
      onEvent: (event) => this.#heard(event),
      onRetry: (milliseconds) => {
        this.#retryMs = milliseconds
      },
      onTooLarge: this.#options.tooLarge,
    })
  }

  #heard({ event, data }: ServerSentEvent): void {
    // An event without data only names its id: a request has a deadline of its own, a session has none.
    if (data !== '' || this.#options.isAnswer) this.#attempts = 0
    if (event === 'message' && data !== '') this.#options.message(data)
  }
}
