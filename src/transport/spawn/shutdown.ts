import { within } from '../../peer/within.ts'
import type { Child } from './child.ts'

// The end of processes that are not ours can only be asked for.
const POLL_MS = 25

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, POLL_MS))

const treeEnded = async (child: Child, graceMs: number): Promise<void> => {
  let isLate = false
  const gone = async (): Promise<void> => {
    await child.ended
    while (!isLate && child.isTreeAlive) await pause()
  }
  await within(graceMs, gone(), () => {
    isLate = true
  })
}

/**
 * Ends a child and everything that it has started: asks first, then forces it. What survives that is left behind.
 * @param graceMs how long each of the two steps may take
 */
export const endTree = async (child: Child, graceMs: number): Promise<void> => {
  if (child.isTreeAlive) {
    child.tell('SIGTERM')
    await treeEnded(child, graceMs)
  }
  if (child.isTreeAlive) {
    child.tell('SIGKILL')
    await within(graceMs, child.ended)
  }
  child.leave()
}
