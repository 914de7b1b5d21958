import { commentText } from '../../wire/sse.ts'
import type { EventStream, Exchange } from './exchange.ts'

export const KEEP_ALIVE = commentText('keep-alive')

/** The headers of a response that is an event stream. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
} as const

/** Who reads a stream: the response to one request, kept alive through silence. */
export class Reader {
  readonly exchange: Exchange
  readonly #keepAliveMs: number
  readonly #left: () => void
  #stream: EventStream | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param left is called when it has gone, or gets nothing more */
  constructor(exchange: Exchange, keepAliveMs: number, left: () => void) {
    this.exchange = exchange
    this.#keepAliveMs = keepAliveMs
    this.#left = left
  }

  /** Begins the response. `tooSlow` is called when it was given up because nobody took what was written. */
  open(headers: Record<string, string>, tooSlow: () => void): void {
    this.#stream = this.exchange.stream({ ...STREAM_HEADERS, ...headers }, tooSlow)
  }

  /** @returns a promise when it reads slowly: it settles when there is room again, or when it has gone */
  write(text: string): Promise<void> | undefined {
    this.#keepAlive()
    return this.#stream?.write(text)
  }

  /** Ends the response. */
  end(text: string): void {
    this.#stream?.end(text)
  }

  /** It has gone, or will get nothing more. */
  leave(): void {
    clearTimeout(this.#timer)
    this.#left()
  }

  #keepAlive(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.write(KEEP_ALIVE), this.#keepAliveMs)
  }
}
