import { type Environment, variable } from './environment.ts'
import { findWindowsProgram, quoteForBatch } from './windows-command.ts'

/** A program with its arguments, and where it is to run. */
export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  /** The environment of the child. */
  readonly environment: Environment
}

/** What the operating system is to be asked for. */
export interface CommandLine {
  readonly file: string
  readonly args: readonly string[]
  /** The arguments are joined as they are: they have been quoted already. */
  readonly windowsVerbatimArguments: boolean
}

/** Why there is no command line: `ENOENT` if there is no such program. */
export type NoCommandLine = { readonly problem: 'ENOENT' | 'LINE_BREAK' }

const RUNS_BY_ITSELF = /\.(?:exe|com)$/i

// A command ends at the first of them, whatever is around it.
const LINE_BREAK = /[\0\r\n]/

/** Extensions on, for the `%` of an argument; delayed expansion off, for its `!`; no command of the registry before. */
const SWITCHES = ['/d', '/e:on', '/v:off', '/s', '/c'] as const

/**
 * What starts a command. On Windows that is never a shell, unless it is a batch file (npx.cmd) or something else that no
 * process can be made of: then it is cmd.exe.
 *
 * @param isFile whether there is a file at an absolute path
 */
export const commandLine = (
  platform: NodeJS.Platform,
  { command, args, cwd, environment }: Command,
  isFile: (path: string) => boolean,
): CommandLine | NoCommandLine => {
  if (platform !== 'win32') return { file: command, args, windowsVerbatimArguments: false }
  const file = findWindowsProgram(command, cwd, environment, isFile)
  if (file === undefined) return { problem: 'ENOENT' }
  if (RUNS_BY_ITSELF.test(file)) return { file, args, windowsVerbatimArguments: false }
  if (args.some((argument) => LINE_BREAK.test(argument))) return { problem: 'LINE_BREAK' }
  return {
    file: variable(platform, environment, 'COMSPEC') ?? 'cmd.exe',
    args: [...SWITCHES, `"${[file, ...args].map(quoteForBatch).join(' ')}"`],
    windowsVerbatimArguments: true,
  }
}
