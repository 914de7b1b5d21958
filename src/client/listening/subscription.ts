import type { Change, WireFilter } from './changes.ts'
import type { ChangeQueue } from './queue.ts'

/**
 * What a server says has changed, as it comes: `for await` it. Leaving the loop closes it. After a lost connection it goes
 * on by itself, and says that there was a gap.
 *
 * It ends when the server ends it; and with `close`, its signal, or the connection's `close`. It throws a `ConnectionError`
 * when the server is lost for good, a `TimeoutError` when it does not acknowledge, and the server's `McpError` when it refuses.
 */
export class Subscription implements AsyncIterableIterator<Change>, AsyncDisposable {
  /**
   * What of the filter the server honours, once it has said so; it may leave out what it does not support. Rejects when it
   * cannot be listened to, or is given up before.
   */
  readonly ready: Promise<WireFilter>
  readonly #queue: ChangeQueue
  readonly #close: () => Promise<void>

  constructor(ready: Promise<WireFilter>, queue: ChangeQueue, close: () => Promise<void>) {
    this.ready = ready
    // Whoever only takes the changes hears of it there.
    ready.catch(() => undefined)
    this.#queue = queue
    this.#close = close
  }

  /** Ends it. What has been said before can still be taken. */
  close(): Promise<void> {
    return this.#close()
  }

  async next(): Promise<IteratorResult<Change, undefined>> {
    const value = await this.#queue.take()
    return value ? { value, done: false } : { value: undefined, done: true }
  }

  async return(): Promise<IteratorResult<Change, undefined>> {
    await this.close()
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
