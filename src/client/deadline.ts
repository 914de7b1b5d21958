import { elapsed } from '../peer/elapsed.ts'
import { LONGEST_DELAY } from '../server/options.ts'

/** How long a call may take. */
export interface Limits {
  /** Milliseconds without a sign of life. */
  readonly timeoutMs: number
  /** Milliseconds altogether. */
  readonly maxTotalTimeoutMs: number
  /** When it began, by `elapsed`; now by default. */
  readonly began?: number
}

/** The time that a call has. It runs from when it is made until `stop`. */
export class Deadline {
  readonly #limits: Limits
  readonly #stands: () => boolean
  readonly #expire: (message: string) => void
  readonly #end: number
  #timer: ReturnType<typeof setTimeout> | undefined

  /**
   * @param stands whether the clock of silence stands still, since the server waits for an answer of this side
   * @param expire is called when the time is over, with what was waited for
   */
  constructor(limits: Limits, stands: () => boolean, expire: (message: string) => void) {
    const { maxTotalTimeoutMs, began = elapsed() } = limits
    this.#limits = limits
    this.#stands = stands
    this.#expire = expire
    this.#end = began + maxTotalTimeoutMs
    this.#arm()
  }

  /** A sign of life: the silence begins anew. */
  renew(): void {
    this.stop()
    this.#arm()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #arm(): void {
    const { timeoutMs, maxTotalTimeoutMs } = this.#limits
    const left = this.#end - elapsed()
    const delay = Math.min(timeoutMs, left)
    // What is longer than a timer can wait is waited for without one.
    if (delay > LONGEST_DELAY) return
    this.#timer = setTimeout(() => {
      if (left <= timeoutMs) this.#expire(`it took longer than ${maxTotalTimeoutMs} ms altogether`)
      else if (this.#stands()) this.#arm()
      else this.#expire(`it was silent for ${timeoutMs} ms`)
    }, delay)
  }
}
