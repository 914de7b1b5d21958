import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How a child process ran. `code` is null when a signal ended it, `error` says why it could not run to its end. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly error: string | undefined
}

/** A running child, in a process group of its own. */
export interface Running {
  readonly process: ChildProcess
  /** What it has written to stdout and stderr so far. */
  readonly output: { stdout: string; stderr: string }
  /** Resolves once it has ended, never rejects. */
  readonly ended: Promise<Finished>
  /** Ends it with all of its own children, by force after two seconds. */
  readonly end: () => Promise<void>
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

const alive = new Set<ChildProcess>()
const folders = new Set<string>()

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    child.kill(signal)
  }
}

// A group of its own does not get the terminal's Ctrl-C, so it is passed on here.
process.on('exit', () => {
  for (const child of alive) signalGroup(child, 'SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
for (const [signal, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
  process.once(signal, () => process.exit(code))
}

/** Starts a program without a shell, its stdin closed. */
export const start = (command: string, args: readonly string[], options: StartOptions = {}): Running => {
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  alive.add(child)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  const ended = new Promise<Finished>((resolve) => {
    child.once('error', (error) => {
      alive.delete(child)
      resolve({ code: null, ...output, error: `${command} could not be started: ${error.message}` })
    })
    child.once('close', (code, signal) => {
      alive.delete(child)
      resolve({ code, ...output, error: signal === null ? undefined : `${command} was ended by ${signal}` })
    })
  })
  const end = async (): Promise<void> => {
    signalGroup(child, 'SIGTERM')
    const force = setTimeout(() => signalGroup(child, 'SIGKILL'), 2_000)
    await ended
    clearTimeout(force)
  }
  return { process: child, output, ended, end }
}

/** Runs a program to its end, or ends it after `timeoutMs`. */
export const run = async (
  command: string,
  args: readonly string[],
  { timeoutMs, ...options }: StartOptions & { readonly timeoutMs: number },
): Promise<Finished> => {
  const child = start(command, args, options)
  let late = false
  const timer = setTimeout(() => {
    late = true
    void child.end()
  }, timeoutMs)
  const finished = await child.ended
  clearTimeout(timer)
  return late ? { ...finished, error: `${command} took longer than ${timeoutMs / 1000} s` } : finished
}

/** Runs a program that must succeed, and throws what it wrote when it does not. Resolves to its stdout. */
export const runOrThrow = async (
  command: string,
  args: readonly string[],
  options: StartOptions & { readonly timeoutMs: number },
): Promise<string> => {
  const { code, stdout, stderr, error } = await run(command, args, options)
  if (code === 0 && error === undefined) return stdout
  const why = error ?? `${command} exited with code ${code}`
  throw new Error(`${why}: ${[command, ...args].join(' ')}\n${stdout}${stderr}`.trimEnd())
}

/** Waits until what a child writes matches; throws what it wrote when it ends before, or takes too long. */
export const waitForOutput = (
  child: Running,
  pattern: RegExp,
  timeoutMs: number,
  stream: 'stdout' | 'stderr' = 'stdout',
): Promise<RegExpExecArray> =>
  new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer)
      reject(new Error(`${why} before it wrote ${pattern}\n${child.output.stdout}${child.output.stderr}`.trimEnd()))
    }
    const timer = setTimeout(() => fail(`the program took longer than ${timeoutMs / 1000} s`), timeoutMs)
    const look = (): void => {
      const match = pattern.exec(child.output[stream])
      if (match === null) return
      clearTimeout(timer)
      child.process[stream]?.off('data', look)
      resolve(match)
    }
    child.process[stream]?.on('data', look)
    void child.ended.then(({ code, error }) => fail(error ?? `the program ended with code ${code}`))
    look()
  })

/** Runs `work` with a new empty folder, and removes it afterwards. */
export const withTemporaryFolder = async <T>(
  work: (folder: string) => Promise<T>,
  parent: string = tmpdir(),
): Promise<T> => {
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'fluent-mcp-'))
  folders.add(folder)
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
    folders.delete(folder)
  }
}

/** The text of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The folder of the repository. */
export const repository = join(import.meta.dirname, '..')

/** A folder for what scripts build and throw away; packages resolve in it as they do in the repository. */
export const buildFolder = join(repository, '.build')

/** The arguments for Node that run a TypeScript file. */
export const typescript = ['--import', import.meta.resolve('./typescript.mjs')] as const
