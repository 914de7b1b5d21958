import { DefinitionError } from '../errors.ts'
import type { Logger } from '../model/logger.ts'
import { show } from '../model/schema/problems.ts'
import { unfailing } from '../model/unfailing.ts'
import { type Served, serve } from '../protocol/negotiate.ts'
import { checkOptions, milliseconds } from '../server/options.ts'
import { isObject } from '../wire/json.ts'
import type { CacheOptions } from './cache/types.ts'
import type { Limits } from './deadline.ts'
import type { Backoff } from './pause.ts'
import type { ConnectOptions, ReconnectOptions } from './types.ts'

const OPTIONS = [
  'revisions',
  'headers',
  'fetch',
  'signal',
  'timeoutMs',
  'maxTotalTimeoutMs',
  'probeTimeoutMs',
  'reconnect',
  'pingMs',
  'maxRounds',
  'cache',
  'maxMessageBytes',
  'logger',
] as const satisfies readonly (keyof ConnectOptions)[]

/** What `connect` was given, with everything that it was not given. */
export interface ConnectSettings {
  readonly spoken: Served
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: typeof globalThis.fetch | undefined
  readonly limits: Limits
  readonly probeTimeoutMs: number
  /** Undefined where a lost connection stays lost. */
  readonly reconnect: (Backoff & { readonly attempts: number }) | undefined
  readonly pingMs: number | undefined
  readonly maxRounds: number
  /** Undefined where nothing is kept. */
  readonly cache: CacheOptions | undefined
  readonly maxMessageBytes: number
  readonly logger: Logger
}

/** A program writes its own output to the console: what is of use only to whoever looks for it is left out. */
const CONSOLE: Logger = Object.freeze({
  debug: () => undefined,
  info: (...message) => console.info(...message),
  warn: (...message) => console.warn(...message),
  error: (...message) => console.error(...message),
} satisfies Logger)

const MEBIBYTE = 1024 * 1024

const count = (value: unknown, standIn: number, name: string): number => {
  if (value === undefined) return standIn
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number
  throw new DefinitionError(`connect: ${name} must be a whole number above 0, got ${show(value)}`)
}

/** Milliseconds, or `Infinity` for no limit. */
export const limit = (value: unknown, standIn: number, name: string): number => {
  if (value === undefined) return standIn
  return value === Number.POSITIVE_INFINITY ? value : milliseconds(value, name)
}

const checkReconnect = (options: ReconnectOptions) => {
  checkOptions(options, ['attempts', 'delayMs', 'maxDelayMs'], 'connect: reconnect')
  const { attempts, delayMs, maxDelayMs } = options
  return {
    attempts: count(attempts, 5, 'reconnect: attempts'),
    delayMs: limit(delayMs, 250, 'connect: reconnect: delayMs'),
    maxDelayMs: limit(maxDelayMs, 30_000, 'connect: reconnect: maxDelayMs'),
  }
}

const checkHeaders = (headers: unknown): Readonly<Record<string, string>> => {
  if (headers === undefined) return {}
  const entries = typeof headers === 'object' && headers !== null ? Object.entries(headers) : undefined
  if (entries?.every(([, value]) => typeof value === 'string')) return Object.fromEntries(entries)
  throw new DefinitionError(
    `connect: headers must be an object of strings such as { 'x-tenant': 'a' }, got ${show(headers)}`,
  )
}

/**
 * Checks the options of `connect`, and fills in the others.
 * @throws DefinitionError
 */
export const settleConnect = (options: ConnectOptions): ConnectSettings => {
  // Elsewhere, a cache cannot be turned off.
  checkOptions(
    isObject(options) && options['cache'] === false ? { ...options, cache: undefined } : options,
    OPTIONS,
    'connect',
  )
  const { revisions, fetch, timeoutMs, maxTotalTimeoutMs, probeTimeoutMs, reconnect, pingMs, cache, logger } = options
  return {
    spoken: serve(revisions),
    headers: checkHeaders(options.headers),
    fetch,
    limits: {
      timeoutMs: limit(timeoutMs, 60_000, 'connect: timeoutMs'),
      maxTotalTimeoutMs: limit(maxTotalTimeoutMs, 3_600_000, 'connect: maxTotalTimeoutMs'),
    },
    probeTimeoutMs: limit(probeTimeoutMs, 10_000, 'connect: probeTimeoutMs'),
    reconnect: reconnect === false ? undefined : checkReconnect(reconnect ?? {}),
    pingMs: pingMs === undefined ? undefined : milliseconds(pingMs, 'connect: pingMs'),
    maxRounds: count(options.maxRounds, 10, 'maxRounds'),
    cache: cache === false ? undefined : (cache ?? {}),
    maxMessageBytes: count(options.maxMessageBytes, 16 * MEBIBYTE, 'maxMessageBytes'),
    logger: unfailing(logger ?? CONSOLE),
  }
}
