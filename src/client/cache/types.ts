import type { MaybePromise } from '../../model/maybe-promise.ts'

/** A result as a cache keeps it. */
export interface CachedResult {
  /** The result, as JSON. */
  readonly text: string
  /** When it is stale, in milliseconds since 1970. */
  readonly expiresAt: number
}

/**
 * Where results are kept. One that throws or rejects costs nothing but the cached result. Keys are opaque; those of one
 * server and one partition begin with the same text.
 */
export interface CacheStore {
  get(key: string): MaybePromise<CachedResult | undefined>
  set(key: string, result: CachedResult): MaybePromise<unknown>
  delete(key: string): MaybePromise<unknown>
}

/** Whether, where and for how long results are kept (2026-07-28 Caching). */
export interface CacheOptions {
  /** In memory by default, for one connection, bounded. */
  readonly store?: CacheStore
  /**
   * For whom: results that are private never pass from one partition to another. Needed with a store of one's own, which
   * several callers may share: something that is different for each user, such as the subject of the token.
   */
  readonly partition?: string
  /** How many results the store in memory keeps; 512 by default. */
  readonly maxEntries?: number
}
