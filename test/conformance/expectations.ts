/** The requirement sets of the suite: a scenario of both sets has to pass on both wires. */
export const requirementSets = ['2025-11-25', '2026-07-28'] as const

// Scenarios of extensions that this server does not have, each by what its name begins with.
const EXTENSIONS: readonly (readonly [prefix: string, extension: string])[] = [
  ['tasks-', 'the tasks extension'],
  ['sep-2640-', 'the skills extension'],
]

/** What a scenario needs that this server does not have, or undefined for a scenario that is judged. */
export const reasonNotJudged = (scenario: string): string | undefined =>
  EXTENSIONS.find(([prefix]) => scenario.startsWith(prefix))?.[1]
