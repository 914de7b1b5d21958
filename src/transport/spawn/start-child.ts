import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf } from '../../model/values.ts'
import { Child } from './child.ts'
import { ChildProcessError } from './child-process-error.ts'
import { type Command, commandLine } from './command-line.ts'
import { startProblem } from './start-problem.ts'
import { treeOf } from './tree.ts'

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code)

const failure = (platform: NodeJS.Platform, command: Command, code: string, cause?: unknown): ChildProcessError => {
  const why = startProblem(platform, command, code) ?? messageOf(cause)
  const where = `cannot start the server "${command.command}" in "${resolve(command.cwd)}"`
  return new ChildProcessError('not-started', `${where}: ${why}`, { cause })
}

/**
 * Starts a child whose stdin, stdout and stderr are pipes. On POSIX it leads a process group of its own, so that everything
 * it starts can be reached later, even without it.
 *
 * @throws ChildProcessError when it cannot be started; then nothing is left open
 */
export const startChild = async (platform: NodeJS.Platform, command: Command): Promise<Child> => {
  const line = commandLine(platform, command, isFile)
  if ('problem' in line) throw failure(platform, command, line.problem)
  const { file, args, windowsVerbatimArguments } = line
  try {
    const child = spawn(file, args, {
      cwd: command.cwd,
      env: command.environment,
      detached: platform !== 'win32',
      windowsHide: true,
      windowsVerbatimArguments,
    })
    await once(child, 'spawn')
    const pid = child.pid as number
    return new Child(child, pid, treeOf(platform, pid, process.env))
  } catch (error) {
    throw failure(platform, command, codeOf(error), error)
  }
}
