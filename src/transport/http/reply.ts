import { AbortedError } from '../../errors.ts'
import type { Incoming } from '../../server/incoming.ts'
import type { Settings } from '../../server/settings.ts'
import { eventText } from '../../wire/sse.ts'
import type { PostReply } from './correspondent.ts'
import type { EventStream, Exchange } from './exchange.ts'
import { KEEP_ALIVE, STREAM_HEADERS } from './reader.ts'

/** The response to one POST: JSON, until a notification or silence makes it an event stream. */
export class HttpReply implements PostReply {
  readonly #exchange: Exchange
  readonly #settings: Settings
  readonly #cors: Record<string, string>
  #stream: EventStream | undefined
  #ended = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #call: Incoming | undefined

  constructor(exchange: Exchange, settings: Settings, cors: Record<string, string>) {
    this.#exchange = exchange
    this.#settings = settings
    this.#cors = cors
  }

  send(text: string): Promise<void> | undefined {
    // In one JSON object there is no room for anything before the response.
    if (this.#ended || this.#settings.responseMode === 'json') return undefined
    return this.#write(eventText(text))
  }

  /**
   * Keeps watch while an answer is being made: over the client that may go away, and over the silence in which
   * something between it and us might hang up.
   *
   * @param call what a client that goes away has cancelled, in the revisions where it has
   */
  wait(call?: Incoming): void {
    this.#call = call
    // Its reader may have been lost while the answer was begun.
    if (this.#ended) return this.#lose()
    if (this.#settings.responseMode !== 'json') this.#keepAlive()
    this.#exchange.onDisconnect(() => this.#lose())
  }

  /** Ends with the answer to a request. */
  finish(text: string, status: number): void {
    this.#finish([text], text, status)
  }

  /** Ends with the answers to a batch. */
  finishBatch(replies: readonly string[]): void {
    this.#finish(replies, `[${replies.join(',')}]`, 200)
  }

  #finish(events: readonly string[], json: string, status: number): void {
    if (this.#ended) return
    this.#close()
    if (this.#stream || (this.#settings.responseMode === 'sse' && status === 200)) {
      this.#opened().end(events.map((event) => eventText(event)).join(''))
    } else {
      this.#exchange.respond(status, { 'content-type': 'application/json', ...this.#cors }, json)
    }
  }

  #write(text: string): Promise<void> | undefined {
    if (this.#timer !== undefined) this.#keepAlive()
    return this.#opened().write(text)
  }

  #opened(): EventStream {
    this.#stream ??= this.#exchange.stream({ ...STREAM_HEADERS, ...this.#cors }, () => {
      this.#settings.logger.warn('closed an event stream: its reader does not keep up')
      this.#lose()
    })
    return this.#stream
  }

  #keepAlive(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#write(KEEP_ALIVE), this.#settings.keepAliveMs)
  }

  #lose(): void {
    this.#close()
    const call = this.#call
    if (call?.peer.revision.http.disconnectCancels) {
      call.abort(new AbortedError('disconnected', 'the client has gone away'))
    }
  }

  #close(): void {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
