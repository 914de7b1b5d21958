import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { typescript } from '../../scripts/child.ts'
import type { Ledger } from './ledger.ts'
import type { Place } from './road.ts'

/** A process that says what it runs, in a file: the other way is the one that is tested. */
export interface Processes {
  readonly command: Place['command']
  /** Enters what they have said since. */
  readonly read: () => Promise<void>
  readonly close: () => Promise<void>
}

const PROGRAM = join(import.meta.dirname, 'stdio-server.ts')

const EVENTS = ['begun', 'suspended', 'done'] as const

/** Prepares for servers over pipes. */
export const openProcesses = async (ledger: Ledger): Promise<Processes> => {
  const file = join(tmpdir(), `fluent-mcp-soak-${process.pid}`)
  await writeFile(file, '')
  return {
    command: ({ breaks }) => ({
      command: process.execPath,
      args: [...typescript, PROGRAM, file, JSON.stringify(breaks.map(({ after }) => after))],
    }),
    read: async () => {
      for (const line of (await readFile(file, 'utf8')).split('\n').filter((text) => text !== '')) {
        const [event = '', client = '', serial = ''] = line.split(' ')
        const known = EVENTS.find((name) => name === event)
        if (known) ledger[known](client, Number(serial))
        else ledger.wrong(line)
      }
      await writeFile(file, '')
    },
    close: () => rm(file),
  }
}
