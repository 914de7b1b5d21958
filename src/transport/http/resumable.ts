import type { Logger } from '../../model/logger.ts'
import type { StoredEvent } from '../../server/faces.ts'
import { eventText } from '../../wire/sse.ts'
import type { Archive } from './archive.ts'
import type { Exchange } from './exchange.ts'
import { KEEP_ALIVE, Reader } from './reader.ts'
import type { HttpError } from './refuse.ts'

const BEING_READ: HttpError = { status: 409, message: 'This stream is being read already, on another connection' }
const NOT_KEPT: HttpError = {
  status: 400,
  message: 'Last-Event-ID names no event after which this session could go on: it is unknown, or too old',
}
const GONE: HttpError = { status: 404, message: 'The session has ended' }

/** Why nothing is read: an error, or that nothing is left to be read. */
export type Unread = HttpError | 'over'

/** What the streams of a session have in common. */
export interface StreamRules {
  /** Whether clients are primed to come back, and may be sent away. */
  readonly polling: () => boolean
  readonly keepAliveMs: number
  readonly logger: Logger
  /** Says that somebody reads; what it returns says that nobody does any more. */
  readonly hold: () => () => void
}

/** Whether events go on after a number without a gap, at least until another. */
const areWhole = (events: readonly StoredEvent[], after: number, until: number): boolean =>
  after + events.length >= until && events.every(({ number }, index) => number === after + index + 1)

/**
 * A stream of events that outlives the connection on which it is read: what nobody reads is kept, and whoever comes
 * back gets it (2025-11-25 Streamable HTTP, Resumability and Redelivery).
 */
export class ResumableStream {
  readonly #name: string
  readonly #archive: Archive
  readonly #rules: StreamRules
  /** The number of the newest event. */
  #last = 0
  /** The number of the event that was written last to a reader. */
  #written = 0
  #reader: Reader | undefined
  /** Whether the reader has caught up. */
  #live = false
  #ended = false
  #forgotten = false

  /** @param name the first part of its event ids: different from those of the other streams of the session */
  constructor(name: string, archive: Archive, rules: StreamRules) {
    this.#name = name
    this.#archive = archive
    this.#rules = rules
  }

  /** Whether what is sent now can reach the client. */
  get isReachable(): boolean {
    return this.#reader !== undefined || this.#archive.isKept
  }

  /** Whether it has ended, and nobody reads it. */
  get isOver(): boolean {
    return this.#ended && this.#reader === undefined
  }

  /** Sends an event, or keeps it for whoever comes back. */
  send(data: string): Promise<void> | undefined {
    const event = this.#add(data)
    return this.#live ? this.#write(this.#reader as Reader, event) : undefined
  }

  /** Ends it with its last events. */
  end(messages: readonly string[]): void {
    this.#ended = true
    const events = messages.map((data) => this.#add(data))
    if (this.#live) this.#part(events.map((event) => this.#textOf(event)).join(''))
  }

  /** Forgets what was sent: whoever reads along now gets the rest, and nobody comes back. */
  forget(): void {
    this.#forgotten = true
    this.#archive.forget()
    if (this.#ended || !this.#live) this.#part('')
  }

  /** Closes the connection, if it is open and the client would come back. */
  release(retryMs: number): void {
    if (this.#rules.polling() && this.#live && this.#archive.isKept) this.#part(`retry: ${retryMs}\n\n`)
  }

  /** Begins to be read, by the response to the request that it belongs to. */
  open(exchange: Exchange, headers: Record<string, string>): void {
    this.#begin(this.#take(exchange), headers, true)
    this.#live = true
  }

  /** The client has gone away from an exchange. */
  leave(exchange: Exchange): void {
    const reader = this.#reader
    // It may have come back on another one already.
    if (reader?.exchange !== exchange) return
    reader.leave()
    this.#reader = undefined
    this.#live = false
  }

  /**
   * Goes on in the response to a request of its own.
   * @param after the number behind which to begin; undefined to begin with what nobody has read yet
   */
  async read(exchange: Exchange, headers: Record<string, string>, after?: number): Promise<Unread | undefined> {
    if (this.#reader) return BEING_READ
    if (after !== undefined && !(this.#archive.isKept && after <= this.#last)) return NOT_KEPT
    const reader = this.#take(exchange)
    exchange.onDisconnect(() => this.leave(exchange))
    const newest = this.#last
    const missed = after === undefined ? await this.#unread() : await this.#missed(after)
    // It may have gone, or the session ended, while the store took its time.
    if (this.#reader !== reader) return this.#forgotten ? GONE : undefined
    if (!missed) return this.#turnAway(reader, NOT_KEPT)
    if (this.#ended && missed.length === 0) return this.#turnAway(reader, 'over')
    this.#written = missed[0] ? missed[0].number - 1 : (after ?? newest)
    this.#begin(reader, headers, after === undefined)
    void this.#catchUp(reader, missed)
    return undefined
  }

  /** What has been sent behind a number; undefined when it is not whole. */
  async #missed(after: number): Promise<readonly StoredEvent[] | undefined> {
    const until = this.#last
    const events = after === until ? [] : await this.#archive.read(after)
    return events && areWhole(events, after, until) ? events : undefined
  }

  /** What nobody has read yet, as far as it is still there. */
  async #unread(): Promise<readonly StoredEvent[]> {
    return this.#written === this.#last ? [] : ((await this.#archive.read(this.#written)) ?? [])
  }

  #add(data: string): StoredEvent {
    this.#last += 1
    const event = { number: this.#last, data }
    this.#archive.keep(event)
    return event
  }

  #take(exchange: Exchange): Reader {
    this.#reader = new Reader(exchange, this.#rules.keepAliveMs, this.#rules.hold())
    return this.#reader
  }

  #turnAway(reader: Reader, why: Unread): Unread {
    this.leave(reader.exchange)
    return why
  }

  #begin(reader: Reader, headers: Record<string, string>, isNew: boolean): void {
    reader.open(headers, () => {
      this.#rules.logger.warn('closed an event stream: its reader does not keep up')
      this.leave(reader.exchange)
    })
    const primes = isNew && this.#rules.polling() && this.#archive.isKept
    // Something has to be written, or the client would wait for the headers as long as for the first event.
    void reader.write(primes ? eventText('', { id: this.#idOf(this.#written) }) : KEEP_ALIVE)
  }

  async #catchUp(reader: Reader, missed: readonly StoredEvent[]): Promise<void> {
    let events: readonly StoredEvent[] | undefined = missed
    do {
      for (const event of events) {
        await this.#write(reader, event)
        if (this.#reader !== reader) return
      }
      if (this.#written === this.#last) return this.#goLive()
      events = await this.#missed(this.#written)
      if (this.#reader !== reader) return
    } while (events)
    // Where the store has failed, what comes next is all there is; otherwise the client shall learn of the gap.
    if (this.#archive.isKept) this.#part('')
    else this.#goLive()
  }

  #goLive(): void {
    this.#live = true
    if (this.#ended) this.#part('')
  }

  #part(text: string): void {
    const reader = this.#reader
    if (!reader) return
    this.leave(reader.exchange)
    reader.end(text)
  }

  #write(reader: Reader, event: StoredEvent): Promise<void> | undefined {
    this.#written = event.number
    return reader.write(this.#textOf(event))
  }

  #textOf({ number, data }: StoredEvent): string {
    return eventText(data, this.#archive.isKept ? { id: this.#idOf(number) } : undefined)
  }

  #idOf(number: number): string {
    return `${this.#name}-${number}`
  }
}
