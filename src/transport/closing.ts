import type { Logger } from '../model/logger.ts'
import { within } from '../peer/within.ts'

// How long a lifespan may take to end, once nothing is in flight any more.
const END_MS = 10_000

/**
 * Waits for a runtime to close, but not for ever: what hangs in it must not keep a program that was told to go.
 * @param drainMs how long it may wait for calls in flight before
 */
export const closeInTime = (closing: Promise<void>, logger: Logger, drainMs = 0): Promise<void> =>
  within(drainMs + END_MS, closing, () =>
    logger.error(`left behind what has not ended within ${END_MS} ms: the lifespan, or what a watch returned`),
  )
