import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf, repository } from '../../scripts/child.ts'
import { installPeers } from './peers.ts'
import { lines, store, writePage } from './report.ts'
import type { Measured, Ready, Results, Table } from './table.ts'
import { TABLES } from './tables/index.ts'

// npm run bench -- [--peers] [--rounds 5] [name …]: measures the tables of these names, or all, and writes what came of
// it into docs/performance.md. With --peers, other libraries are installed beside, and measured with ours.

const takeTurns = async (subjects: readonly (readonly [string, Ready])[], rounds: number): Promise<Results> => {
  const results = new Map<string, Measured[]>(subjects.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, ready] of subjects) results.get(name)?.push(await ready.measure())
  }
  return results
}

const measure = async ({ subjects }: Table, rounds: number, peers: boolean): Promise<Results> => {
  const ready: [string, Ready][] = []
  try {
    for (const { name, open, isPeer } of subjects) {
      if (isPeer && !peers) continue
      const opened = await open().catch((error: unknown) => {
        throw new Error(`${name}: ${messageOf(error)}`)
      })
      ready.push([name, opened])
    }
    return await takeTurns(ready, rounds)
  } finally {
    for (const [, { close }] of ready) await close()
  }
}

const chosen = (names: readonly string[]): readonly Table[] => {
  const unknown = names.find((name) => !TABLES.some((table) => table.name === name))
  if (unknown !== undefined) {
    throw new Error(`there is no table "${unknown}": ${TABLES.map(({ name }) => name).join(', ')}`)
  }
  return names.length === 0 ? TABLES : TABLES.filter(({ name }) => names.includes(name))
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '5' }, peers: { type: 'boolean', default: false } },
  })
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds must be a whole number from 1, got "${values.rounds}"`)
  }
  const tables = chosen(positionals)
  if (!existsSync(join(repository, 'dist', 'index.js'))) {
    throw new Error('there is no dist/index.js to measure: run `npm run build` first')
  }
  if (values.peers) await installPeers()
  for (const table of tables) {
    const results = await measure(table, rounds, values.peers)
    console.log(`${lines(table, results).join('\n')}\n`)
    await store(table, results)
  }
  await writePage(TABLES)
} catch (error) {
  console.error(`The benchmark failed: ${messageOf(error)}`)
  process.exitCode = 1
}
