import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { typescript } from '../../scripts/child.ts'
import type { Ledger } from './ledger.ts'
import type { Place } from './road.ts'

/** Servers in processes, which say in a file what they run: the other way is the one that is tested. */
export interface Processes {
  readonly command: Place['command']
  /** Enters what they have said since. */
  readonly read: () => Promise<void>
  readonly close: () => Promise<void>
}

const PROGRAM = join(import.meta.dirname, 'stdio-server.ts')

const enter = (ledger: Ledger, line: string): void => {
  const [event, client = '', serial] = line.split(' ')
  switch (event) {
    case 'began':
      ledger.counts.connections += 1
      return
    case 'breaks':
      ledger.counts.breaks += 1
      return
    case 'begun':
    case 'suspended':
    case 'done':
      return ledger[event](client, Number(serial))
    default:
      ledger.wrong(line)
  }
}

/** Prepares for servers in processes. */
export const openProcesses = async (ledger: Ledger): Promise<Processes> => {
  const folder = await mkdtemp(join(tmpdir(), 'fluent-mcp-soak-'))
  return {
    command: (name, { breaks }) => ({
      command: process.execPath,
      args: [...typescript, PROGRAM, join(folder, name), JSON.stringify(breaks.map(({ after }) => after))],
    }),
    read: async () => {
      for (const name of await readdir(folder)) {
        const text = await readFile(join(folder, name), 'utf8')
        await rm(join(folder, name))
        for (const line of text.split('\n')) if (line !== '') enter(ledger, line)
      }
    },
    close: () => rm(folder, { recursive: true }),
  }
}
