import type { Logger } from '../../model/logger.ts'
import { digest } from '../../protocol/digest.ts'
import { REVISIONS } from '../../protocol/index.ts'
import type { Revision } from '../../protocol/revision.ts'
import { isObject, parseJson } from '../../wire/json.ts'
import type { Params } from '../../wire/message.ts'
import { abortedBy, limited, unlessAborted } from '../limited.ts'
import { isWithin } from '../listening/changes.ts'
import type { Result } from '../rounds.ts'
import { MemoryCacheStore } from './memory.ts'
import { checkCacheOptions } from './options.ts'
import type { CacheOptions, CacheStore } from './types.ts'

/** How many results a store in memory keeps. */
const DEFAULT_MAX_ENTRIES = 512

/** A server cannot have a result kept for longer: 24 hours. */
const LONGEST_TTL = 86_400_000

/** Milliseconds that a store may take. */
const PATIENCE_MS = 1_000

const READ = 'resources/read'

/** The parameter that tells the results of a method apart. Results of other methods are not kept. */
const KEY_PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['tools/list', 'cursor'],
  ['prompts/list', 'cursor'],
  ['resources/list', 'cursor'],
  ['resources/templates/list', 'cursor'],
  [READ, 'uri'],
])

/** The methods whose results a notification has made stale. */
const MADE_STALE: ReadonlyMap<string, readonly string[]> = new Map([
  ['notifications/tools/list_changed', ['tools/list']],
  ['notifications/prompts/list_changed', ['prompts/list']],
  ['notifications/resources/list_changed', ['resources/list', 'resources/templates/list']],
])

/** Whether results of a revision say how long they may be kept. */
const hasHints = ({ stamp }: Revision): boolean => stamp !== undefined

const VERSIONS = REVISIONS.filter(hasHints).map(({ version }) => version)

/** A place in the cache, and how often it had been cleared when its result was asked for. */
export interface Place {
  readonly version: string
  readonly method: string
  /** A cursor or a URI; undefined for the first page of a list. */
  readonly parameter: string | undefined
  readonly generation: number
}

const ttlOf = ({ ttlMs }: Result): number => (typeof ttlMs === 'number' && ttlMs > 0 ? Math.min(ttlMs, LONGEST_TTL) : 0)

/** What a store has given, unless it is stale or damaged. */
const freshOf = (found: unknown): Result | undefined => {
  const { text, expiresAt } = isObject(found) ? found : {}
  if (typeof text !== 'string' || typeof expiresAt !== 'number') return undefined
  // Stores are shared, so that this is the time of day. One that was set back must not make a result last for longer.
  const left = expiresAt - Date.now()
  if (left <= 0) return undefined
  const parsed = parseJson(text)
  return parsed.ok && isObject(parsed.value) && left <= ttlOf(parsed.value) ? parsed.value : undefined
}

/**
 * Keeps the results that a server allows to be kept, for as long as it allows it (2026-07-28 Caching). What the store
 * does wrong costs the kept result, never the call.
 */
export class ResponseCache {
  readonly #store: CacheStore
  readonly #logger: Logger
  readonly #owner: readonly [address: string, partition: string]
  readonly #maxEntries: number
  /** How often the results of each method have been made stale: one that was asked for before is not kept. */
  readonly #generations = new Map<string, number>()
  /** What may be in the store for each method, by its parameter, in the order in which it was kept. */
  readonly #kept = new Map<string, Set<string | undefined>>()
  #prefix: Promise<string> | undefined

  /**
   * @param address tells the server from others
   * @throws DefinitionError
   */
  constructor(options: CacheOptions, address: string, logger: Logger) {
    const { store, partition = '', maxEntries = DEFAULT_MAX_ENTRIES } = checkCacheOptions(options)
    this.#store = store ?? new MemoryCacheStore(maxEntries)
    this.#maxEntries = maxEntries
    this.#logger = logger
    this.#owner = [address, partition]
  }

