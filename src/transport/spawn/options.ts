import { DefinitionError } from '../../errors.ts'
import { show } from '../../model/schema/problems.ts'
import { checkOptions, LONGEST_DELAY } from '../../server/options.ts'
import { isObject } from '../../wire/json.ts'
import { DEFAULT_MAX_LINE_BYTES } from '../../wire/lines.ts'
import type { StderrUse } from './stderr.ts'

/** A server to start as a child process. */
export interface SpawnOptions {
  /** A program: its path, relative to `cwd`, or a name that is looked for in the PATH. No shell reads it. */
  readonly command: string
  readonly args?: readonly string[]
  /**
   * Added to what a child inherits, and that is not much: HOME, LOGNAME, PATH, SHELL, TERM and USER, or what stands for them
   * on Windows. Everything else, such as keys, is the child's only if it is given here.
   */
  readonly env?: Readonly<Record<string, string>>
  /** The working directory; that of this process by default. */
  readonly cwd?: string
  /**
   * What becomes of stderr. Its last 16 KiB are kept for error messages in any case (`keep`, the default); all of it may also
   * be passed on to the stderr of this process (`inherit`), or be given line by line to a function.
   */
  readonly stderr?: StderrUse
  /** The longest line that is read from the child; 16 MiB by default. */
  readonly maxLineBytes?: number
  /** Milliseconds that each step of ending the child may take; 2,000 by default. */
  readonly graceMs?: number
}

const DEFAULT_GRACE_MS = 2_000

const isString = (value: unknown): value is string => typeof value === 'string'

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0

/** What each option takes: a test, and how an error calls what passes it. */
const OPTIONS: Readonly<Record<keyof SpawnOptions, readonly [fits: (value: unknown) => boolean, wanted: string]>> = {
  command: [(value) => isString(value) && value !== '', 'a string that is not empty'],
  args: [(value) => Array.isArray(value) && value.every(isString), 'an array of strings'],
  env: [(value) => isObject(value) && Object.values(value).every(isString), 'an object of strings'],
  cwd: [isString, 'a string'],
  stderr: [
    (value) => value === 'keep' || value === 'inherit' || typeof value === 'function',
    "'keep', 'inherit', or a function (line) => void",
  ],
  maxLineBytes: [isCount, 'a whole number above 0'],
  graceMs: [isCount, 'a whole number above 0'],
}

/**
 * The options with their defaults.
 * @throws DefinitionError for one that does not exist, or that cannot be
 */
export const settle = (options: SpawnOptions): Required<SpawnOptions> => {
  checkOptions(options, Object.keys(OPTIONS), 'spawn')
  const {
    command,
    args = [],
    env = {},
    cwd = '.',
    stderr = 'keep',
    maxLineBytes = DEFAULT_MAX_LINE_BYTES,
    graceMs = DEFAULT_GRACE_MS,
  } = options
  const settled = { command, args, env, cwd, stderr, maxLineBytes, graceMs: Math.min(graceMs, LONGEST_DELAY) }
  for (const [name, value] of Object.entries(settled)) {
    const [fits, wanted] = OPTIONS[name as keyof SpawnOptions]
    if (!fits(value)) throw new DefinitionError(`spawn: ${name} must be ${wanted}, got ${show(value)}`)
  }
  return settled
}
