import type { Finished } from '../../scripts/child.ts'

/** One finding of the suite: a MUST that is broken is a FAILURE, a SHOULD a WARNING. */
export interface Check {
  readonly id: string
  readonly description?: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly errorMessage?: string
}

export type Verdict = 'passed' | 'failed' | 'skipped'

/** What a scenario came to. */
export interface Judgement {
  readonly verdict: Verdict
  /** How many checks succeeded. */
  readonly succeeded: number
  /** Why it failed or was skipped, and which warnings there were. */
  readonly notes: readonly string[]
}

// It rides on every scenario and only says that whatever was sent has the right shape.
const PROVES_NOTHING = 'wire-schema-valid'

const sentence = (label: string, { id, errorMessage, description }: Check): string =>
  `${label} ${id}: ${(errorMessage ?? description ?? 'no reason given').replace(/\s+/g, ' ').trim()}`

/**
 * Judges one scenario by its checks.
 *
 * @param checks undefined when the suite wrote none
 */
export const judge = (checks: readonly Check[] | undefined): Judgement => {
  if (checks === undefined) return { verdict: 'failed', succeeded: 0, notes: ['the suite wrote no result'] }
  const failures = checks.filter(({ status }) => status === 'FAILURE')
  const warnings = checks.filter(({ status }) => status === 'WARNING')
  const succeeded = checks.filter(({ status, id }) => status === 'SUCCESS' && id !== PROVES_NOTHING).length
  const notes = [
    ...failures.map((check) => sentence('failed', check)),
    ...warnings.map((check) => sentence('warning', check)),
  ]
  const verdict = failures.length > 0 ? 'failed' : succeeded === 0 ? 'skipped' : 'passed'
  if (verdict === 'skipped') notes.unshift('no check succeeded that proves anything')
  return { verdict, succeeded, notes: [...new Set(notes)] }
}

// What the suite says of a client that has crashed, or has not come to an end.
const OUTCOME = /CLIENT (?:EXITED|TIMED OUT).*/

/**
 * Judges the run of one scenario of a client, as strictly as the suite does: the client has to do what it SHOULD, too, and
 * to end well.
 */
export const judgeStrictly = (checks: readonly Check[] | undefined, finished: Finished): Judgement => {
  const judgement = judge(checks)
  const { code, stdout, stderr, error } = finished
  if (code === 0 && error === undefined) return judgement
  const { succeeded, notes } = judgement
  const output = `${stdout}${stderr}`
  const outcome = OUTCOME.exec(output)?.[0]
  if (outcome !== undefined) return { verdict: 'failed', succeeded, notes: [...notes, outcome] }
  if (notes.length > 0 && checks !== undefined) return { verdict: 'failed', succeeded, notes }
  const tail = output.trimEnd().split('\n').slice(-5).join(' ')
  const why = error ?? `the suite ended with exit code ${code}`
  return { verdict: 'failed', succeeded, notes: [...notes, `${why}: ${tail}`] }
}
