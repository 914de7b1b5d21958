import type { Logger } from '../model/logger.ts'
import type { Watch } from './definition.ts'
import type { LifespanStart } from './types.ts'

/** What ends a watch. */
type Stop = () => unknown

/** What watches a URI, and the lifespans that it may rely on. */
export interface Source {
  readonly watch: Watch
  readonly lifespans: readonly LifespanStart<unknown>[]
}

/** A URI that somebody has subscribed to. */
interface Watched {
  count: number
  /** Undefined where there is nothing to watch. */
  readonly source: Source | undefined
  /** Gives undefined where it could not be started, or there is nothing to watch. */
  readonly started: Promise<Stop | undefined>
}

const isSame = (before: Source | undefined, now: Source | undefined): boolean =>
  before?.watch === now?.watch &&
  before?.lifespans.length === now?.lifespans.length &&
  (before?.lifespans ?? []).every((start, index) => start === now?.lifespans[index])

/** Watches what somebody has subscribed to: from the first subscriber of a URI to the last. */
export class Watches {
  readonly #sourceOf: (uri: string) => Source | undefined
  readonly #changed: (uri: string) => void
  readonly #logger: Logger
  readonly #watched = new Map<string, Watched>()
  readonly #stopping = new Set<Promise<void>>()
  #closed = false

  /** @param changed hears of every change */
  constructor(sourceOf: (uri: string) => Source | undefined, changed: (uri: string) => void, logger: Logger) {
    this.#sourceOf = sourceOf
    this.#changed = changed
    this.#logger = logger
  }

  subscribe(uri: string): void {
    if (this.#closed) return
    const known = this.#watched.get(uri)
    if (known) known.count++
    else this.#begin(uri, this.#sourceOf(uri), 1)
  }

  unsubscribe(uri: string): void {
    const known = this.#watched.get(uri)
    if (!known || --known.count > 0) return
    this.#watched.delete(uri)
    this.#end(uri, known)
  }

  /** Begins anew wherever a URI is watched by something else now. Settles when the watches before have ended. */
  async renew(): Promise<void> {
    for (const [uri, watched] of this.#watched) {
      const source = this.#sourceOf(uri)
      if (isSame(watched.source, source)) continue
      this.#end(uri, watched)
      this.#begin(uri, source, watched.count)
    }
    await Promise.all(this.#stopping)
  }

  /** Ends every watch, whoever is still subscribed, and begins no other. Settles when all have ended. */
  async close(): Promise<void> {
    this.#closed = true
    for (const [uri, watched] of this.#watched) this.#end(uri, watched)
    this.#watched.clear()
    await Promise.all(this.#stopping)
  }

  // Not before whoever subscribes has been answered.
  #begin(uri: string, source: Source | undefined, count: number): void {
    const started = Promise.resolve()
      .then(() => source?.watch(uri, () => this.#changed(uri)))
      .catch((error: unknown) => {
        this.#logger.error(`the watch of ${uri} failed to start:`, error)
        return undefined
      })
    this.#watched.set(uri, { count, source, started })
  }

  #end(uri: string, { started }: Watched): void {
    const stopping = started
      .then((stop) => stop?.())
      .catch((error: unknown) => this.#logger.error(`the watch of ${uri} failed to stop:`, error))
      .then(() => {
        this.#stopping.delete(stopping)
      })
    this.#stopping.add(stopping)
  }
}
