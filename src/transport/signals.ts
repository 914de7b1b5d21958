import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Calls back at the first SIGINT or SIGTERM; the second ends the process at once.
 * @returns what takes the listeners away again
 */
export const onSignal = (stop: () => void): (() => void) => {
  let stopping = false
  const listener = (signal: (typeof SIGNALS)[number]): void => {
    if (stopping) process.exit(128 + constants.signals[signal])
    stopping = true
    stop()
  }
  for (const signal of SIGNALS) process.on(signal, listener)
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener)
  }
}
