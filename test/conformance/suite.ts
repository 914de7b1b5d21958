import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Finished, run, runOrThrow, typescript } from '../../scripts/child.ts'
import { requirementSets } from './expectations.ts'
import type { Check } from './judge.ts'

const suite = join(
  dirname(fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/package.json'))),
  'dist/index.js',
)
const hook = pathToFileURL(join(import.meta.dirname, 'suite-hook.mjs')).href
const program = ['--import', hook, suite]

/** Which side of the conversation is under test. */
export type Side = 'server' | 'client'

const HEADINGS: Readonly<Record<Side, string>> = { server: 'Server scenarios', client: 'Client scenarios' }

/** Reads the names of the scenarios of one side from what `list --requirements` prints, the ones without a score too. */
export const scenariosIn = (listing: string, side: Side): string[] => {
  const required = new RegExp(`^${HEADINGS[side]}.*\\n((?: {2}- .+\\n)*)`, 'm').exec(listing)?.[1] ?? ''
  return [
    ...[...required.matchAll(/^ {2}- (\S+)$/gm)].map(([, name = '']) => name),
    ...[...listing.matchAll(/^ {4}- (\S+) \[(\w+)\]$/gm)]
      .filter(([, , leg]) => leg === side)
      .map(([, name = '']) => name),
  ]
}

/** Reads the revisions of each scenario from what `list --client` prints. One of an extension belongs to none. */
export const revisionsIn = (listing: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...listing.matchAll(/^ {2}- (\S+) \[(.+)\]$/gm)].map(([, name = '', revisions = '']) => [
      name,
      revisions.split(',').filter((revision) => /^\d/.test(revision)),
    ]),
  )

const list = (...args: readonly string[]): Promise<string> =>
  runOrThrow(process.execPath, [...program, 'list', ...args], { timeoutMs: 60_000 })

/** The scenarios of a requirement set. */
export const scenariosOf = async (set: string, side: Side): Promise<string[]> => {
  const names = scenariosIn(await list('--requirements', set), side)
  if (names.length === 0) throw new Error(`the suite lists no ${side} scenario for ${set}`)
  return names
}

/** A scenario of a client, and the revision to play it in. */
export interface ClientScenario {
  readonly scenario: string
  /** A dash for an extension that is in no requirement set. */
  readonly revision: string
}

/** Each scenario in the revisions that the suite names for it, and in those of the requirement sets that have it. */
export const everyRevision = (
  named: ReadonlyMap<string, readonly string[]>,
  sets: ReadonlyMap<string, readonly string[]>,
): ClientScenario[] =>
  [...named].flatMap(([scenario, revisions]) => {
    const required = [...sets].filter(([, scenarios]) => scenarios.includes(scenario)).map(([set]) => set)
    const all = [...new Set([...revisions, ...required])].sort()
    return (all.length > 0 ? all : ['-']).map((revision) => ({ scenario, revision }))
  })

/** Every scenario that the suite has for clients. */
export const clientScenarios = async (): Promise<ClientScenario[]> => {
  const sets = new Map<string, string[]>()
  for (const set of requirementSets) sets.set(set, await scenariosOf(set, 'client'))
  const named = revisionsIn(await list('--client'))
  const unnamed = [...sets.values()].flat().filter((scenario) => !named.has(scenario))
  if (unnamed.length > 0) throw new Error(`the suite requires scenarios that it does not list: ${unnamed.join(', ')}`)
  return everyRevision(named, sets)
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

/** What one scenario of a client came to. */
export interface ScenarioRun {
  readonly finished: Finished
  /** Undefined when the suite wrote none. */
  readonly checks: readonly Check[] | undefined
  /** What the client wrote to stderr. */
  readonly clientLog: string
}

// The suite gives the command to a shell.
const command = [process.execPath, ...typescript, join(import.meta.dirname, 'client.ts')]
  .map((word) => JSON.stringify(word))
  .join(' ')

/** Plays one scenario against the client under test. The suite writes into `folder`, which has to be empty. */
export const runClientScenario = async (
  { scenario, revision }: ClientScenario,
  folder: string,
  timeoutMs: number,
): Promise<ScenarioRun> => {
  // A scenario of an extension stands outside of the revisions, so that it has to be forced into one.
  const args = ['client', '--scenario', scenario, '--spec-version', revision, '--force', '-o', folder]
  const finished = await run(process.execPath, [...program, ...args, '--command', command], { timeoutMs })
  const files = await readdir(folder, { recursive: true }).catch(() => [])
  const written = files.find((file) => file.endsWith('checks.json'))
  if (written === undefined) return { finished, checks: undefined, clientLog: '' }
  const results = join(folder, dirname(written))
  const clientLog = await readFile(join(results, 'stderr.txt'), 'utf8').catch(() => '')
  return { finished, checks: await readChecks(results), clientLog }
}
