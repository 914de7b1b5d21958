import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { type Running, runOrThrow, start, typescript, waitForOutput } from '../../scripts/child.ts'

/** The core of what is measured, and the core of what measures it. */
export type Side = 'server' | 'load'

const CORES: Readonly<Record<Side, number>> = { server: 0, load: Math.min(1, cpus().length - 1) }

/** A command bound to the core of its side. */
export const onCore = (side: Side, command: readonly string[]): [string, readonly string[]] => [
  'taskset',
  ['-c', String(CORES[side]), ...command],
]

/** The command of a server that is measured: a file of `targets`, or of the folder in which the peers are installed. */
export const targetCommand = (file: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  '--expose-gc',
  file,
  ...args,
]

/** A file of `targets`. */
export const target = (name: string): string => join(import.meta.dirname, 'targets', `${name}.mjs`)

/** The command of a program beside this one, in TypeScript. */
export const helperCommand = (file: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  ...typescript,
  join(import.meta.dirname, file),
  ...args,
]

const TIMEOUT_MS = 120_000

/** Runs a program to its end, and parses the JSON that it prints. */
export const measureBy = async (side: Side, command: readonly string[]): Promise<Record<string, number>> =>
  JSON.parse(await runOrThrow(...onCore(side, command), { timeoutMs: TIMEOUT_MS }))

/** A started server. */
export interface Started {
  readonly child: Running
  readonly pid: number
  readonly url: string
}

/** Starts a server that prints its URL. */
export const startServer = async (command: readonly string[]): Promise<Started> => {
  const child = start(...onCore('server', command))
  const [url] = await waitForOutput(child, /^(?:http|ws):\S+$/m, TIMEOUT_MS)
  return { child, pid: child.process.pid as number, url }
}

/** The processor time of a thread, in nanoseconds; none of one that has ended meanwhile. */
const threadTime = (folder: string): number => {
  try {
    return Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0])
  } catch {
    return 0
  }
}

/** The processor time that all threads of a process have taken, in milliseconds. */
export const cpuMsOf = (pid: number): number => {
  const tasks = `/proc/${pid}/task`
  const nanoseconds = readdirSync(tasks).map((task) => threadTime(`${tasks}/${task}`))
  return nanoseconds.reduce((sum, time) => sum + time, 0) / 1e6
}

const memoryOf = (pid: number, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

/** The resident memory of a process, in bytes. */
export const residentOf = (pid: number): number => memoryOf(pid, 'VmRSS')

/** The most that it has had since `forgetPeak`. */
export const peakOf = (pid: number): number => memoryOf(pid, 'VmHWM')

export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')
