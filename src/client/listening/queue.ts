import type { Change } from './changes.ts'

/** How many changes may wait to be taken; beyond that they are a gap. */
const MAX_WAITING = 1024

const keyOf = (change: Change): string => (change.kind === 'resource' ? `resource ${change.uri}` : change.kind)

/** Changes that wait to be taken: equal ones are one, and there are never more than so many. */
export class ChangeQueue {
  #waiting = new Map<string, Change>()
  #takers: { readonly resolve: (change: Change | undefined) => void; readonly reject: (error: unknown) => void }[] = []
  #hasEnded = false
  #error: unknown

  add(change: Change): void {
    if (this.#hasEnded) return
    const taker = this.#takers.shift()
    if (taker) {
      taker.resolve(change)
      return
    }
    if (this.#waiting.size >= MAX_WAITING) this.#waiting = new Map([['gap', { kind: 'gap' }]])
    this.#waiting.set(keyOf(change), change)
  }

  /** No more will come. What waits can still be taken; then comes the error, if there is one. */
  end(error?: unknown): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const [first, ...others] = this.#takers.splice(0)
    if (error === undefined) first?.resolve(undefined)
    else if (first) first.reject(error)
    else this.#error = error
    for (const { resolve } of others) resolve(undefined)
  }

  /** The next change, as soon as there is one; undefined after the last. Rejects once with the error. */
  async take(): Promise<Change | undefined> {
    const [first] = this.#waiting
    if (first) {
      this.#waiting.delete(first[0])
      return first[1]
    }
    if (!this.#hasEnded) return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }))
    const error = this.#error
    this.#error = undefined
    if (error !== undefined) throw error
    return undefined
  }
}
