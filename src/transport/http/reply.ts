import { AbortedError, ErrorCode } from '../../errors.ts'
import type { Outlet } from '../../peer/call.ts'
import type { Incoming } from '../../server/context.ts'
import type { Refusal, Reply } from '../../server/runtime.ts'
import type { Settings } from '../../server/settings.ts'
import { commentText, eventText } from '../../wire/sse.ts'
import type { EventStream, Exchange } from './exchange.ts'

const KEEP_ALIVE = commentText('keep-alive')

// 2026-07-28 Streamable HTTP, Protocol Version Header: an unknown method is a 404, apart from what handlers say.
const statusOf = ({ code, unknownMethod }: Refusal): number => {
  if (code === ErrorCode.MissingRequiredClientCapability) return 400
  return unknownMethod ? 404 : 200
}

/** The response to one POST: JSON, until a notification or silence makes it an event stream. */
export class HttpReply implements Outlet {
  readonly #exchange: Exchange
  readonly #settings: Settings
  readonly #cors: Record<string, string>
  #stream: EventStream | undefined
  #ended = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #calls: readonly Incoming[] = []

  constructor(exchange: Exchange, settings: Settings, cors: Record<string, string>) {
    this.#exchange = exchange
    this.#settings = settings
    this.#cors = cors
  }

  notify(text: string): Promise<void> | undefined {
    // In one JSON object there is no room for anything before the response.
    if (this.#ended || this.#settings.responseMode === 'json') return undefined
    return this.#write(eventText(text))
  }

  /**
   * Keeps watch while an answer is being made: over the client that may go away, and over the silence in which
   * something between it and us might hang up.
   */
  wait(calls: readonly Incoming[]): void {
    this.#calls = calls
    // Its reader may have been lost while the answer was begun.
    if (this.#ended) return this.#lose()
    if (this.#settings.responseMode !== 'json') this.#keepAlive()
    this.#exchange.onDisconnect(() => this.#lose())
  }

  /** Ends with the answer to a request. */
  finish(reply: Reply, stateless: boolean): void {
    if (typeof reply === 'string') this.#finish([reply], reply, 200)
    else this.#finish([reply.text], reply.text, stateless ? statusOf(reply) : 200)
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
    this.#stream ??= this.#exchange.stream(
      { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no', ...this.#cors },
      () => {
        this.#settings.logger.warn('closed an event stream: its reader does not keep up')
        this.#lose()
      },
    )
    return this.#stream
  }

  #keepAlive(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#write(KEEP_ALIVE), this.#settings.keepAliveMs)
  }

  #lose(): void {
    this.#close()
    for (const call of this.#calls) {
      if (call.peer.revision.http.disconnectCancels)
        call.abort(new AbortedError('disconnected', 'the client has gone away'))
    }
  }

  #close(): void {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
