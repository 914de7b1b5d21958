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
