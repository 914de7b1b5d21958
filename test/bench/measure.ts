import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { messageOf, runOrThrow, start, typescript, waitForOutput, withTemporaryFolder } from '../../scripts/child.ts'
import { type BenchRevision, callHeaders, callText, checkAnswer } from './messages.ts'

/** What is measured: Node itself, this library, and the official SDK. */
export const TARGETS = ['floor', 'ours', 'official'] as const
export type Target = (typeof TARGETS)[number]

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0

/** Whether programs can be bound to one core. */
export const hasTaskset = works('taskset', '-c', '0', 'true')
/** Whether the load for HTTP comes from wrk, which exits with 1 after printing its version. */
export const hasWrk = spawnSync('wrk', ['-v']).error === undefined
const cores = cpus().length

const onCore = (core: number, command: readonly string[]): [string, string[]] => {
  const pinned = hasTaskset ? ['taskset', '-c', String(Math.min(core, cores - 1)), ...command] : [...command]
  const [program = '', ...args] = pinned
  return [program, args]
}

const targetCommand = (target: Target, over: 'http' | 'stdio'): string[] => [
  process.execPath,
  join(import.meta.dirname, 'targets', `${target}.mjs`),
  over,
]

const loadCommand = (name: 'http' | 'stdio', ...args: string[]): string[] => [
  process.execPath,
  ...typescript,
  join(import.meta.dirname, 'load', `${name}.ts`),
  ...args,
]

const perSecondOf = (output: string): number => {
  const found = /^\{"perSecond":([\d.]+)\}$/m.exec(output)?.[1]
  if (found === undefined) throw new Error(`the load generator printed no figure:\n${output}`)
  return Number(found)
}

/** One measurement: calls per second. */
export type Measure = (target: Target) => Promise<number>

const wrkScript = (revision: BenchRevision): string =>
  [
    'wrk.method = "POST"',
    `wrk.body = [==[${callText(revision, 1)}]==]`,
    ...Object.entries(callHeaders(revision)).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`),
  ].join('\n')

const readWrk = (output: string): number => {
  const errors = /Non-2xx or 3xx responses: \d+|Socket errors: .*[1-9].*/.exec(output)?.[0]
  if (errors !== undefined) throw new Error(`wrk met errors: ${errors}`)
  const found = /^Requests\/sec:\s+([\d.]+)$/m.exec(output)?.[1]
  if (found === undefined) throw new Error(`wrk printed no figure:\n${output}`)
  return Number(found)
}

const checkOverHttp = async (url: string, revision: BenchRevision): Promise<void> => {
  const response = await fetch(url, { method: 'POST', headers: callHeaders(revision), body: callText(revision, 1) })
  const answer = await response.text()
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${answer.slice(0, 500)}`)
  checkAnswer(answer)
}

/** Starts all targets over HTTP, checks one answer of each, warms them up and hands out how to measure them. */
export const withHttp = async <T>(
  revision: BenchRevision,
  seconds: number,
  work: (measure: Measure) => Promise<T>,
): Promise<T> =>
  withTemporaryFolder(async (folder) => {
    const script = join(folder, 'post.lua')
    await writeFile(script, wrkScript(revision))
    const limit = { timeoutMs: (seconds + 20) * 1000 }
    const load = async (url: string, duration: number): Promise<number> => {
      if (!hasWrk) {
        return perSecondOf(await runOrThrow(...onCore(1, loadCommand('http', url, revision, String(duration))), limit))
      }
      // wrk knows whole seconds only.
      const wrk = ['wrk', '-t1', '-c32', `-d${Math.ceil(duration)}s`, '-s', script, url]
      return readWrk(await runOrThrow(...onCore(1, wrk), limit))
    }
    const children = TARGETS.map((target) => start(...onCore(0, targetCommand(target, 'http'))))
    try {
      const urls = new Map<Target, string>()
      for (const [index, target] of TARGETS.entries()) {
        const child = children[index]
        if (child === undefined) continue
        const [url] = await waitForOutput(child, /^http:\S+$/m, 20_000)
        await checkOverHttp(url, revision).catch((error) => {
          throw new Error(`${target}: ${messageOf(error)}`)
        })
        await load(url, 1)
        urls.set(target, url)
      }
      return await work((target) => load(urls.get(target) ?? '', seconds))
    } finally {
      await Promise.all(children.map((child) => child.end()))
    }
  })

/** Measures over stdio: every measurement has a server of its own, which is checked and warmed up first. */
export const overStdio =
  (revision: BenchRevision, mode: 'pipelined' | 'sequential', seconds: number): Measure =>
  async (target) => {
    const [program, args] = onCore(0, targetCommand(target, 'stdio'))
    const load = loadCommand('stdio', revision, mode, String(seconds), program, ...args)
    try {
      return perSecondOf(await runOrThrow(...onCore(1, load), { timeoutMs: (seconds + 20) * 1000 }))
    } catch (error) {
      throw new Error(`${target}: ${messageOf(error)}`)
    }
  }
