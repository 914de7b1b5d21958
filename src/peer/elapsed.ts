/**
 * Milliseconds on a clock that nobody sets, from a beginning of its own. Time that passes within a process is measured
 * by it; the time of day is for what processes share.
 */
export const elapsed = (): number => performance.now()
