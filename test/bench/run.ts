import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf, repository } from '../../scripts/child.ts'
import { hasTaskset, hasWrk, type Measure, overStdio, TARGETS, type Target, withHttp } from './measure.ts'
import type { BenchRevision } from './messages.ts'

// Compares `tools/call` with the floor and with the official SDK: on one machine, in one run, the server on one core
// and the load on another, the targets taking turns so that a slow moment of the machine meets all of them.

interface Case {
  readonly name: string
  readonly revision: BenchRevision
  readonly over: 'http' | 'pipelined' | 'sequential'
  /** The share of the floor that this library has promised to reach. */
  readonly promised?: number
}

const CASES: readonly Case[] = [
  { name: 'HTTP 2026-07-28', revision: '2026-07-28', over: 'http', promised: 0.5 },
  { name: 'HTTP 2025-06-18 without session', revision: '2025-06-18', over: 'http', promised: 0.5 },
  { name: 'stdio 2026-07-28 pipelined', revision: '2026-07-28', over: 'pipelined', promised: 0.4 },
  { name: 'stdio 2025-06-18 pipelined', revision: '2025-06-18', over: 'pipelined', promised: 0.4 },
  { name: 'stdio 2026-07-28 sequential', revision: '2026-07-28', over: 'sequential' },
  { name: 'stdio 2025-06-18 sequential', revision: '2025-06-18', over: 'sequential' },
]

type Figures = Readonly<Record<Target, readonly number[]>>

const takeTurns = async (measure: Measure, runs: number): Promise<Figures> => {
  const figures: Record<Target, number[]> = { floor: [], ours: [], official: [] }
  for (let run = 0; run < runs; run += 1) {
    for (const target of TARGETS) figures[target].push(await measure(target))
  }
  return figures
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')

const range = (values: readonly number[]): string =>
  `${whole(median(values))} (${whole(Math.min(...values))}–${whole(Math.max(...values))})`

const COLUMNS = [33, 28, 28, 28, 12, 15] as const
const row = (...cells: string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(COLUMNS[0]) : cell.padStart(COLUMNS[index] ?? 0))).join('')

/** The median of what each round came to: its measurements lie close together in time. */
const ratio = (of: readonly number[], to: readonly number[]): number =>
  median(of.map((value, round) => value / (to[round] ?? Number.NaN)))

const line = ({ name, promised }: Case, figures: Figures): string => {
  const share = ratio(figures.ours, figures.floor)
  const promise =
    promised === undefined ? '' : `  ${share < promised ? 'BELOW' : 'above'} the promised ${promised * 100}%`
  return (
    row(
      name,
      range(figures.floor),
      range(figures.ours),
      range(figures.official),
      `${(share * 100).toFixed(1)}%`,
      `${ratio(figures.ours, figures.official).toFixed(1)} x`,
    ) + promise
  )
}

const describe = (seconds: number, runs: number): string =>
  [
    `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} core(s)`,
    hasTaskset && cpus().length > 1
      ? 'The server has core 0, the load core 1.'
      : 'Nothing is pinned to a core of its own.',
    hasWrk
      ? 'Load for HTTP: wrk, 32 connections.'
      : 'Load for HTTP: a generator of our own on Node, 32 connections. It is slower than the floor, so that the ratios come out too high: install wrk for exact ones.',
    `tools/call per second: median of ${runs} run(s) of ${seconds} s, lowest and highest in brackets; ratios: median of the rounds.`,
    '',
    row('', ...TARGETS, 'ours/floor', 'ours/official'),
  ].join('\n')

const bench = async (seconds: number, runs: number, only: string): Promise<void> => {
  const cases = CASES.filter(({ name }) => name.includes(only))
  if (cases.length === 0)
    throw new Error(`no case has "${only}" in its name: ${CASES.map(({ name }) => name).join(', ')}`)
  console.log(describe(seconds, runs))
  for (const item of cases) {
    const { revision, over } = item
    const figures =
      over === 'http'
        ? await withHttp(revision, seconds, (measure) => takeTurns(measure, runs))
        : await takeTurns(overStdio(revision, over, seconds), runs)
    console.log(line(item, figures))
  }
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
})

try {
  const seconds = Number(values.seconds)
  const runs = Number(values.runs)
  if (!(seconds > 0)) throw new Error(`--seconds must be a positive number, got "${values.seconds}"`)
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs must be a whole number from 1, got "${values.runs}"`)
  if (!existsSync(join(repository, 'dist', 'index.js'))) {
    throw new Error('there is no dist/index.js to measure: run `npm run build` first')
  }
  await bench(seconds, runs, values.only)
} catch (error) {
  console.error(`The benchmark failed: ${messageOf(error)}`)
  process.exitCode = 1
}
