import { AbortedError, type CallOptions, type Connection, ConnectionError } from '../../src/client.ts'
import type { Ledger } from './ledger.ts'
import type { Keeper } from './server.ts'

/** One connection of a client, while it is used. */
export interface Guest {
  readonly name: string
  readonly connection: Connection
  readonly ledger: Ledger
  readonly keep: Keeper
  /** Whether something may fail: its network breaks, or it goes before everything is done. */
  readonly isDisturbed: () => boolean
}

/** How long one thing may take before it is said to hang. Nothing takes a hundredth of it. */
export const HANGS_MS = 40_000

/** How long a call may take: so long that it is told from one that was answered late. */
export const CALL_MS = 30_000

/** Settles after so many milliseconds. */
export const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Whether an error is one that a client whose connection broke has to reckon with. */
export const isNamed = (error: unknown): boolean => error instanceof ConnectionError || error instanceof AbortedError

const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name} ${'code' in error ? error.code : ''}: ${error.message}` : String(error)

/** Says what has failed, where it must not. */
export const judge = ({ name, ledger, isDisturbed }: Guest, what: string, error: unknown): void => {
  if (!isNamed(error) || !isDisturbed()) ledger.wrong(`${name}: ${what} failed: ${textOf(error)}`)
}

/** Rejects what does not come to an end. */
export const withoutHanging = async <Value>(what: string, work: Promise<Value>): Promise<Value> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs: ${what}`)), HANGS_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** One call, and what it has to give. */
export interface Asked {
  readonly what: string
  readonly make: (serial: number, options: CallOptions) => Promise<string>
  readonly expected: (serial: number) => string
  readonly onProgress?: (serial: number) => CallOptions['onProgress']
  readonly signal?: AbortSignal
}

/** Makes a call, enters it, and compares its answer. @returns whether it was answered */
export const call = async (guest: Guest, { what, make, expected, onProgress, signal }: Asked): Promise<boolean> => {
  const { name, ledger } = guest
  const serial = ledger.call(name, what)
  const heard = onProgress?.(serial)
  const options = { timeoutMs: CALL_MS, ...(heard && { onProgress: heard }), ...(signal && { signal }) }
  try {
    const text = await withoutHanging(`${name} ${what} ${serial}`, make(serial, options))
    ledger.settled(serial, 'answered')
    const wanted = expected(serial)
    if (text !== wanted)
      ledger.wrong(`${name}: the call ${serial} (${what}) gave "${text.slice(0, 120)}", not "${wanted.slice(0, 120)}"`)
    return true
  } catch (error) {
    ledger.settled(serial, 'failed')
    if (!(signal?.aborted && error instanceof AbortedError)) judge(guest, `the call ${serial} (${what})`, error)
    return false
  }
}
