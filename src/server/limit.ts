import { AbortedError } from '../errors.ts'
import type { Call } from '../peer/call.ts'

/**
 * A result that must be there in time; else the call is aborted, and the promise rejects with the reason.
 * @param timeoutMs milliseconds; undefined for no limit
 */
export const limited = <Result>(
  result: Promise<Result>,
  timeoutMs: number | undefined,
  call: Call,
): Promise<Result> => {
  if (timeoutMs === undefined) return result
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const reason = new AbortedError('timeout', `timed out after ${timeoutMs} ms`)
      call.abort(reason)
      reject(reason)
    }, timeoutMs)
    result.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
