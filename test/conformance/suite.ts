import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Finished, run, runOrThrow } from '../../scripts/child.ts'
import type { Check } from './judge.ts'

const suite = join(
  dirname(fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/package.json'))),
  'dist/index.js',
)
const hook = pathToFileURL(join(import.meta.dirname, 'suite-hook.mjs')).href
const program = ['--import', hook, suite]

/** Reads the names of the server scenarios from what `list --requirements` prints, the ones without a score too. */
export const serverScenarios = (listing: string): string[] => {
  const required = /^Server scenarios.*\n((?: {2}- .+\n)*)/m.exec(listing)?.[1] ?? ''
  return [
    ...[...required.matchAll(/^ {2}- (\S+)$/gm)].map(([, name = '']) => name),
    ...[...listing.matchAll(/^ {4}- (\S+) \[server\]$/gm)].map(([, name = '']) => name),
  ]
}

/** The server scenarios of a requirement set. */
export const scenariosOf = async (set: string): Promise<string[]> => {
  const names = serverScenarios(
    await runOrThrow(process.execPath, [...program, 'list', '--requirements', set], { timeoutMs: 60_000 }),
  )
  if (names.length === 0) throw new Error(`the suite lists no server scenario for ${set}`)
  return names
}

/** What one run of a requirement set came to: how the program ended, and the checks by scenario. */
export interface SetRun {
  readonly finished: Finished
  readonly checks: ReadonlyMap<string, readonly Check[]>
}

const readChecks = async (folder: string): Promise<Check[] | undefined> => {
  try {
    return JSON.parse(await readFile(join(folder, 'checks.json'), 'utf8')) as Check[]
  } catch {
    return undefined
  }
}

/** Runs a requirement set against the server at `url`. The suite writes into `folder`. */
export const runSet = async (
  set: string,
  url: string,
  folder: string,
  scenarios: readonly string[],
  timeoutMs: number,
): Promise<SetRun> => {
  const args = ['server', '--url', url, '--requirements', set, '-o', folder, '--timeout', '20000']
  const finished = await run(process.execPath, [...program, ...args], { timeoutMs })
  const folders = await readdir(folder).catch(() => [])
  const checks = new Map<string, readonly Check[]>()
  for (const scenario of scenarios) {
    const stamped = new RegExp(`^server-${scenario}-\\d{4}-\\d{2}-\\d{2}T`)
    const name = folders.find((entry) => stamped.test(entry))
    const found = name === undefined ? undefined : await readChecks(join(folder, name))
    if (found !== undefined) checks.set(scenario, found)
  }
  return { finished, checks }
}
