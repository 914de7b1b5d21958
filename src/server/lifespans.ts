import type { Logger } from '../model/logger.ts'
import type { Definition, EntryDefinition } from './definition.ts'
import { join, overlay, type Started, startOne } from './lifespan.ts'
import type { LifespanStart } from './types.ts'

type Start = LifespanStart<unknown>
type Scope = EntryDefinition['scope']['lifespans']

/** A lifespan that runs, and how many definitions hold it. */
interface Running extends Started {
  holders: number
}

/** What one definition holds of the lifespans of its runtime. */
export interface Held {
  readonly running: ReadonlyMap<Start, Running>
  /** What its entries see, by their scope. */
  readonly values: ReadonlyMap<Scope, unknown>
}

/** What is held where there is no lifespan. */
export const NONE_HELD: Held = { running: new Map(), values: new Map() }

const valueFor = (scope: Scope, running: Held['running']): unknown => {
  const values = scope.map((starts) => join([...new Set(starts)].map((start) => running.get(start)?.value)))
  return values.reduce(overlay, undefined)
}

const valuesFor = ({ entries }: Definition, running: Held['running']): Held['values'] => {
  const scopes = new Set([...entries.values()].map(({ scope }) => scope.lifespans))
  return new Map([...scopes].map((scope) => [scope, valueFor(scope, running)]))
}

/** Ends lifespans in reverse order, each whatever becomes of the others. @returns their errors */
const endAll = async (started: readonly Started[]): Promise<readonly unknown[]> => {
  const errors: unknown[] = []
  for (const { stop } of [...started].reverse()) await stop().catch((error: unknown) => errors.push(error))
  return errors
}

/** The lifespans of one runtime: each is started once, and undone once no definition holds it any more. */
export class Lifespans {
  readonly #logger: Logger
  /** In the order in which they were started. */
  readonly #running = new Set<Running>()
  #ending: Promise<void> = Promise.resolve()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /**
   * Holds what a definition needs: what it shares with the one before it runs on, the rest is started, in order. Rejects
   * with the error of the one that failed, once those that were started here have been undone.
   */
  async hold(definition: Definition, before: Held = NONE_HELD): Promise<Held> {
    const running = new Map<Start, Running>()
    try {
      for (const start of definition.lifespans) {
        running.set(start, before.running.get(start) ?? { ...(await startOne(start)), holders: 0 })
      }
      const held = { running, values: valuesFor(definition, running) }
      for (const one of running.values()) {
        one.holders += 1
        this.#running.add(one)
      }
      return held
    } catch (error) {
      // What it failed with first is what matters.
      await endAll([...running.values()].filter((one) => !this.#running.has(one)))
      throw error
    }
  }

  /** Lets go of what a definition held, and undoes what no other holds, in reverse order of its start. */
  release({ running }: Held): void {
    const released = new Set(running.values())
    const gone = [...this.#running].filter((one) => {
      if (released.has(one)) one.holders -= 1
      return one.holders === 0
    })
    for (const one of gone) this.#running.delete(one)
    // One after the other, also where several definitions end at once: the later may rely on the earlier.
    this.#ending = this.#ending.then(async () => {
      for (const error of await endAll(gone)) {
        this.#logger.error('a lifespan that was replaced failed to end:', error)
      }
    })
  }

  /** Undoes whatever runs, whoever holds it; the first error is thrown once all have had their turn. */
  async stop(): Promise<void> {
    const running = [...this.#running]
    this.#running.clear()
    await this.#ending
    const errors = await endAll(running)
    if (errors.length > 0) throw errors[0]
  }
}
