import { DefinitionError } from '../errors.ts'
import type { Logger } from '../model/logger.ts'
import { show } from '../model/schema/problems.ts'
import type { CacheHint } from '../model/types.ts'
import { unfailing } from '../model/unfailing.ts'
import { type Served, serve } from '../protocol/negotiate.ts'
import { DEFAULT_MAX_MESSAGE_BYTES } from '../wire/frame-receiver.ts'
import { isObject } from '../wire/json.ts'
import { checkCache } from './define-resource.ts'
import type { BindOptions, EventStore, FailureFacts, RequestStateOptions, SessionOptions } from './faces.ts'
import { checkOptions, milliseconds } from './options.ts'

/** The options of a runtime, checked and complete. */
export interface Settings {
  readonly path: string | undefined
  readonly served: Served
  readonly responseMode: 'auto' | 'json' | 'sse'
  readonly allowedHosts: readonly string[] | undefined
  readonly allowedOrigins: readonly string[] | undefined
  readonly publicUrl: URL | undefined
  readonly maxBodyBytes: number
  readonly keepAliveMs: number
  readonly timeoutMs: number | undefined
  readonly pageSize: number
  readonly cache: Required<CacheHint>
  /** Undefined when there is none. */
  readonly websocket: { readonly maxMessageBytes: number } | undefined
  readonly health: string | undefined
  readonly maskErrors: boolean
  readonly logger: Logger
  readonly onError: ((error: unknown, facts: FailureFacts) => void) | undefined
  /** Undefined when there are none. */
  readonly sessions: SessionSettings | undefined
  readonly requestState: RequestStateOptions
  /** Undefined when there is none. */
  readonly sse: SseSettings | undefined
}

/** The two addresses of HTTP with SSE. */
export interface SseSettings {
  /** Undefined for the default. */
  readonly path: string | undefined
  /** Undefined for the default. */
  readonly messagePath: string | undefined
  /** How many streams there may be. */
  readonly max: number
}

/** How sessions are kept. */
export interface SessionSettings {
  readonly idleMs: number
  readonly max: number
  /** Undefined for the one in memory. */
  readonly store: EventStore | undefined
  readonly resume: boolean
}

/** The options of `bind`. */
export const OPTION_NAMES = [
  'path',
  'revisions',
  'responseMode',
  'allowedHosts',
  'allowedOrigins',
  'publicUrl',
  'maxBodyBytes',
  'keepAliveMs',
  'timeoutMs',
  'pageSize',
  'cache',
  'websocket',
  'health',
  'maskErrors',
  'logger',
  'onError',
  'sessions',
  'requestState',
  'sse',
] as const satisfies readonly (keyof BindOptions)[]

const RESPONSE_MODES = ['auto', 'json', 'sse'] as const

const fail = (name: string, wanted: string, value: unknown): never => {
  throw new DefinitionError(`bind: ${name} must be ${wanted}, got ${show(value)}`)
}

const positive = (name: string, value: number): number =>
  Number.isSafeInteger(value) && value > 0 ? value : fail(name, 'a whole number above 0', value)

const path = (name: string, value: string): string =>
  typeof value === 'string' && value.startsWith('/') ? value : fail(name, 'a path that begins with "/"', value)

const list = (name: string, value: readonly string[] | undefined): readonly string[] | undefined =>
  value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    ? value
    : fail(name, 'an array of strings', value)

const url = (value: string): URL => {
  const parsed = URL.canParse(value) ? new URL(value) : undefined
  return parsed?.protocol === 'http:' || parsed?.protocol === 'https:'
    ? parsed
    : fail('publicUrl', 'a URL such as "https://example.com/mcp"', value)
}

