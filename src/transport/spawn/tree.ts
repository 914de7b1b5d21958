import { spawn, spawnSync } from 'node:child_process'
import { win32 } from 'node:path'
import { type Environment, variable } from './environment.ts'

/** The two ways of being told to end: asked, and by force. */
export type EndSignal = 'SIGTERM' | 'SIGKILL'

/** A child with all the processes that it has started. */
export interface Tree {
  /** Tells all of them to end. */
  end(signal: EndSignal): void
  /** Tells them so before it returns, since this process is about to exit. */
  endNow(): void
  /** Whether any of them is left once the child itself has gone. */
  isAlive(): boolean
}

/** @returns whether there is a process in the group, even one that may not be signalled */
const signalGroup = (leader: number, signal: EndSignal | 0): boolean => {
  try {
    process.kill(-leader, signal)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The command that ends a tree of processes on Windows, which knows no signal that asks. */
export const taskkill = (
  leader: number,
  environment: Environment,
): readonly [file: string, args: readonly string[]] => {
  const root = variable('win32', environment, 'SYSTEMROOT')
  const file = root === undefined ? 'taskkill.exe' : win32.join(root, 'System32', 'taskkill.exe')
  return [file, ['/pid', String(leader), '/t', '/f']]
}

const QUIETLY = { stdio: 'ignore', windowsHide: true } as const

const windowsTree = (leader: number, environment: Environment): Tree => {
  const [file, args] = taskkill(leader, environment)
  return {
    // Where it cannot be started, the child is found alive at the end of the grace, as it is where it has no effect.
    end: () =>
      spawn(file, args, QUIETLY)
        .on('error', () => undefined)
        .unref(),
    endNow: () => void spawnSync(file, args, QUIETLY),
    // Without its first process it cannot be found any more.
    isAlive: () => false,
  }
}

/**
 * The tree that a child is the first process of.
 *
 * @param leader its id; on POSIX it leads a process group
 * @param environment that of this process
 */
export const treeOf = (platform: NodeJS.Platform, leader: number, environment: Environment): Tree =>
  platform === 'win32'
    ? windowsTree(leader, environment)
    : {
        end: (signal) => void signalGroup(leader, signal),
        endNow: () => void signalGroup(leader, 'SIGTERM'),
        isAlive: () => signalGroup(leader, 0),
      }