  /** Where the result of a request belongs; undefined when it is none that is kept. */
  placeOf(revision: Revision, method: string, params: Params): Place | undefined {
    const name = KEY_PARAMETERS.get(method)
    if (name === undefined || !hasHints(revision)) return undefined
    const parameter = params[name]
    if (parameter !== undefined && typeof parameter !== 'string') return undefined
    return { version: revision.version, method, parameter, generation: this.#generationOf(method) }
  }

  /**
   * The fresh result of a request.
   * @throws AbortedError when the signal has aborted: what is kept is not given to a call that was given up
   */
  async read({ version, method, parameter }: Place, signal?: AbortSignal): Promise<Result | undefined> {
    if (signal?.aborted) throw abortedBy(signal, `"${method}"`)
    return this.#patiently(async () => {
      const key = await this.#keyOf(version, method, parameter)
      const found: unknown = await this.#store.get(key)
      // Many stores say so by null.
      if (found === undefined || found === null) return undefined
      const result = freshOf(found)
      if (!result) await this.#store.delete(key)
      return result
    })
  }

  /** Keeps a result, unless it is stale already. One that may not be kept takes the place of one that might. */
  async write(place: Place, result: Result): Promise<void> {
    const { version, method, parameter } = place
    const ttl = ttlOf(result)
    const kept = { text: JSON.stringify(result), expiresAt: Date.now() + ttl }
    await this.#patiently(async () => {
      const key = await this.#keyOf(version, method, parameter)
      if (!this.#isCurrent(place)) return
      if (ttl === 0) {
        await this.#store.delete(key)
        return
      }
      this.#note(method, parameter)
      await this.#store.set(key, kept)
      // It may have become stale while it was being stored, however long that took.
      if (!this.#isCurrent(place)) await this.#store.delete(key)
    })
  }

  /** Forgets what a notification has made stale. Never rejects. */
  async notified(method: string, params: Params): Promise<void> {
    if (method === 'notifications/resources/updated') await this.#forgetResource(params['uri'])
    else await Promise.all((MADE_STALE.get(method) ?? []).map((one) => this.forget(one)))
  }

  /** Forgets all results of a method, and those that are on their way. */
  async forget(method: string): Promise<void> {
    this.#advance(method)
    const kept = this.#kept.get(method) ?? []
    this.#kept.delete(method)
    // The first page may have been kept by another process.
    await this.#drop(method, new Set([undefined, ...kept]))
  }

  /** Forgets a resource, and those that it is a part of. */
  async #forgetResource(uri: unknown): Promise<void> {
    if (typeof uri !== 'string') return
    this.#advance(READ)
    const kept = this.#kept.get(READ) ?? []
    const wholes = [...kept].filter((whole) => whole !== undefined && isWithin(uri, whole))
    await this.#drop(READ, new Set([uri, ...wholes]))
  }

  #generationOf(method: string): number {
    return this.#generations.get(method) ?? 0
  }

  #isCurrent({ method, generation }: Place): boolean {
    return generation === this.#generationOf(method)
  }

  #advance(method: string): void {
    this.#generations.set(method, this.#generationOf(method) + 1)
  }

  #note(method: string, parameter: string | undefined): void {
    const kept = this.#kept.get(method) ?? new Set<string | undefined>()
    this.#kept.set(method, kept)
    kept.delete(parameter)
    kept.add(parameter)
    const [oldest] = kept
    if (kept.size > this.#maxEntries) kept.delete(oldest)
  }

  async #drop(method: string, parameters: ReadonlySet<string | undefined>): Promise<void> {
    const drop = async (version: string, parameter: string | undefined): Promise<void> => {
      await this.#store.delete(await this.#keyOf(version, method, parameter))
    }
    const dropAll = VERSIONS.flatMap((version) =>
      [...parameters].map((parameter) => this.#patiently(() => drop(version, parameter))),
    )
    await Promise.all(dropAll)
  }

  /** What the store does; undefined where it fails, or takes too long. */
  #patiently<Value>(act: () => Promise<Value>): Promise<Value | undefined> {
    const { signal, release } = limited('the store of the cache', undefined, PATIENCE_MS)
    const failed = (error: unknown): undefined => {
      this.#logger.warn('the cache could not be used:', error)
    }
    return unlessAborted(signal, act()).catch(failed).finally(release)
  }

  async #keyOf(version: string, method: string, parameter: string | undefined): Promise<string> {
    // Addresses may hold secrets, which do not belong into a store.
    this.#prefix ??= digest(this.#owner)
    return `${await this.#prefix}:${JSON.stringify([version, method, parameter ?? null])}`
  }
}
