import type { AbortedError } from '../errors.ts'
import type { Call } from './call.ts'

/** The calls that are being answered, by a key that tells them apart: the request id on a connection. */
export class InFlight<Key> {
  readonly #calls = new Map<Key, Call>()
  #waiting: (() => void)[] = []

  /** @returns false when the key is taken: a sender must not reuse the id of a request in flight */
  add(key: Key, call: Call): boolean {
    if (this.#calls.has(key)) return false
    this.#calls.set(key, call)
    return true
  }

  get(key: Key): Call | undefined {
    return this.#calls.get(key)
  }

  remove(key: Key): void {
    this.#calls.delete(key)
    if (this.#calls.size > 0 || this.#waiting.length === 0) return
    for (const wake of this.#waiting.splice(0)) wake()
  }

  abortAll(reason: AbortedError): void {
    for (const call of this.#calls.values()) call.abort(reason)
  }

  /** Settles when nothing is in flight. */
  idle(): Promise<void> {
    return this.#calls.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }
}
