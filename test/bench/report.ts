import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { buildFolder, repository } from '../../scripts/child.ts'
import { isMet, median, ratio, reached, valuesOf } from './statistics.ts'
import type { Figure, Goal, Results, Table } from './table.ts'

const folder = join(buildFolder, 'bench')
const page = join(repository, 'docs', 'performance.md')
/** What is said by hand beside the figures. */
const remarks = join(import.meta.dirname, 'remarks.md')

/** A number as a page shows it. */
export const number = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })

const percent = (value: number): string => `${number(value * 100, 0)}%`

const cellsOf = ({ key, digits, divided }: Figure, results: Results, name: string, first: string): string[] => {
  const values = valuesOf(results.get(name) ?? [], key)
  const spread =
    values.length > 1 ? ` (${number(Math.min(...values), digits)}–${number(Math.max(...values), digits)})` : ''
  const cell = `${number(median(values), digits)}${spread}`
  if (!divided) return [cell]
  return [cell, name === first ? '' : percent(ratio(values, valuesOf(results.get(first) ?? [], key)))]
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** A table in Markdown. */
export const tableOf = (columns: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  row(columns),
  row(columns.map((_, index) => (index === 0 ? '---' : '--:'))),
  ...rows.map(row),
]

const FACTORS: Readonly<Record<Goal['unit'], number>> = { '%': 100, '×': 1, ms: 1, MB: 1, KB: 1 }

const amount = (value: number, unit: Goal['unit']): string =>
  unit === '%' ? `${number(value, 0)}%` : `${number(value, unit === '×' ? 2 : 1)} ${unit}`

const goalRow = (goal: Goal, results: Results): readonly string[] => {
  const { what, atLeast, atMost, unit } = goal
  const value = reached(goal, results) * FACTORS[unit]
  const target = atLeast === undefined ? `≤ ${amount(atMost ?? Number.NaN, unit)}` : `≥ ${amount(atLeast, unit)}`
  return [what, target, amount(value, unit), isMet(goal, value) ? 'met' : '**missed**']
}

/** A table with its figures, as Markdown. */
export const lines = ({ title, about, figures, subjects, goals }: Table, results: Results): readonly string[] => {
  const shown = subjects.filter(({ name }) => results.has(name))
  const first = shown[0]?.name ?? ''
  const columns = ['', ...figures.flatMap(({ heading, divided }) => (divided ? [heading, 'to the first'] : [heading]))]
  const rows = shown.map(({ name }) => [name, ...figures.flatMap((figure) => cellsOf(figure, results, name, first))])
  const missed = goals.map((goal) => goalRow(goal, results)).map((cells) => cells.join(': '))
  return [
    `## ${title}`,
    '',
    about,
    '',
    ...tableOf(columns, rows),
    ...(missed.length > 0 ? ['', `Targets: ${missed.join('; ')}.`] : []),
  ]
}

const git = (...args: readonly string[]): string =>
  spawnSync('git', args, { cwd: repository, encoding: 'utf8' }).stdout.trim()

const versionOf = (name: string): string | undefined => {
  const file = [repository, join(buildFolder, 'bench-peers')]
    .map((base) => join(base, 'node_modules', name, 'package.json'))
    .find((candidate) => existsSync(candidate))
  return file && `${name} ${JSON.parse(readFileSync(file, 'utf8')).version}`
}

const MEASURED_WITH = ['@modelcontextprotocol/server', '@modelcontextprotocol/sdk', 'ws', 'mcp-lite', 'tmcp', 'fastmcp']

interface Stored {
  readonly commit: string
  readonly results: readonly (readonly [string, Parameters<typeof valuesOf>[0]])[]
}

/** Keeps the figures of a table, so that a run of others leaves them on the page. */
export const store = async ({ name }: Table, results: Results): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const stored: Stored = { commit: git('describe', '--always', '--dirty'), results: [...results] }
  await writeFile(join(folder, `${name}.json`), JSON.stringify(stored))
}

const load = async ({ name }: Table): Promise<Stored | undefined> => {
  const file = join(folder, `${name}.json`)
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined
}

/** What measures. */
export const machine = (): string => {
  const [processor] = cpus()
  const memory = `${number(totalmem() / 1024 ** 3, 0)} GB`
  return `${processor?.model ?? 'unknown processor'}, ${cpus().length} cores, ${memory}, Node ${process.version}`
}

/** Writes docs/performance.md from the figures of all tables that were measured. */
export const writePage = async (tables: readonly Table[]): Promise<void> => {
  const measured: { table: Table; commit: string; results: Results }[] = []
  for (const table of tables) {
    const stored = await load(table)
    if (stored) measured.push({ table, commit: stored.commit, results: new Map(stored.results) })
  }
  const commits = [...new Set(measured.map(({ commit }) => commit))]
  const text = [
    '# Performance',
    '',
    '`npm run bench` measures, and writes this page; `npm run bench -- http startup` measures some tables only, `--peers` other libraries, too.',
    '',
    `${machine()}; ${MEASURED_WITH.map(versionOf)
      .filter((version) => version !== undefined)
      .join(', ')}; commit ${commits.join(', ')}.`,
    '',
    'What is measured has one core, what measures it the other. In each table the subjects take turns, so that a slow moment of the machine meets all of them. A figure is the median of the rounds, lowest and highest in brackets; a ratio is the median of the ratios within each round. Processor time is that of the server alone, all threads, and disturbed least by what else runs on the machine. Each answer is checked before it is timed.',
    '',
    '## Targets',
    '',
    ...tableOf(
      ['', 'target', 'measured', ''],
      measured.flatMap(({ table, results }) => table.goals.map((goal) => goalRow(goal, results))),
    ),
    '',
    (await readFile(remarks, 'utf8')).trimEnd(),
    '',
    ...measured.flatMap(({ table, results }) => [...lines({ ...table, goals: [] }, results), '']),
  ]
  await writeFile(page, text.join('\n'))
}
