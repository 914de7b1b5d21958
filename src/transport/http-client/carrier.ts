import { type Carrier, type CarrierReceiver, type OutgoingRequest, SessionExpiredError } from '../../client/carrier.ts'
import { backoff, pause } from '../../client/pause.ts'
import type { ClientAuth } from '../../client/types.ts'
import { ConnectionError } from '../../errors.ts'
import type { Logger } from '../../model/logger.ts'
import { within } from '../../peer/within.ts'
import type { Revision } from '../../protocol/revision.ts'
import { parseJson } from '../../wire/json.ts'
import type { RequestId } from '../../wire/message.ts'
import { Call, type CallOptions } from './call.ts'
import { deliver } from './deliver.ts'
import { EventStream, type Reconnect } from './event-stream.ts'
import { type HeaderRecord, RequestHeaders } from './headers.ts'
import { HttpClient } from './http-client.ts'

/** How to reach a server over Streamable HTTP. */
export interface HttpCarrierOptions {
  readonly url: URL
  /** Of every request. What the protocol itself sends is not replaced by them. */
  readonly headers: HeaderRecord
  /** Makes the requests, in place of `node:http` on Node and of the platform's `fetch` elsewhere. */
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly auth?: ClientAuth | undefined
  /** How to take up event streams that break off. */
  readonly reconnect: Reconnect
  /** The largest message that is taken in. */
  readonly maxMessageBytes: number
  readonly logger: Logger
}

/** How long the end may take, in milliseconds. */
const CLOSE_MS = 2_000

/** 2025-11-25 Streamable HTTP, Session Management. */
const SESSION_ID = /^[!-~]+$/

/** Whether an error says that there is nobody to say goodbye to. */
const hasGone = (error: unknown): boolean =>
  error instanceof ConnectionError && (error.code === 'unreachable' || error.code === 'disconnected')

/** Streamable HTTP as a client: each message is a POST, and its response brings the answer. */
export class HttpCarrier implements Carrier {
  readonly mirrorsArguments = true
  readonly #options: HttpCarrierOptions
  readonly #client: HttpClient
  readonly #headers: RequestHeaders
  readonly #calls = new Map<RequestId, Call>()
  readonly #callOptions: CallOptions
  readonly #sends = new Set<Promise<void>>()
  #receiver: CarrierReceiver | undefined
  #revision: Revision | undefined
  /** What the server says by itself. */
  #stream: EventStream | undefined
  readonly #ending = new AbortController()

