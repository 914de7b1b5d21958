import type { ClientAuth } from '../../client/types.ts'
import { ConnectionError } from '../../errors.ts'
import type { Logger } from '../../model/logger.ts'
import type { Transport, TransportReceiver } from '../../peer/transport.ts'
import { within } from '../../peer/within.ts'
import { mediaTypeOf } from '../../wire/media-type.ts'
import { createEventDecoder, type EventDecoder, type ServerSentEvent } from '../../wire/sse-decoder.ts'
import { deliver } from '../http-client/deliver.ts'
import { type Delivery, MAX_EXCERPT_BYTES } from '../http-client/delivery.ts'
import { EVENTS } from '../http-client/event-stream.ts'
import { type HeaderRecord, RequestHeaders } from '../http-client/headers.ts'
import { HttpClient } from '../http-client/http-client.ts'
import { isSuccess, refusal, textOf } from '../http-client/refusal.ts'
import type { BodyReceiver, HeaderLookup, Recipient } from '../http-client/requester.ts'

/** How to reach a server over HTTP with SSE. */
export interface SseConnectOptions {
  /** Where the event stream is. */
  readonly url: URL
  /** Of every request. What the protocol itself sends is not replaced by them. */
  readonly headers: HeaderRecord
  /** Makes the requests, in place of `node:http` on Node and of the platform's `fetch` elsewhere. */
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly auth?: ClientAuth | undefined
  /** The largest message that is taken in. */
  readonly maxMessageBytes: number
  readonly logger: Logger
}

/** How long a server may take to say where to post to, in milliseconds. */
const OPENING_MS = 10_000

/** How long what was sent before may take to arrive at the end, in milliseconds. */
const CLOSE_MS = 2_000

const STREAM = 'the event stream'

/** HTTP with SSE as a client: messages come on one stream, and are posted to the address that it names first. */
class SseClientTransport implements Transport, Recipient, BodyReceiver {
  readonly #client: HttpClient
  readonly #headers: RequestHeaders
  readonly #decoder: EventDecoder
  /** Settles when it is known where to post to. */
  readonly #opened: Promise<void>
  #open!: () => void
  #refuse!: (error: Error) => void
  #receiver: TransportReceiver | undefined
  #stream: Delivery | undefined
  #messagesAt: URL | undefined
  /** Settles when all that was sent has arrived. */
  #sent: Promise<void>
  #isOver = false

  constructor(options: SseConnectOptions) {
    const { headers, maxMessageBytes, logger } = options
    this.#client = new HttpClient(options)
    this.#headers = new RequestHeaders(headers, logger)
    this.#opened = new Promise((resolve, reject) => {
      this.#open = resolve
      this.#refuse = reject
    })
    this.#sent = this.#opened.catch(() => undefined)
    this.#decoder = createEventDecoder({
      maxBytes: maxMessageBytes,
      onEvent: (event) => this.#heard(event),
      onTooLarge: () => {
        const problem = `The server sent a message larger than ${maxMessageBytes} bytes; see maxMessageBytes`
        this.#end(new ConnectionError('disconnected', problem))
      },
    })
  }

  async start(receiver: TransportReceiver): Promise<void> {
    await this.#client.start()
    if (!this.#isOver) {
      this.#receiver = receiver
      this.#stream = this.#client.send(
        { method: 'GET', headers: this.#headers.stream(''), body: undefined, isRepeatable: true },
        this,
      )
    }
    await within(OPENING_MS, this.#opened, () => this.#end(this.#isNone('its stream names no endpoint')))
    await this.#opened
  }

  send(text: string): Promise<void> | undefined {
    if (this.#isOver) return undefined
    this.#sent = this.#sent.then(() => this.#post(text))
    return this.#sent
  }

  async close(error?: Error): Promise<void> {
    if (!error && this.#messagesAt) await within(CLOSE_MS, this.#sent)
    this.#end(error)
  }

  answered(status: number, header: HeaderLookup): BodyReceiver {
    const type = mediaTypeOf(header('content-type'))
    if (isSuccess(status) && type === EVENTS) return this
    return (this.#stream as Delivery).excerpt(MAX_EXCERPT_BYTES, (bytes) => {
      const body = textOf(bytes)
      this.#end(
        isSuccess(status)
          ? this.#isNone(`it answers with ${type ?? 'a body without a content type'}`, { status, body })
          : refusal(STREAM, status, header, body),
      )
    })
  }

  data(chunk: Uint8Array): void {
    this.#decoder.write(chunk)
  }

  ended(): void {
    this.#end(
      this.#messagesAt
        ? new ConnectionError('disconnected', 'The server has ended the event stream')
        : this.#isNone('its stream ends before it names an endpoint'),
    )
  }

  failed(error: Error): void {
    this.#end(error)
  }

  #isNone(reason: string, options?: { readonly status: number; readonly body: string }): ConnectionError {
    return new ConnectionError(
      'refused',
      `${this.#client.url.origin} is no server of HTTP with SSE: ${reason}`,
      options,
    )
  }

  #heard({ event, data }: ServerSentEvent): void {
    if (this.#isOver) return
    if (event === 'endpoint') this.#learn(data)
    else if (event === 'message' && data !== '') this.#receiver?.message(data)
  }

  #learn(endpoint: string): void {
    const { url } = this.#client
    const messagesAt = URL.canParse(endpoint, url) ? new URL(endpoint, url) : undefined
    if (messagesAt?.origin === url.origin) {
      this.#messagesAt ??= messagesAt
      this.#open()
      return
    }
    // What is sent there, and with which authorization, is meant for this server alone.
    this.#end(this.#isNone(`it names an endpoint of another origin, ${endpoint}`))
  }

  async #post(text: string): Promise<void> {
    const { post } = this.#headers
    if (this.#isOver || !this.#messagesAt) return
    try {
      // It may be a call, which must not be made twice.
      const request = { method: 'POST', url: this.#messagesAt, headers: post, body: text, isRepeatable: false } as const
      await deliver(this.#client, request, 'a message')
    } catch (error) {
      // Whoever waits for its answer would wait in vain. Other messages have been taken, though this one has not.
      const isAlone = error instanceof ConnectionError && error.code === 'unreachable'
      this.#end(isAlone ? new ConnectionError('disconnected', error.message, { cause: error }) : (error as Error))
    }
  }

  #end(error: Error | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#client.close()
    if (this.#messagesAt) this.#receiver?.closed(error)
    else this.#refuse(error ?? new ConnectionError('closed', 'The connection is closed'))
  }
}

/**
 * A server over HTTP with SSE (2024-11-05 Transports), the transport before Streamable HTTP. Its `start` rejects with a
 * `ConnectionError` where there is no such server: `refused`, with the status if that is why, or `unreachable`.
 *
 * @throws DefinitionError for a URL that is none of HTTP
 */
export const connectSse = (options: SseConnectOptions): Transport => new SseClientTransport(options)
