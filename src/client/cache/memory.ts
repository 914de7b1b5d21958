import type { CachedResult, CacheStore } from './types.ts'

/** Keeps results in memory; one more than it may hold drops the one that was used longest ago. */
export class MemoryCacheStore implements CacheStore {
  readonly #maxEntries: number
  readonly #results = new Map<string, CachedResult>()

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  get(key: string): CachedResult | undefined {
    const found = this.#results.get(key)
    if (found) this.set(key, found)
    return found
  }

  set(key: string, result: CachedResult): void {
    this.#results.delete(key)
    this.#results.set(key, result)
    if (this.#results.size <= this.#maxEntries) return
    const [oldest] = this.#results.keys()
    this.#results.delete(oldest as string)
  }

  delete(key: string): void {
    this.#results.delete(key)
  }
}