  /** @throws DefinitionError for a URL that is none of HTTP */
  constructor(options: HttpCarrierOptions) {
    const { headers, reconnect, maxMessageBytes, logger } = options
    this.#options = options
    this.#client = new HttpClient(options)
    this.#headers = new RequestHeaders(headers, logger)
    this.#callOptions = {
      client: this.#client,
      headers: this.#headers,
      reconnect,
      maxMessageBytes,
      logger,
      message: (value) => this.#receiver?.message(value),
      session: (id) => this.#opensSession(id),
      answered: (call) => this.#forget(call),
      failed: (call, error) => {
        this.#forget(call)
        this.#receiver?.failed(call.id, error)
      },
    }
  }

  get #isClosed(): boolean {
    return this.#ending.signal.aborted
  }

  async start(receiver: CarrierReceiver): Promise<void> {
    await this.#client.start()
    if (this.#isClosed) throw new ConnectionError('closed', 'The connection is closed')
    this.#receiver = receiver
  }

  request(outgoing: OutgoingRequest): void {
    if (this.#isClosed) return
    // What comes late for the one before must not answer this one.
    this.#calls.get(outgoing.id)?.stop()
    this.#calls.set(outgoing.id, new Call(this.#callOptions, outgoing, this.#revision))
  }

  async send(text: string): Promise<void> {
    if (this.#isClosed) throw new ConnectionError('closed', 'The connection is closed')
    const isInSession = this.#headers.session !== undefined
    const request = { method: 'POST', headers: this.#headers.post, body: text, isRepeatable: true } as const
    const sent = deliver(this.#client, request, 'a message')
    this.#sends.add(sent)
    try {
      await sent
    } catch (error) {
      const isExpired = isInSession && error instanceof ConnectionError && error.status === 404
      throw isExpired ? new SessionExpiredError('a message', { cause: error }) : error
    } finally {
      this.#sends.delete(sent)
    }
  }

  async answer(text: string, attempt = 1): Promise<void> {
    const { reconnect } = this.#options
    try {
      await this.send(text)
    } catch (error) {
      // Whoever asked takes one answer, however many come.
      const mayPass = hasGone(error) && !(error instanceof SessionExpiredError)
      if (!mayPass || attempt > reconnect.attempts) throw error
      await pause(backoff(reconnect, attempt), this.#ending.signal)
      await this.answer(text, attempt + 1)
    }
  }

  cancel(id: RequestId, tell: string | undefined): void {
    const call = this.#calls.get(id)
    if (!call) return
    this.#calls.delete(id)
    const { hasLeft, revision } = call
    call.stop()
    if (!hasLeft || tell === undefined || revision?.http.disconnectCancels) return
    // Whether the server hears of it or not, nobody waits for the answer any more.
    this.send(tell).catch((error: unknown) => this.#options.logger.debug('a cancellation was not taken:', error))
  }

  speak(revision: Revision | undefined): void {
    this.#revision = revision
    this.#headers.speak(revision)
  }

  opened(): void {
    if (this.#revision?.conversation !== 'stateful') return
    const { reconnect, maxMessageBytes, logger } = this.#options
    this.#stream = new EventStream({
      name: 'the event stream of the session',
      isAnswer: false,
      maxMessageBytes,
      reconnect,
      isWanted: () => true,
      connect: (lastEventId, recipient) =>
        this.#client.send(
          { method: 'GET', headers: this.#headers.stream(lastEventId), body: undefined, isRepeatable: true },
          recipient,
        ),
      message: (data) => {
        const parsed = parseJson(data)
        if (parsed.ok) this.#receiver?.message(parsed.value)
        else logger.warn(`passed over an event of the session that is no message: ${parsed.reason}`)
      },
      tooLarge: () => logger.warn(`passed over a message larger than ${maxMessageBytes} bytes; see maxMessageBytes`),
      over: (reason, hasBegun) => this.#streamOver(reason, hasBegun),
    })
    this.#stream.connect()
  }

  // A server need not have one. But where it had, whoever listens must hear that it has gone.
  #streamOver(reason: Error, hasBegun: boolean): void {
    const { code, status } = reason instanceof ConnectionError ? reason : { code: undefined, status: undefined }
    const isExpired = status === 404 && this.#headers.session !== undefined
    if (!hasBegun || (!isExpired && code !== 'unreachable' && code !== 'disconnected')) {
      this.#options.logger.debug(`the server says nothing by itself: ${reason.message}`)
      return
    }
    const error = isExpired ? new SessionExpiredError('the request for its events', { cause: reason }) : reason
    this.#receiver?.expired(error as ConnectionError)
  }

  async close(error?: Error): Promise<void> {
    if (this.#isClosed) return
    this.#ending.abort()
    this.#receiver = undefined
    this.#stream?.stop()
    for (const call of this.#calls.values()) call.stop()
    this.#calls.clear()
    if (!error) await within(CLOSE_MS, Promise.allSettled(this.#sends))
    if (this.#headers.session !== undefined && !hasGone(error)) await within(CLOSE_MS, this.#endSession())
    this.#client.close()
  }

  /** 2025-11-25 Streamable HTTP, Session Management: a server need not let its clients end sessions. */
  async #endSession(): Promise<void> {
    try {
      await deliver(
        this.#client,
        { method: 'DELETE', headers: this.#headers.end, body: undefined, isRepeatable: true },
        'to end the session',
      )
    } catch (error) {
      this.#options.logger.debug('the session was left open:', error)
    }
  }

  #opensSession(id: string | undefined): void {
    if (id === undefined) return
    if (SESSION_ID.test(id)) this.#headers.session = id
    else this.#options.logger.warn('the server names a session by characters that no header may have; it is left out')
  }

  /** Unless another has its id by now. */
  #forget(call: Call): void {
    if (this.#calls.get(call.id) === call) this.#calls.delete(call.id)
  }
}
