import { join } from 'node:path'
import { messageOf, type Running, start, typescript, waitForOutput, withTemporaryFolder } from '../../scripts/child.ts'
import { reasonNotJudged, requirementSets } from './expectations.ts'
import { judge } from './judge.ts'
import type { Findings, Left, Row } from './row.ts'
import { runSet, scenariosOf } from './suite.ts'

const SET_LIMIT_MS = 240_000
const START_LIMIT_MS = 30_000

const side = 'server'

const startServer = async (): Promise<{ readonly url: string; readonly child: Running }> => {
  const child = start(process.execPath, [...typescript, join(import.meta.dirname, 'serve.ts'), '--port', '0'])
  try {
    const [url] = await waitForOutput(child, /^http:\/\/\S+$/m, START_LIMIT_MS)
    return { url, child }
  } catch (error) {
    await child.end()
    throw new Error(`the server under test did not start: ${messageOf(error)}`)
  }
}

const judgeSet = async (revision: string, url: string): Promise<Findings> => {
  const scenarios = await scenariosOf(revision, side)
  const judged = scenarios.filter((scenario) => reasonNotJudged(scenario) === undefined)
  const left = scenarios.filter((scenario) => !judged.includes(scenario))
  return withTemporaryFolder(async (folder) => {
    const { finished, checks } = await runSet(revision, url, folder, judged, SET_LIMIT_MS)
    const rows = judged.map((scenario) => ({ side, revision, scenario, ...judge(checks.get(scenario)) }) as const)
    if (rows.some(({ scenario }) => !checks.has(scenario))) {
      const tail = `${finished.stdout}${finished.stderr}`.trimEnd().split('\n').slice(-20).join('\n')
      console.error(
        `The suite did not finish set ${revision}: ${finished.error ?? `exit code ${finished.code}`}\n${tail}\n`,
      )
    }
    return { rows, left: left.map((scenario) => ({ side, revision, scenario })) }
  })
}

/** Judges the server at an address by every requirement set. */
export const judgeServer = async (url: string): Promise<Findings> => {
  const rows: Row[] = []
  const left: Left[] = []
  for (const set of requirementSets) {
    const found = await judgeSet(set, url)
    rows.push(...found.rows)
    left.push(...found.left)
  }
  return { rows, left }
}

/** Judges the server under test, which runs for as long. */
export const judgeOwnServer = async (): Promise<Findings> => {
  const { url, child } = await startServer()
  try {
    const findings = await judgeServer(url)
    const log = child.output.stderr.trimEnd().split('\n').slice(-30).join('\n')
    const hasFailed = findings.rows.some(({ verdict }) => verdict === 'failed')
    if (hasFailed && log !== '') console.error(`The server under test wrote to stderr:\n${log}\n`)
    return findings
  } finally {
    await child.end()
  }
}
