import type { Logger } from '../../model/logger.ts'
import { within } from '../../peer/within.ts'
import type { EventStore, StoredEvent } from '../../server/faces.ts'

/** How long an event store may take, in milliseconds. */
const PATIENCE_MS = 5_000

/** What an event store keeps of one stream. Once the store has failed, it is as if nothing were kept. */
export class Archive {
  readonly #stream: string
  readonly #logger: Logger
  #store: EventStore | undefined
  #keeping: Promise<void> | undefined

  /** @param store undefined where nothing is kept */
  constructor(store: EventStore | undefined, stream: string, logger: Logger) {
    this.#store = store
    this.#stream = stream
    this.#logger = logger
  }

  /** Whether what was sent can be had again. */
  get isKept(): boolean {
    return this.#store !== undefined
  }

  /** Keeps an event; nobody waits for it. */
  keep(event: StoredEvent): void {
    const kept = this.#attempt((store) => store.append(this.#stream, event))
    const before = this.#keeping
    // Whoever reads later must find it, however long the store takes.
    if (kept) this.#keeping = kept.then(() => before)
  }

  /** The events behind a number. Undefined where nothing is kept. */
  async read(after: number): Promise<readonly StoredEvent[] | undefined> {
    let events: readonly StoredEvent[] | undefined
    await this.#keeping
    await this.#attempt(async (store) => {
      const found = [...(await store.read(this.#stream, after))]
      events = found.map(({ number, data }) => ({ number: Number(number), data: String(data) }))
    })
    return this.isKept ? events : undefined
  }

  /** Forgets the stream; nothing more of it is kept. What a store fails to forget is its own to drop in time. */
  forget(): void {
    const store = this.#store
    this.#store = undefined
    // Behind what is still being kept, which would otherwise stay for ever.
    Promise.resolve(this.#keeping)
      .then(() => store?.remove(this.#stream))
      .catch(() => undefined)
  }

  /** @returns a promise where it takes time; it never rejects */
  #attempt(work: (store: EventStore) => unknown): Promise<void> | undefined {
    if (!this.#store) return undefined
    try {
      const done = work(this.#store)
      return done === undefined ? undefined : this.#inTime(done)
    } catch (error) {
      this.#fail(error)
      return undefined
    }
  }

  async #inTime(done: unknown): Promise<void> {
    try {
      await within(PATIENCE_MS, Promise.resolve(done), () =>
        this.#fail(new Error(`it has not settled within ${PATIENCE_MS} ms`)),
      )
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (!this.#store) return
    this.#store = undefined
    this.#logger.error('the event store failed, so that an event stream can no longer be resumed:', error)
  }
}
