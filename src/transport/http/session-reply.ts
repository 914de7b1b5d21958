import { milliseconds } from '../../server/options.ts'
import type { Settings } from '../../server/settings.ts'
import type { PostReply } from './correspondent.ts'
import type { Exchange } from './exchange.ts'
import type { Headers } from './refuse.ts'
import type { ResumableStream } from './resumable.ts'

const RETRY_MS = 1_000

/** Where the stream of a call comes from, if there is to be one. */
export interface CallStreams {
  begin(): ResumableStream
  /** Whether the client may be sent away to come back. */
  readonly polls: boolean
}

/** The response to one POST within a session: JSON, until a message or silence makes it a stream to come back to. */
export class SessionReply implements PostReply {
  readonly #exchange: Exchange
  readonly #settings: Settings
  readonly #headers: Headers
  readonly #streams: CallStreams
  #stream: ResumableStream | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Why nothing more can be sent, apart from what a stream may say. */
  #over: 'lost' | 'finished' | undefined

  constructor(exchange: Exchange, settings: Settings, headers: Headers, streams: CallStreams) {
    this.#exchange = exchange
    this.#settings = settings
    this.#headers = headers
    this.#streams = streams
  }

  /** Why a question cannot reach the client; undefined when it can. */
  get unreachable(): string | undefined {
    if (this.#settings.responseMode === 'json') {
      return "responseMode is 'json', which leaves no room for questions; 'auto' and 'sse' do"
    }
    const isReachable = this.#stream ? this.#stream.isReachable : this.#over !== 'lost'
    return isReachable ? undefined : 'it has gone away'
  }

  send(text: string): Promise<void> | undefined {
    // In one JSON object there is no room for anything before the response.
    if (this.#over || this.#settings.responseMode === 'json') return undefined
    return this.#opened().send(text)
  }

  wait(): void {
    this.#exchange.onDisconnect(() => this.#lose())
    if (this.#over || this.#stream || this.#settings.responseMode === 'json') return
    this.#timer = setTimeout(() => this.#opened(), this.#settings.keepAliveMs)
  }

  /** Closes the connection, so that the client comes back for the rest. */
  release(retryMs = RETRY_MS): void {
    const delay = milliseconds(retryMs, 'ctx.http.release: retryMs')
    if (this.#over || this.#settings.responseMode === 'json' || !this.#streams.polls) return
    this.#opened().release(delay)
  }

  finish(text: string, status: number): void {
    this.#finish([text], text, status)
  }

  finishBatch(texts: readonly string[]): void {
    this.#finish(texts, `[${texts.join(',')}]`, 200)
  }

  #finish(events: readonly string[], json: string, status: number): void {
    clearTimeout(this.#timer)
    if (this.#over) return
    if (this.#stream || (this.#settings.responseMode === 'sse' && status === 200)) this.#opened().end(events)
    else this.#exchange.respond(status, { 'content-type': 'application/json', ...this.#headers }, json)
    this.#over = 'finished'
  }

  #opened(): ResumableStream {
    if (!this.#stream) {
      clearTimeout(this.#timer)
      this.#stream = this.#streams.begin()
      this.#stream.open(this.#exchange, this.#headers)
    }
    return this.#stream
  }

  #lose(): void {
    clearTimeout(this.#timer)
    if (this.#stream) this.#stream.leave(this.#exchange)
    // Nobody can come back for what was never begun.
    else this.#over = 'lost'
  }
}
