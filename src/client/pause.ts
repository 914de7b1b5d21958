/** Waits. Rejects with the reason of the first signal that aborts, as soon as it does. */
export const pause = (milliseconds: number, ...signals: readonly AbortSignal[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', abort)
    }
    const abort = (): void => {
      over()
      reject(signals.find(({ aborted }) => aborted)?.reason)
    }
    const timer = setTimeout(() => {
      over()
      resolve()
    }, milliseconds)
    for (const signal of signals) signal.addEventListener('abort', abort)
    if (signals.some(({ aborted }) => aborted)) abort()
  })

/** How long to wait before each attempt to come back. */
export interface Backoff {
  readonly delayMs: number
  readonly maxDelayMs: number
}

/**
 * Milliseconds before an attempt: twice as long each time, up to a limit, and never quite the same for two clients.
 * @param attempt 1 for the first
 */
export const backoff = ({ delayMs, maxDelayMs }: Backoff, attempt: number): number =>
  Math.min(delayMs * 2 ** (attempt - 1), maxDelayMs) * (0.75 + Math.random() / 2)
