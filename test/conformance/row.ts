import { reasonNotJudged } from './expectations.ts'
import type { Judgement, Verdict } from './judge.ts'

/** A scenario in a revision, and what it came to. */
export interface Row extends Judgement {
  readonly side: 'server' | 'client'
  readonly revision: string
  readonly scenario: string
}

/** A scenario that is not judged. */
export type Left = Pick<Row, 'side' | 'revision' | 'scenario'>

/** What one side came to. */
export interface Findings {
  readonly rows: readonly Row[]
  readonly left: readonly Left[]
}

const tableOf = (rows: readonly Row[]): string[] => {
  const width = Math.max(...rows.map(({ scenario }) => scenario.length))
  return rows.flatMap(({ side, revision, scenario, verdict, succeeded, notes }) => [
    `${side}  ${revision}  ${scenario.padEnd(width)}  ${verdict.padEnd(7)}  ${succeeded} check(s)`,
    ...notes.map((note) => `                      ${note}`),
  ])
}

const leftOut = (left: readonly Left[]): string[] => {
  const reasons = new Map<string, Map<string, string[]>>()
  for (const { side, revision, scenario } of left) {
    const needs = `Not judged, since they need ${reasonNotJudged(scenario)}`
    const scenarios = reasons.get(needs) ?? new Map<string, string[]>()
    reasons.set(needs, scenarios)
    const name = `${side} ${scenario}`
    scenarios.set(name, [...(scenarios.get(name) ?? []), revision])
  }
  return [...reasons].flatMap(([needs, scenarios]) => [
    `\n${needs}:`,
    ...[...scenarios].map(([name, revisions]) => `  ${name} (${revisions.join(', ')})`),
  ])
}

/** The last line of a run, and whether everything has passed. */
export const summaryOf = (rows: readonly Row[]): { readonly line: string; readonly isGood: boolean } => {
  const count = (verdict: Verdict): number => rows.filter((row) => row.verdict === verdict).length
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')]
  return {
    line: `${passed} passed, ${failed} failed, ${skipped} skipped`,
    isGood: passed > 0 && failed === 0 && skipped === 0,
  }
}

/** What a run found: one row per scenario with the reasons for failure, and what was left out. */
export const reportOf = ({ rows, left }: Findings): string => [...tableOf(rows), ...leftOut(left)].join('\n')
