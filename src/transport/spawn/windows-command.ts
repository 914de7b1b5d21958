import { win32 } from 'node:path'
import { type Environment, variable } from './environment.ts'

const DEFAULT_EXTENSIONS = '.COM;.EXE;.BAT;.CMD'

const HAS_FOLDER = /[\\/:]/

/** What needs no quotes in a batch file. A backslash at the end does: it would escape the quote of `"%1"`. */
const PLAIN = /^[\w#$*+\-./:?@\\]*[\w#$*+\-./:?@]$/

const partsOf = (list: string | undefined): readonly string[] => list?.split(';').filter(Boolean) ?? []

/**
 * Finds a program as a prompt of Windows would, but never in the working directory by its mere name.
 *
 * @param isFile whether there is a file at an absolute path
 */
export const findWindowsProgram = (
  command: string,
  cwd: string,
  environment: Environment,
  isFile: (path: string) => boolean,
): string | undefined => {
  const extensions = partsOf(variable('win32', environment, 'PATHEXT') ?? DEFAULT_EXTENSIONS)
  const names = [...(win32.extname(command) ? [command] : []), ...extensions.map((extension) => command + extension)]
  const folders = HAS_FOLDER.test(command) ? ['.'] : partsOf(variable('win32', environment, 'PATH'))
  return folders
    .map((folder) => folder.replaceAll('"', ''))
    .flatMap((folder) => names.map((name) => win32.resolve(cwd, folder, name)))
    .find(isFile)
}

const withBackslashesDoubledAtEnd = (text: string): string => {
  let end = text.length
  while (text[end - 1] === '\\') end -= 1
  return text + text.slice(end)
}

/**
 * Writes an argument so that it passes through cmd.exe, through a batch file that hands `%*` on, and through the program
 * that takes the command line apart. The quotes of a text are doubled rather than escaped, since cmd.exe counts them:
 * what follows an escaped one would be a command. A `%` gets an empty variable behind it, so that no name is expanded.
 */
export const quoteForBatch = (argument: string): string => {
  if (PLAIN.test(argument)) return argument
  const quoted = argument.split('"').map(withBackslashesDoubledAtEnd).join('""')
  return `"${quoted.replaceAll('%', '%%cd:~,%')}"`
}
