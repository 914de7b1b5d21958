import type { Logger } from '../../src/index.ts'
import { added, holdings, memoryInUse, Remains, untilNothing } from './census.ts'
import { live, type World } from './client.ts'
import { type Counts, Ledger } from './ledger.ts'
import { type Life, livesOf } from './life.ts'
import { openProcesses } from './processes.ts'
import type { Place } from './road.ts'
import { type Activity, serverUnderLoad } from './server.ts'

/** What a run is made of. */
export interface Plan {
  readonly seed: number
  /** In all waves together. */
  readonly clients: number
  readonly waves: number
  /** How many of them are there at once. */
  readonly together: number
  /** How many clients over pipes there are besides, in all waves together. */
  readonly processes: number
  readonly waveOver?: (wave: number, problems: number, memory: number) => void
}

/** What came of it. */
export interface Outcome {
  readonly plan: Plan
  readonly seconds: number
  readonly problems: readonly string[]
  readonly counts: Readonly<Counts>
  /** How many clients there were, by way and revision. */
  readonly clients: ReadonlyMap<string, number>
  readonly disturbed: number
  /** Bytes, after the first wave and after the last one. */
  readonly memory: { readonly first: number; readonly last: number }
  readonly objects: number
}

/** After so many milliseconds the server forgets the sessions of those who have vanished. */
const IDLE_MS = 1_000

/** How long what is left may take to go: sessions must have been idle first. */
const GOES_MS = 20_000

/** How much more memory may be in use after the last wave than after the first, in bytes. */
export const MORE_MEMORY = 3 * 1024 * 1024

const isDisturbed = ({ breaks, visits }: Life): boolean =>
  breaks.length > 0 || visits.some(({ end }) => end !== 'closes')

/** What the server and the clients say: an error is a problem, all else is what happens when networks break. */
const loggerOf = (ledger: Ledger): Logger => ({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (message, ...details) => ledger.wrong(`logged: ${message} ${details.map(String).join(' ')}`),
})

/** Works through everything, so many at once. */
const inTurns = async (works: readonly (() => Promise<void>)[], together: number): Promise<void> => {
  const left = works[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const work of left) await work()
  }
  await Promise.all(Array.from({ length: together }, worker))
}

/** Errors that nobody handles are problems. */
const whileNoticing = async (ledger: Ledger, work: () => Promise<void>): Promise<void> => {
  const stray = (error: unknown): void => ledger.wrong(`an error that nobody handles: ${error}`)
  process.on('unhandledRejection', stray).on('uncaughtException', stray)
  try {
    await work()
  } finally {
    process.off('unhandledRejection', stray).off('uncaughtException', stray)
  }
}

/** Runs all waves against one server. */
export const soak = async (plan: Plan): Promise<Outcome> => {
  const { seed, waves, together } = plan
  const began = performance.now()
  const before = holdings()
  const ledger = new Ledger()
  const remains = new Remains()
  const activity: Activity = { handlers: 0, watches: 0 }
  const clients = new Map<string, number>()
  const memory: number[] = []
  let disturbed = 0

  const { keep } = remains
  const logger = loggerOf(ledger)
  const server = serverUnderLoad(ledger, activity, keep)
  const other = server.tool('other', () => 'another server')

  const lifetimes = (wave: number, lives: readonly Life[], world: World) =>
    lives.map((life, index) => () => {
      const kind = `${life.way}, ${life.revision}`
      // A word of a URI.
      const name = `${wave}-${index}-${kind.replaceAll(/\W+/g, '-')}`
      clients.set(kind, (clients.get(kind) ?? 0) + 1)
      if (isDisturbed(life)) disturbed += 1
      return live(name, life, world)
    })

  const share = (total: number, wave: number): number =>
    Math.floor((total * (wave + 1)) / waves) - Math.floor((total * wave) / waves)

  await whileNoticing(ledger, async () => {
    const processes = await openProcesses(ledger)
    const running = await server.listen({ port: 0, sse: true, logger, sessions: { idleMs: IDLE_MS } })
    const { url, runtime } = running
    const place: Place = { url, runtime, counts: ledger.counts, command: processes.command }
    const idle = holdings()
    const left = async (): Promise<readonly string[]> => [
      ...Object.entries(activity).flatMap(([what, number]) => (number === 0 ? [] : [`${number} × running ${what}`])),
      ...(await remains.left()),
      ...added(idle, holdings()),
    ]
    try {
      for (let wave = 0; wave < waves; wave += 1) {
        const lives = livesOf(seed + wave, share(plan.clients, wave), share(plan.processes, wave))
        const all = lifetimes(wave, lives, { place, ledger, keep, logger })
        const middle = Math.floor(all.length / 2)
        all.splice(middle, 0, () => runtime.replace(wave % 2 === 0 ? other : server))
        await inTurns(all, together)
        await processes.read()
        ledger.close()
        for (const what of await untilNothing(left, GOES_MS)) ledger.wrong(`left after wave ${wave}: ${what}`)
        const inUse = await memoryInUse()
        memory.push(inUse)
        plan.waveOver?.(wave, ledger.problems.length, inUse)
      }
    } finally {
      await running.close()
      await processes.close()
    }
  })
  const over = async (): Promise<readonly string[]> => added(before, holdings())
  for (const what of await untilNothing(over, GOES_MS)) ledger.wrong(`left at the end: ${what}`)
  const [first = 0] = memory
  const last = memory.at(-1) ?? 0
  if (last - first > MORE_MEMORY) ledger.wrong(`the memory has grown from ${first} to ${last} bytes`)
  const { problems, counts } = ledger
  const seconds = (performance.now() - began) / 1000
  return { plan, seconds, problems, counts, clients, disturbed, memory: { first, last }, objects: remains.count }
}
