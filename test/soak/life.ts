import fc from 'fast-check'
import { STATEFUL, VERSIONS, type Version } from '../support/messages.ts'
import type { Breaking } from '../support/proxy.ts'

/** What carries the messages of a client. */
export type Way = 'Streamable HTTP' | 'HTTP with SSE' | 'WebSocket' | 'memory' | 'stdio'

/** One thing that a client does. */
export type Step =
  | { readonly does: 'echo' | 'read'; readonly length: number; readonly turns: number }
  | { readonly does: 'work'; readonly steps: number }
  | { readonly does: 'elicit' | 'sample'; readonly asks: number }
  /** Calls, and gives the call up after so many milliseconds. */
  | { readonly does: 'cancel'; readonly ms: number; readonly asks: number }
  /** Calls many times at once. */
  | { readonly does: 'flood'; readonly calls: number }
  /** Listens to a resource of its own until it has heard so many changes, and rests for so many milliseconds before each. */
  | { readonly does: 'listen'; readonly changes: number; readonly rests: number }
  | { readonly does: 'list' }

/** How a client goes: it closes when all is done, closes in the middle, or is never heard of again. */
export type End = 'closes' | 'leaves' | 'vanishes'

/** One connection of a client, from its opening to its end. */
export interface Visit {
  readonly steps: readonly Step[]
  /** Whether the steps are done all at once. */
  readonly isTogether: boolean
  readonly end: End
  /** After how many milliseconds it leaves or vanishes. */
  readonly endsAfter: number
}

/** What becomes of a client. */
export interface Life {
  readonly way: Way
  readonly revision: Version
  readonly visits: readonly Visit[]
  /** Where its connections break, one after the other; those that come later hold. */
  readonly breaks: readonly Breaking[]
  /** Whether its connection comes back by itself after a break. */
  readonly comesBack: boolean
}

const upTo = (max: number) => fc.nat({ max })

const from = (min: number, max: number) => fc.integer({ min, max })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('echo' as const), length: upTo(3_000), turns: upTo(6) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('echo' as const), length: upTo(100_000), turns: upTo(2) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('read' as const), length: upTo(3_000), turns: upTo(6) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('work' as const), steps: from(1, 8) }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constantFrom('elicit' as const, 'sample' as const), asks: from(1, 3) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('cancel' as const), ms: upTo(12), asks: upTo(2) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('flood' as const), calls: from(2, 12) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('listen' as const), changes: upTo(3), rests: upTo(25) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('list' as const) }) },
)

const broken: fc.Arbitrary<Breaking> = fc.oneof(
  fc.record({ after: upTo(1_500), unit: fc.constant('bytes' as const), isReset: fc.boolean() }),
  fc.record({ after: upTo(20_000), unit: fc.constant('bytes' as const), isReset: fc.boolean() }),
  fc.record({ after: upTo(12), unit: fc.constant('pieces' as const), isReset: fc.boolean() }),
  fc.record({ after: upTo(60), unit: fc.constant('ms' as const), isReset: fc.boolean() }),
)

const visits = (end: fc.Arbitrary<End>, most: number): fc.Arbitrary<readonly Visit[]> =>
  fc.array(
    fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 6 }),
      isTogether: fc.boolean(),
      end,
      endsAfter: upTo(40),
    }),
    { minLength: 1, maxLength: most },
  )

const calm = { visits: visits(fc.constant('closes'), 1), breaks: fc.constant([]), comesBack: fc.boolean() }

const leaving = {
  visits: visits(fc.constantFrom('leaves', 'vanishes'), 2),
  breaks: fc.constant([]),
  comesBack: fc.boolean(),
}

const broke = {
  visits: visits(fc.constantFrom('closes', 'closes', 'leaves', 'vanishes'), 3),
  breaks: fc.array(broken, { minLength: 1, maxLength: 6 }),
  comesBack: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
}

const CARRIED: readonly (readonly [Way, readonly Version[]])[] = [
  ['Streamable HTTP', VERSIONS],
  ['HTTP with SSE', STATEFUL],
  ['WebSocket', VERSIONS],
  ['memory', VERSIONS],
]

/** Every way on every revision that it carries. */
export const WAYS: readonly (readonly [Way, Version])[] = CARRIED.flatMap(([way, versions]) =>
  versions.map((version) => [way, version] as const),
)

const PROCESSES: readonly (readonly [Way, Version])[] = VERSIONS.map((version) => ['stdio', version])

/** Whoever starts a process must end it: none of them can vanish. */
const endingProcesses = (visit: Visit): Visit => (visit.end === 'vanishes' ? { ...visit, end: 'leaves' } : visit)

const lifeOn = (ways: readonly (readonly [Way, Version])[]): fc.Arbitrary<Life> =>
  fc
    .tuple(
      fc.constantFrom(...ways),
      fc.oneof(
        { weight: 2, arbitrary: fc.record(calm) },
        { weight: 1, arbitrary: fc.record(leaving) },
        { weight: 3, arbitrary: fc.record(broke) },
      ),
    )
    .map(([[way, revision], rest]) => ({ way, revision, ...rest }))
    .map((life) => (life.way === 'stdio' ? { ...life, visits: life.visits.map(endingProcesses) } : life))

/** The same seed makes the same lives. */
const sample = (life: fc.Arbitrary<Life>, seed: number, count: number): readonly Life[] =>
  count === 0 ? [] : fc.sample(fc.noBias(life), { seed, numRuns: count })

/** Lives of clients, so many of them over pipes. */
export const livesOf = (seed: number, count: number, processes: number): readonly Life[] => [
  ...sample(lifeOn(PROCESSES), seed, processes),
  ...sample(lifeOn(WAYS), seed, count),
]
