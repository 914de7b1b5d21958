import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { buildFolder, runOrThrow } from '../../scripts/child.ts'
import { targetCommand } from './processes.ts'

const folder = join(buildFolder, 'bench-peers')

/** Installs other libraries in a folder of their own, with the programs that serve with them. */
export const installPeers = async (): Promise<void> => {
  await cp(join(import.meta.dirname, 'peers'), folder, { recursive: true })
  await runOrThrow('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder, timeoutMs: 300_000 })
}

/** The command of another library's server. */
export const peerCommand = (name: string, ...args: readonly string[]): readonly string[] =>
  targetCommand(join(folder, `${name}.mjs`), ...args)
