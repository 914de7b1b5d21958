import { AbortedError, FluentMcpError, TimeoutError } from '../errors.ts'
import { LONGEST_DELAY } from '../server/options.ts'

/** The signals of this side. Their reasons say already what has ended, and for whom. */
const ours = new WeakSet<AbortSignal>()

/** Why something ends whose signal has aborted. */
export const abortedBy = (signal: AbortSignal, what: string): FluentMcpError =>
  ours.has(signal) && signal.reason instanceof FluentMcpError
    ? signal.reason
    : new AbortedError('cancelled', `${what} was aborted by the caller`, { cause: signal.reason })

/** A signal that ends something, and what forgets it. */
export interface Limited {
  readonly signal: AbortSignal
  /** Ends it, unless it has ended. */
  readonly abort: (reason: unknown) => void
  /** Lets go of the timer and of the caller's signal. */
  readonly release: () => void
}

/**
 * A signal that aborts when the caller's does, or when the time is over.
 *
 * @param what is limited, for the error
 * @param allowed how long it might have taken from its beginning, for the error
 */
export const limited = (
  what: string,
  given: AbortSignal | undefined,
  milliseconds: number,
  allowed: number = milliseconds,
): Limited => {
  const controller = new AbortController()
  const { signal } = controller
  ours.add(signal)
  const follow = (): void => controller.abort(abortedBy(given as AbortSignal, what))
  const expire = (): void => controller.abort(new TimeoutError(`${what} took longer than ${allowed} ms`))
  const timer = milliseconds > LONGEST_DELAY ? undefined : setTimeout(expire, milliseconds)
  if (given?.aborted) follow()
  given?.addEventListener('abort', follow, { once: true })
  return {
    signal,
    abort: (reason) => controller.abort(reason),
    release: () => {
      clearTimeout(timer)
      given?.removeEventListener('abort', follow)
    },
  }
}

/** Settles with what is awaited, or rejects with the reason of the signal as soon as it aborts. */
export const unlessAborted = <Value>(signal: AbortSignal, awaited: PromiseLike<Value>): Promise<Value> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    const done = (): void => signal.removeEventListener('abort', abort)
    awaited.then(
      (value) => {
        done()
        resolve(value)
      },
      (error: unknown) => {
        done()
        reject(error)
      },
    )
  })

/** Settles with what is awaited, unless that takes too long, or the caller gives it up. */
export const patiently = async <Value>(
  what: string,
  given: AbortSignal | undefined,
  milliseconds: number,
  awaited: PromiseLike<Value>,
): Promise<Value> => {
  const { signal, release } = limited(what, given, milliseconds)
  try {
    return await unlessAborted(signal, awaited)
  } finally {
    release()
  }
}