const inProduction = (): boolean =>
  (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.['NODE_ENV'] === 'production'

const healthPath = (health: boolean | string | undefined): string | undefined =>
  health === true ? '/health' : health ? path('health', health) : undefined

const websocket = (option: BindOptions['websocket'] = true): Settings['websocket'] => {
  if (option === false) return undefined
  if (option === true) return { maxMessageBytes: DEFAULT_MAX_MESSAGE_BYTES }
  if (!isObject(option)) return fail('websocket', 'true, false or { maxMessageBytes }', option)
  checkOptions(option, ['maxMessageBytes'], 'websocket')
  return {
    maxMessageBytes: positive('websocket.maxMessageBytes', option['maxMessageBytes'] ?? DEFAULT_MAX_MESSAGE_BYTES),
  }
}

const sse = (
  option: BindOptions['sse'] = false,
  endpoint: string | undefined,
  { versions, byVersion }: Served,
  max: number,
): SseSettings | undefined => {
  if (option === false) return undefined
  const given = option === true ? {} : option
  if (!isObject(given)) return fail('sse', 'true, false or { path, messagePath }', option)
  checkOptions(given, ['path', 'messagePath'], 'bind: sse')
  if (![...byVersion.values()].some(({ http }) => http.sse)) {
    throw new DefinitionError(`bind: sse carries no revision that is served: ${versions.join(', ')}`)
  }
  const [own, messages] = (['path', 'messagePath'] as const).map((name) =>
    given[name] === undefined ? undefined : path(`sse.${name}`, given[name]),
  )
  const all = [endpoint ?? '/mcp', own ?? '/sse', messages ?? '/messages']
  if (new Set(all).size < all.length) {
    throw new DefinitionError(`bind: path, sse.path and sse.messagePath must differ, got ${all.join(', ')}`)
  }
  return { path: own, messagePath: messages, max }
}

const isStore = (store: unknown): store is EventStore =>
  isObject(store) && ['append', 'read', 'remove'].every((name) => typeof store[name] === 'function')

/** How many sessions there may be, unless something else is said. */
const MAX_SESSIONS = 10_000

const sessions = (option: BindOptions['sessions'] = {}): SessionSettings | undefined => {
  if (option === false) return undefined
  const given: SessionOptions = isObject(option)
    ? option
    : fail('sessions', 'false or { idleMs, max, store, resume }', option)
  checkOptions(given, ['idleMs', 'max', 'store', 'resume'], 'bind: sessions')
  const { idleMs = 1_800_000, max = MAX_SESSIONS, store, resume = true } = given
  if (store !== undefined && !isStore(store)) fail('sessions.store', 'an object with append, read and remove', store)
  if (typeof resume !== 'boolean') fail('sessions.resume', 'true or false', resume)
  return {
    idleMs: milliseconds(idleMs, 'bind: sessions.idleMs'),
    max: positive('sessions.max', max),
    store,
    resume,
  }
}

const requestState = (option: BindOptions['requestState'] = {}): RequestStateOptions => {
  const given: RequestStateOptions = isObject(option)
    ? option
    : fail('requestState', '{ keys, ttlMs, maxBytes }', option)
  checkOptions(given, ['keys', 'ttlMs', 'maxBytes'], 'bind: requestState')
  return given
}

/**
 * Checks options and fills in the defaults.
 * @throws DefinitionError that names the option and what it takes
 */
export const settle = (options: BindOptions): Settings => {
  checkOptions(options, OPTION_NAMES, 'bind')
  const { responseMode = 'auto', cache, pageSize, timeoutMs, publicUrl } = options
  if (!RESPONSE_MODES.includes(responseMode)) fail('responseMode', `one of ${RESPONSE_MODES.join(', ')}`, responseMode)
  checkCache(cache, 'bind')
  const served = serve(options.revisions)
  const endpoint = options.path === undefined || options.path === '*' ? options.path : path('path', options.path)
  const sessionSettings = sessions(options.sessions)
  return {
    path: endpoint,
    served,
    responseMode,
    allowedHosts: list('allowedHosts', options.allowedHosts),
    allowedOrigins: list('allowedOrigins', options.allowedOrigins),
    publicUrl: publicUrl === undefined ? undefined : url(publicUrl),
    maxBodyBytes: positive('maxBodyBytes', options.maxBodyBytes ?? 4 * 1024 * 1024),
    keepAliveMs: milliseconds(options.keepAliveMs ?? 15_000, 'bind: keepAliveMs'),
    timeoutMs: timeoutMs === undefined ? undefined : milliseconds(timeoutMs, 'bind: timeoutMs'),
    pageSize: pageSize === undefined ? Number.POSITIVE_INFINITY : positive('pageSize', pageSize),
    cache: { ttlMs: cache?.ttlMs ?? 0, scope: cache?.scope ?? 'public' },
    websocket: websocket(options.websocket),
    health: healthPath(options.health),
    maskErrors: options.maskErrors ?? inProduction(),
    logger: unfailing(options.logger ?? console),
    onError: options.onError,
    sessions: sessionSettings,
    requestState: requestState(options.requestState),
    sse: sse(options.sse, endpoint, served, sessionSettings?.max ?? MAX_SESSIONS),
  }
}
