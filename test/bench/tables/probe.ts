import { join } from 'node:path'
import { typescript } from '../../../scripts/child.ts'

/** The command of a file of `probes`: it measures something within its own process, and prints it as JSON. */
export const probe = (file: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  '--expose-gc',
  ...(file.endsWith('.ts') ? typescript : []),
  join(import.meta.dirname, '..', 'probes', file),
  ...args,
]
