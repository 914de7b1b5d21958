import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from '../../scripts/child.ts'
import { machine, number, tableOf } from '../bench/report.ts'
import { VERSIONS } from '../support/messages.ts'
import type { Counts } from './ledger.ts'
import { MORE_MEMORY, type Outcome } from './soak.ts'

const SHOWN = 20

const PAGE = join(repository, 'docs', 'reliability.md')

const BEGIN = '<!-- load: npm run soak -- --write -->'
const END = '<!-- /load -->'

const TITLE = `# Reliability

What is done to servers and clients of this library on purpose, and what came of it.
`

const NAMES: Readonly<Record<keyof Counts, string>> = {
  connections: 'connections, and processes',
  breaks: 'of them broken by the network, or killed',
  again: 'times that a client came again',
  calls: 'calls',
  answered: 'of them answered',
  failed: 'of them ended by a cancellation or a lost connection, with the error that says so',
  runs: 'runs of a handler',
  executions: 'of them to their end',
  asks: 'questions to a client',
  progress: 'steps of progress',
  changes: 'changes that were heard of',
  gaps: 'gaps that were heard of',
}

const again = ({ seed, clients, waves, together, processes }: Outcome['plan']): string =>
  `npm run soak -- --seed ${seed} --clients ${clients} --waves ${waves} --together ${together} --processes ${processes}`

const figures = ({ counts, disturbed, clients, objects }: Outcome): readonly (readonly [string, number])[] => [
  ['clients', [...clients.values()].reduce((sum, one) => sum + one, 0)],
  ['of them disturbed', disturbed],
  ...Object.entries(NAMES).map(([name, what]) => [what, counts[name as keyof Counts]] as const),
  ['sessions, contexts, connections and subscriptions that had to be gone from memory', objects],
]

/** What came of a run, for a terminal. */
export const summary = (outcome: Outcome): string => {
  const { plan, seconds, problems, clients, memory } = outcome
  return [
    ...[...clients].sort().map(([kind, count]) => `${kind}: ${count} clients`),
    ...figures(outcome).map(([what, count]) => `${what}: ${count}`),
    `memory: ${memory.first} bytes after the first wave, ${memory.last} after the last`,
    `${seconds.toFixed(1)} s`,
    ...problems.slice(0, SHOWN),
    problems.length === 0 ? 'no problem' : `${problems.length} problems; again: ${again(plan)}`,
  ].join('\n')
}

const megabytes = (bytes: number): string => `${number(bytes / 1024 ** 2, 1)} MiB`

const ways = ({ clients }: Outcome): readonly (readonly string[])[] =>
  [...new Set([...clients.keys()].map((kind) => kind.split(', ')[0] ?? ''))]
    .sort()
    .map((way) => [way, ...VERSIONS.map((version) => number(clients.get(`${way}, ${version}`) ?? 0, 0))])

/** The section of the page. */
export const section = (outcome: Outcome): string => {
  const { plan, seconds, problems, memory } = outcome
  const found = problems.length === 0 ? 'none' : problems.slice(0, SHOWN).join('; ')
  return [
    '## Load',
    '',
    `One server for all, in ${plan.waves} waves; the process holds the clients and the networks between, too. Each client lives by a script that the seed makes: it calls, is asked, listens, gives calls up, and reads how far they have come. Some are never disturbed. The connections of the others break behind so many bytes, between two messages, or at some moment, by a reset or an end; others close in the middle of their calls, or are never heard of again.`,
    '',
    'Then it is counted. Every call of a client that was not disturbed has its own answer; of one that was, its own answer or a `ConnectionError` or `AbortedError`, and never a time-out. Every question, step of progress and change names the client and the call that it belongs to, and came nowhere else. No call was executed twice, and each that was answered once. After each wave nothing is left: no handler that runs, no watch, socket, timer, child process or listener of the process, and no session, context, connection or subscription in memory.',
    '',
    ...tableOf(['clients', ...VERSIONS], ways(outcome)),
    '',
    ...tableOf(
      ['', ''],
      figures(outcome).map(([what, count]) => [what, number(count, 0)]),
    ),
    '',
    `Memory in use after the first wave ${megabytes(memory.first)}, after the last ${megabytes(memory.last)}; it may grow by ${megabytes(MORE_MEMORY)}. Problems: ${found}. ${number(seconds, 0)} s; ${machine()}. The same clients again: \`${again(plan)}\`.`,
  ].join('\n')
}

/** The page with another section in place of the one that it has; what else it says stays. */
export const withSection = (page: string, text: string): string => {
  const block = `${BEGIN}\n${text}\n${END}`
  const [before, behind] = [page.indexOf(BEGIN), page.indexOf(END)]
  return before === -1 || behind === -1
    ? `${page.trimEnd()}\n\n${block}\n`
    : `${page.slice(0, before)}${block}${page.slice(behind + END.length)}`
}

/** Writes the figures into docs/reliability.md. */
export const writeLoad = async (outcome: Outcome): Promise<void> => {
  const page = existsSync(PAGE) ? await readFile(PAGE, 'utf8') : TITLE
  await writeFile(PAGE, withSection(page, section(outcome)))
}
