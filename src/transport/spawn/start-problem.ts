import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from './command-line.ts'
import { variable } from './environment.ts'

const HAS_FOLDER = /[\\/]/
const HAS_SPACE = /\s/

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

const isMissing = (platform: NodeJS.Platform, { command, cwd, environment }: Command): string => {
  const hint = HAS_SPACE.test(command) ? '. Arguments belong into args' : ''
  if (!HAS_FOLDER.test(command)) {
    const path = variable(platform, environment, 'PATH') ?? ''
    return `there is no program of that name in its PATH, which is "${path}". Install it, or give its whole path${hint}`
  }
  const file = resolve(cwd, command)
  return existsSync(file)
    ? `"${file}" is there, but the interpreter that its first line names is not`
    : `there is no file "${file}"${hint}`
}

/** What the codes of the operating system, and our own, mean where a program is to be started. */
const MEANINGS: Readonly<Record<string, (platform: NodeJS.Platform, command: Command) => string>> = {
  ENOENT: isMissing,
  ENOTDIR: isMissing,
  EACCES: () => 'it may not be executed: it is no program, or its permissions do not allow it',
  LINE_BREAK: () => 'it is a batch file, and cmd.exe takes no argument with a line break or a NUL in it',
}

/** Why a command could not be started, in words that help; undefined where the code says nothing that is known. */
export const startProblem = (platform: NodeJS.Platform, command: Command, code: string): string | undefined =>
  isFolder(command.cwd) ? MEANINGS[code]?.(platform, command) : 'the working directory is no folder that exists'
