import { DefinitionError } from '../errors.ts'
import { isObject } from '../wire/json.ts'
import type { LifespanStart } from './types.ts'

/** A lifespan that has started. */
interface Started {
  readonly value: unknown
  readonly stop: () => Promise<void>
}

const isGenerator = (value: unknown): value is AsyncGenerator<unknown, unknown, unknown> =>
  isObject(value) && Symbol.asyncIterator in value && typeof value['next'] === 'function'

const startGenerator = async (generator: AsyncGenerator<unknown, unknown, unknown>): Promise<Started> => {
  const first = await generator.next()
  if (first.done)
    throw new DefinitionError('lifespan: the generator ended without a yield; yield what handlers may use')
  const stop = async (): Promise<void> => {
    const second = await generator.next()
    if (second.done) return
    await generator.return(undefined)
    throw new DefinitionError('lifespan: the generator yielded twice; what follows the first yield runs at close')
  }
  return { value: first.value, stop }
}

const disposer = (value: unknown): (() => unknown) | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const { [Symbol.asyncDispose]: asyncDispose, [Symbol.dispose]: dispose } = value as Partial<
    AsyncDisposable & Disposable
  >
  return asyncDispose ?? dispose
}

const isSyncGenerator = (value: unknown): boolean =>
  isObject(value) && Symbol.iterator in value && typeof value['next'] === 'function'

const startOne = async (start: LifespanStart<unknown>): Promise<Started> => {
  const made = start()
  if (isGenerator(made)) return startGenerator(made)
  if (isSyncGenerator(made)) throw new DefinitionError('lifespan: make it an async generator: async function* () { … }')
  const value = await made
  const stop = async (): Promise<void> => {
    await disposer(value)?.call(value)
  }
  return { value, stop }
}

const isPlain = (value: unknown): boolean => {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const merged = (values: readonly unknown[]): unknown => Object.freeze(Object.assign({}, ...values))

/** What handlers see of the lifespans of one server: one value as it is, several plain objects as one. */
const join = (values: readonly unknown[]): unknown => {
  const given = values.filter((value) => value !== undefined)
  if (given.length < 2) return given[0]
  if (given.every(isPlain)) return merged(given)
  throw new DefinitionError(
    'lifespan: where a server has several, each gives a plain object, so that they can be merged',
  )
}

/** What handlers of a merged server see: its own value, together with the host's where both are plain objects. */
const overlay = (outer: unknown, own: unknown): unknown => {
  if (own === undefined) return outer
  return isPlain(outer) && isPlain(own) ? merged([outer, own]) : own
}

type Starts = readonly LifespanStart<unknown>[]

/** The lifespans of one runtime: started once and in order, undone once and in reverse. */
export class Lifespans {
  readonly #starts: Starts
  readonly #scopes: ReadonlySet<readonly Starts[]>
  readonly #started = new Map<LifespanStart<unknown>, Started>()
  readonly #seen = new Map<readonly Starts[], unknown>()
  #starting: Promise<void> | undefined
  #ready: boolean

  /**
   * @param starts all of them, in order
   * @param scopes what entries see of them: those of each server around the entry, outermost first
   */
  constructor(starts: Starts, scopes: Iterable<readonly Starts[]>) {
    this.#starts = starts
    this.#scopes = new Set(scopes)
    this.#ready = starts.length === 0
  }

  /** Whether requests may be answered. */
  get ready(): boolean {
    return this.#ready
  }

  /** Starts what has not started. Rejects, now and later, with the error of the one that failed. */
  start(): Promise<void> {
    this.#starting ??= this.#startAll()
    return this.#starting
  }

  /** What an entry with this scope sees; undefined where nothing was started for it. */
  valueOf(scope: readonly Starts[]): unknown {
    return this.#seen.get(scope)
  }

  /** Undoes what has started; the first error is thrown once all have had their turn. */
  async stop(): Promise<void> {
    await this.#starting?.catch(() => undefined)
    await this.#stopAll()
  }

  async #startAll(): Promise<void> {
    try {
      for (const start of this.#starts) this.#started.set(start, await startOne(start))
      for (const scope of this.#scopes) this.#seen.set(scope, this.#valueFor(scope))
    } catch (error) {
      // What it failed with first is what matters.
      await this.#stopAll().catch(() => undefined)
      throw error
    }
    this.#ready = true
  }

  #valueFor(scope: readonly Starts[]): unknown {
    const values = scope.map((starts) => join([...new Set(starts)].map((start) => this.#started.get(start)?.value)))
    return values.reduce(overlay, undefined)
  }

  async #stopAll(): Promise<void> {
    const errors: unknown[] = []
    for (const [start, { stop }] of [...this.#started].reverse()) {
      this.#started.delete(start)
      await stop().catch((error: unknown) => errors.push(error))
    }
    if (errors.length > 0) throw errors[0]
  }
}
