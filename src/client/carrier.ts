import { ConnectionError, type ConnectionErrorOptions } from '../errors.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { Revision } from '../protocol/revision.ts'
import type { Params, RequestId } from '../wire/message.ts'

/** A request on its way to a server. */
export interface OutgoingRequest {
  readonly id: RequestId
  readonly method: string
  readonly params: Params
  /** The message as JSON. */
  readonly text: string
  /** Arguments that travel as HTTP headers, too (2026-07-28 Streamable HTTP, Custom Headers from Tool Parameters). */
  readonly headers: Readonly<Record<string, string>> | undefined
}

/**
 * The server does not know the session any more, so that it has not taken what was sent: that may be sent again, in a
 * new session (2025-11-25 Streamable HTTP, Session Management).
 */
export class SessionExpiredError extends ConnectionError {
  /** @param what was sent */
  constructor(what: string, options?: ConnectionErrorOptions) {
    super('disconnected', `The server has ended the session before ${what} came`, { ...options, status: 404 })
  }
}

/** Who takes in what a carrier brings. None of its functions throws. */
export interface CarrierReceiver {
  /** A parsed JSON value from the server: a message, or a batch of them. */
  message(value: unknown): void
  /** The request will not be answered any more. */
  failed(id: RequestId, error: Error): void
  /** Nothing more is to be sent; what has been sent may still be answered. */
  expired(error: ConnectionError): void
  /** It is over. Called once, and nothing is called after it. */
  closed(error?: Error): void
}

/** The way of messages to one server and back, whatever carries them. */
export interface Carrier {
  /** Whether arguments of tools must be mirrored into headers, where the revision says so. */
  readonly mirrorsArguments: boolean
  /** Begins. Rejects with what keeps it from beginning; then nothing is left open. */
  start(receiver: CarrierReceiver): MaybePromise<void>
  /** Sends a request. Its answer is a message, or it is reported as failed. */
  request(outgoing: OutgoingRequest): void
  /** Sends a notification. Rejects when it was not taken. */
  send(text: string): Promise<void>
  /** Sends the answer to a request of the server, who waits for it: where the network breaks, more than once. */
  answer(text: string): Promise<void>
  /**
   * Gives a request up.
   * @param tell the server, by what the carrier and the revision have for it; the cancellation as a notification
   */
  cancel(id: RequestId, tell: string | undefined): void
  /** The revision of what is sent from here on; undefined for what opens a conversation by itself. */
  speak(revision: Revision | undefined): void
  /** The conversation is open: from here on the server may speak by itself. */
  opened(): void
  /** Ends it; what was sent before still leaves, unless there is an error. */
  close(error?: Error): Promise<void>
}

/** What leads to a server, as often as needed. */
export interface Dialer {
  /** What tells this server from others; undefined for what cannot be named. */
  readonly address: string | undefined
  /** Whether it can be dialled again once the connection is lost. */
  readonly canRedial: boolean
  /** Leads to the same server by the transport before, if there is one (HTTP with SSE, 2024-11-05). */
  readonly older: Dialer | undefined
  dial(): Carrier
}
