/** The requirement sets of the suite: a scenario of both sets has to pass on both wires. */
export const requirementSets: readonly string[] = ['2025-11-25', '2026-07-28']

// Scenarios of what this library does not have, each by what its name begins with.
const MISSING: readonly (readonly [prefix: string, part: string])[] = [
  ['auth/', 'authorization'],
  ['tasks-', 'the tasks extension'],
  ['sep-2640-', 'the skills extension'],
]

/** What a scenario needs that this library does not have, or undefined for a scenario that is judged. */
export const reasonNotJudged = (scenario: string): string | undefined =>
  MISSING.find(([prefix]) => scenario.startsWith(prefix))?.[1]
