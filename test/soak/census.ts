import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}

const collect = collector()

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Throws away what nothing leads to, also what hangs on weak references. */
const settle = async (): Promise<void> => {
  for (let round = 0; round < 3; round += 1) {
    await turn()
    collect()
  }
}

/** Bytes in use, once what is not needed is gone. */
export const memoryInUse = async (): Promise<number> => {
  await settle()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const count = (names: Iterable<string>): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** What the process holds: sockets, servers, timers, children, and what listens to it. */
export const holdings = (): ReadonlyMap<string, number> =>
  new Map([
    ...count(process.getActiveResourcesInfo()),
    ...process.eventNames().map((name) => [`process.on ${String(name)}`, process.listenerCount(name)] as const),
  ])

/** What is there now, and was not before. */
export const added = (before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): readonly string[] =>
  [...now].flatMap(([name, number]) => {
    const more = number - (before.get(name) ?? 0)
    return more > 0 ? [`${more} × ${name}`] : []
  })

/** Objects that must be gone once nobody needs them. */
export class Remains {
  #objects: { readonly what: string; readonly object: WeakRef<object> }[] = []
  readonly #known = new WeakSet<object>()

  /** How many there have been. */
  count = 0

  readonly keep = (what: string, object: object): void => {
    if (this.#known.has(object)) return
    this.#known.add(object)
    this.count += 1
    this.#objects.push({ what, object: new WeakRef(object) })
  }

  /** Those that are still there, by what they are. */
  async left(): Promise<readonly string[]> {
    await settle()
    this.#objects = this.#objects.filter(({ object }) => object.deref() !== undefined)
    await turn()
    return [...count(this.#objects.map(({ what }) => what))].map(([what, number]) => `${number} × ${what} in memory`)
  }
}

/** Asks again until nothing is left, for as long as that may take. */
export const untilNothing = async (
  look: () => Promise<readonly string[]>,
  limitMs: number,
): Promise<readonly string[]> => {
  const began = performance.now()
  for (;;) {
    const found = await look()
    if (found.length === 0 || performance.now() - began > limitMs) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
