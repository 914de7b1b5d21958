import { withTemporaryFolder } from '../../scripts/child.ts'
import { reasonNotJudged } from './expectations.ts'
import { judgeStrictly } from './judge.ts'
import type { Findings, Row } from './row.ts'
import { type ClientScenario, clientScenarios, runClientScenario } from './suite.ts'

// The suite gives up a client after 30 s.
const SCENARIO_LIMIT_MS = 60_000

/** How many scenarios are played at once. */
const AT_ONCE = 2

const side = 'client'

const judgeOne = (one: ClientScenario): Promise<Row> =>
  withTemporaryFolder(async (folder) => {
    const { finished, checks, clientLog } = await runClientScenario(one, folder, SCENARIO_LIMIT_MS)
    const judgement = judgeStrictly(checks, finished)
    const log = clientLog.trim().split('\n').slice(0, 5).join(' ')
    const isNews = judgement.verdict === 'failed' && log !== ''
    const notes = isNews ? [...judgement.notes, `the client wrote to stderr: ${log}`] : judgement.notes
    return { side, ...one, ...judgement, notes }
  })

/** Judges the client under test by every scenario that the suite has for it. */
export const judgeClient = async (): Promise<Findings> => {
  const all = await clientScenarios()
  const judged = all.filter(({ scenario }) => reasonNotJudged(scenario) === undefined)
  const left = all.filter((one) => !judged.includes(one)).map((one) => ({ side, ...one }) as const)
  const rows: Row[] = []
  const waiting = judged.entries()
  const work = async (): Promise<void> => {
    for (const [index, one] of waiting) rows[index] = await judgeOne(one)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { rows, left }
}
