import type { Logger } from './faces.ts'
import type { MaybePromise } from './types.ts'

/** What ends a watch. */
type Stop = () => unknown

/** Starts to watch a resource; undefined where there is nothing to watch. */
export type StartWatch = (uri: string) => MaybePromise<Stop> | undefined

/** A URI that somebody has subscribed to. */
interface Watched {
  count: number
  /** Undefined where it could not be started, or there is nothing to watch. */
  readonly started: Promise<Stop | undefined>
}

/** Watches what somebody has subscribed to: from the first subscriber of a URI to the last. */
export class Watches {
  readonly #start: StartWatch
  readonly #logger: Logger
  readonly #watched = new Map<string, Watched>()
  readonly #stopping = new Set<Promise<void>>()
  #closed = false

  constructor(start: StartWatch, logger: Logger) {
    this.#start = start
    this.#logger = logger
  }

  subscribe(uri: string): void {
    if (this.#closed) return
    const known = this.#watched.get(uri)
    if (known) known.count++
    else this.#watched.set(uri, { count: 1, started: this.#begin(uri) })
  }

  unsubscribe(uri: string): void {
    const known = this.#watched.get(uri)
    if (!known || --known.count > 0) return
    this.#end(uri, known)
  }

  /** Ends every watch, whoever is still subscribed, and begins no other. Settles when all have ended. */
  async close(): Promise<void> {
    this.#closed = true
    for (const [uri, watched] of this.#watched) this.#end(uri, watched)
    await Promise.all(this.#stopping)
  }

  // Not before whoever subscribes has been answered.
  #begin(uri: string): Promise<Stop | undefined> {
    return Promise.resolve()
      .then(() => this.#start(uri))
      .catch((error: unknown) => {
        this.#logger.error(`the watch of ${uri} failed to start:`, error)
        return undefined
      })
  }

  #end(uri: string, { started }: Watched): void {
    this.#watched.delete(uri)
    const stopping = started
      .then((stop) => stop?.())
      .catch((error: unknown) => this.#logger.error(`the watch of ${uri} failed to stop:`, error))
      .then(() => {
        this.#stopping.delete(stopping)
      })
    this.#stopping.add(stopping)
  }
}
