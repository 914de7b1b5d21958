import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf, type Running, start, typescript, waitForOutput, withTemporaryFolder } from '../../scripts/child.ts'
import { reasonNotJudged, requirementSets } from './expectations.ts'
import { type Judgement, judge, type Verdict } from './judge.ts'
import { runSet, scenariosOf } from './suite.ts'

// Runs the official conformance suite against the server under test, or with `--url` against one that runs already.

const SET_LIMIT_MS = 240_000
const START_LIMIT_MS = 30_000

interface Row extends Judgement {
  readonly set: string
  readonly scenario: string
}

const startServer = async (): Promise<{ url: string; child: Running }> => {
  const child = start(process.execPath, [...typescript, join(import.meta.dirname, 'serve.ts'), '--port', '0'])
  try {
    const [url] = await waitForOutput(child, /^http:\/\/\S+$/m, START_LIMIT_MS)
    return { url, child }
  } catch (error) {
    await child.end()
    throw new Error(`the server under test did not start: ${messageOf(error)}`)
  }
}

const print = ({ set, scenario, verdict, succeeded, notes }: Row, width: number): void => {
  const head = `${set}  ${scenario.padEnd(width)}  ${verdict.padEnd(7)}  ${succeeded} check(s)`
  console.log([head, ...notes.map((note) => `              ${note}`)].join('\n'))
}

const judgeSet = async (set: string, url: string): Promise<{ rows: Row[]; left: string[] }> => {
  const scenarios = await scenariosOf(set)
  const judged = scenarios.filter((scenario) => reasonNotJudged(scenario) === undefined)
  const left = scenarios.filter((scenario) => !judged.includes(scenario))
  return withTemporaryFolder(async (folder) => {
    const { finished, checks } = await runSet(set, url, folder, judged, SET_LIMIT_MS)
    const rows = judged.map((scenario) => ({ set, scenario, ...judge(checks.get(scenario)) }))
    if (rows.some(({ scenario }) => !checks.has(scenario))) {
      const tail = `${finished.stdout}${finished.stderr}`.trimEnd().split('\n').slice(-20).join('\n')
      console.error(`The suite did not finish set ${set}: ${finished.error ?? `exit code ${finished.code}`}\n${tail}\n`)
    }
    return { rows, left }
  })
}

const runAll = async (url: string, serverLog: () => string): Promise<boolean> => {
  const rows: Row[] = []
  const left = new Map<string, string[]>()
  for (const set of requirementSets) {
    const judged = await judgeSet(set, url)
    rows.push(...judged.rows)
    for (const scenario of judged.left) {
      const reason = reasonNotJudged(scenario) ?? ''
      left.set(reason, [...(left.get(reason) ?? []), `${scenario} (${set})`])
    }
  }
  const width = Math.max(...rows.map(({ scenario }) => scenario.length))
  for (const row of rows) print(row, width)
  for (const [need, scenarios] of left) console.log(`\nNot judged, since they need ${need}:\n  ${scenarios.join(', ')}`)
  const count = (verdict: Verdict): number => rows.filter((row) => row.verdict === verdict).length
  const log = serverLog().trimEnd().split('\n').slice(-30).join('\n')
  if (count('failed') > 0 && log !== '') console.log(`\nThe server under test wrote to stderr:\n${log}`)
  console.log(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
  return count('failed') === 0 && count('skipped') === 0 && count('passed') > 0
}

const { values } = parseArgs({ options: { url: { type: 'string' } } })

let child: Running | undefined
try {
  let url = values.url
  if (url === undefined) {
    const started = await startServer()
    url = started.url
    child = started.child
  }
  if (!(await runAll(url, () => child?.output.stderr ?? ''))) process.exitCode = 1
} catch (error) {
  console.error(`The conformance run failed: ${messageOf(error)}`)
  process.exitCode = 1
} finally {
  await child?.end()
}
