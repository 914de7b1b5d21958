import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { DefinitionError } from '../errors.ts'

const STDOUT = 1
const STDERR = 2

type AnyFunction = (...args: unknown[]) => unknown

/** The functions of `fs` that may take a descriptor first and write to it. */
const WRITERS = [
  'write',
  'writeSync',
  'writev',
  'writevSync',
  'writeFile',
  'writeFileSync',
  'appendFile',
  'appendFileSync',
] as const

/** Stdout, taken from the rest of the program. */
export interface TakenStdout {
  /** Writes to the real stdout. @returns false when it is congested; it emits `drain` later */
  readonly write: (text: string, done?: () => void) => boolean
  /** Gives stdout back. */
  readonly release: () => void
}

let taken = false

const ignore = (): void => undefined

const redirected =
  (original: AnyFunction): AnyFunction =>
  (descriptor, ...rest) =>
    original(descriptor === STDOUT ? STDERR : descriptor, ...rest)

/**
 * Keeps stdout for protocol messages: whatever else this process writes to it, through the stream, the console or
 * `fs`, goes to stderr. What a child process writes to an inherited stdout cannot be caught; give it a pipe.
 *
 * @throws DefinitionError when it is taken already
 */
export const takeStdout = (): TakenStdout => {
  if (taken) throw new DefinitionError('stdio: another server speaks over stdin and stdout already')
  taken = true
  const { stdout, stderr } = process
  const { write, end } = stdout
  stdout.write = stderr.write.bind(stderr) as typeof write
  // Whoever ends it has said the last word, but the conversation goes on.
  stdout.end = (chunk?: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) stderr.write(chunk)
    return stdout
  }
  // Nobody may be left to read what goes there, and that must not end the program.
  stderr.on('error', ignore)
  const table = fs as unknown as Record<string, AnyFunction>
  const originals = WRITERS.map((name) => [name, table[name] as AnyFunction] as const)
  for (const [name, original] of originals) table[name] = redirected(original)
  syncBuiltinESMExports()
  return {
    write: (text, done) => write.call(stdout, text, 'utf8', done),
    release: () => {
      stdout.write = write
      stdout.end = end
      stderr.off('error', ignore)
      for (const [name, original] of originals) table[name] = original
      syncBuiltinESMExports()
      taken = false
    },
  }
}
