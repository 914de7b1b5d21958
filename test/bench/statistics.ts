import type { Goal, Measured, Results } from './table.ts'

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

export const valuesOf = (rounds: readonly Measured[], figure: string): readonly number[] =>
  rounds.map((measured) => measured[figure] ?? Number.NaN)

/** Round by round, since what is measured in one round lies close together in time. */
const pairwise = (
  of: readonly number[],
  to: readonly number[],
  combine: (a: number, b: number) => number,
): readonly number[] => of.map((value, round) => combine(value, to[round] ?? Number.NaN))

export const ratio = (of: readonly number[], to: readonly number[]): number => median(pairwise(of, to, (a, b) => a / b))

const difference = (of: readonly number[], to: readonly number[]): number => median(pairwise(of, to, (a, b) => a - b))

/** What the figure of a goal came to. */
export const reached = ({ of, over, less, figure }: Goal, results: Results): number => {
  const named = (name: string): readonly number[] => valuesOf(results.get(name) ?? [], figure)
  if (over !== undefined) return ratio(named(of), named(over))
  return less === undefined ? median(named(of)) : difference(named(of), named(less))
}

export const isMet = ({ atLeast = -Infinity, atMost = Infinity }: Goal, value: number): boolean =>
  value >= atLeast && value <= atMost
