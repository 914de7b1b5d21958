import { AbortedError } from '../errors.ts'
import type { Logger } from '../model/logger.ts'
import type { Transport, TransportReceiver } from '../peer/transport.ts'
import { within } from '../peer/within.ts'
import type { Served } from '../protocol/negotiate.ts'
import { type Channel, Connection } from '../server/connection.ts'
import type { Surroundings } from '../server/incoming.ts'
import type { ServerRuntime } from '../server/runtime.ts'
import { parseJson } from '../wire/json.ts'
import { MAX_UNREAD } from './http/exchange.ts'
import { Room } from './room.ts'

// How many times as much of answers may wait for a slow reader: it has asked for them, and asks for no more meanwhile.
const ANSWERS = 16

// How long calls that were aborted at the end may take to be answered, and how long the last texts to leave.
const LAST_WORD_MS = 1_000
const LEAVE_MS = 10_000

/** What is served over a transport, besides the runtime. */
export interface ServingOptions {
  readonly surroundings?: Surroundings
  /** The revisions that the transport carries; all by default. */
  readonly served?: Served | undefined
  /** How many characters of notifications may wait for a slow reader; beyond that it is given up. */
  readonly maxUnread?: number
}

const signalled = (): { readonly promise: Promise<void>; readonly settle: () => void } => {
  let settle!: () => void
  const promise = new Promise<void>((resolve) => {
    settle = resolve
  })
  return { promise, settle }
}

/** One client, served over a transport for as long as the conversation lasts. Whatever the transport does is survived. */
export class Serving implements Channel, TransportReceiver {
  readonly connection: Connection
  readonly #transport: Transport
  readonly #logger: Logger
  readonly #maxUnread: number
  readonly #ended = signalled()
  readonly #over = signalled()
  /** The last text was sent to a reader that does not keep up. */
  #slow: Promise<void> | undefined
  readonly #room = new Room()
  #unread = 0
  #isOver = false
  #closing: Promise<void> | undefined

  constructor(
    runtime: ServerRuntime,
    transport: Transport,
    { surroundings, served, maxUnread = MAX_UNREAD }: ServingOptions = {},
  ) {
    this.#logger = runtime.settings.logger
    this.#transport = transport
    this.#maxUnread = maxUnread
    this.connection = new Connection(runtime, this, surroundings, served)
  }

  /** Settles when nothing more comes in. */
  get inputOver(): Promise<void> {
    return this.#ended.promise
  }

  /** Settles when the conversation is over. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  /** Begins. Rejects with what the transport cannot begin for. */
  async start(): Promise<void> {
    try {
      await this.#transport.start(this)
    } catch (error) {
      this.closed()
      throw error
    }
  }

  /** Lets the last answers leave, and closes the transport; with an error, at once. */
  close(error?: Error): Promise<void> {
    this.#closing ??= this.#close(error)
    return this.#closing
  }

  send(text: string): Promise<void> | undefined {
    return this.#write(text, this.#maxUnread)
  }

  reply(text: string): void {
    void this.#write(text, this.#maxUnread * ANSWERS)
  }

  message(text: string): Promise<void> | undefined {
    if (this.#isOver) return undefined
    const parsed = parseJson(text)
    if (parsed.ok) this.connection.receive(parsed.value)
    else this.connection.refuse(parsed.reason)
    return this.#slow && this.#room.wait()
  }

  malformed(reason: string): void {
    this.connection.refuse(reason)
  }

  ended(): void {
    this.connection.inputEnded()
    this.#ended.settle()
    void this.connection.drained().then(() => this.close())
  }

  closed(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.connection.disconnect()
    this.#room.make()
    this.#ended.settle()
    this.#over.settle()
  }

  #write(text: string, limit: number): Promise<void> | undefined {
    if (this.#isOver) return undefined
    if (this.#slow) {
      this.#unread += text.length
      if (this.#unread > limit) return this.#giveUp()
    }
    try {
      const slow = this.#transport.send(text)
      if (slow) this.#wait(slow)
    } catch (error) {
      this.#broken(error)
    }
    return this.#slow && this.#room.wait()
  }

  // The first text that is slow may be of any size: there is room behind it.
  #wait(slow: Promise<void>): void {
    if (slow === this.#slow) return
    this.#slow = slow
    const relieve = (): void => {
      if (slow !== this.#slow) return
      this.#slow = undefined
      this.#unread = 0
      this.#room.make()
    }
    slow.then(relieve, (error: unknown) => this.#broken(error))
  }

  #giveUp(): undefined {
    this.#logger.warn('gave up the client: it does not read what it is sent')
    this.#fail(new AbortedError('disconnected', 'the reader does not keep up'))
  }

  #broken(reason: unknown): void {
    if (this.#isOver) return
    this.#logger.warn('a transport failed to send:', reason)
    this.#fail(reason instanceof Error ? reason : new Error(String(reason)))
  }

  #fail(error: Error): void {
    this.closed()
    void this.close(error)
  }

  async #close(error: Error | undefined): Promise<void> {
    if (!error) await within(LAST_WORD_MS, this.connection.drained())
    try {
      await within(LEAVE_MS, Promise.resolve(this.#transport.close(error)))
    } catch (failure) {
      this.#logger.warn('a transport failed to close:', failure)
    }
    this.closed()
  }
}
