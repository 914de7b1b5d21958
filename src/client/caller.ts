import { ConnectionError, DefinitionError, ErrorCode, InvalidResultError, McpError } from '../errors.ts'
import { show } from '../model/schema/problems.ts'
import type { LoggingLevel } from '../model/types.ts'
import { elapsed } from '../peer/elapsed.ts'
import type { Revision } from '../protocol/revision.ts'
import { checkOptions } from '../server/options.ts'
import { isObject } from '../wire/json.ts'
import type { Params } from '../wire/message.ts'
import { answersOf } from './answering/answers.ts'
import type { UrlElicitations } from './answering/url-elicitations.ts'
import type { Place, ResponseCache } from './cache/response-cache.ts'
import { SessionExpiredError } from './carrier.ts'
import type { Limits } from './deadline.ts'
import type { ClientDefinition } from './definition.ts'
import type { Keeper } from './keeper.ts'
import type { KnownTools } from './known-tools.ts'
import { limited, patiently } from './limited.ts'
import { envelopeOf } from './negotiation/envelope.ts'
import { asResult, withoutHints } from './results.ts'
import { isInputRequired, type Result, throughRounds } from './rounds.ts'
import type { Session } from './session.ts'
import { type ConnectSettings, limit } from './settings.ts'
import type { CallOptions, ClientLayer } from './types.ts'

const CALL_OPTIONS = [
  'signal',
  'timeoutMs',
  'maxTotalTimeoutMs',
  'onProgress',
  'meta',
  'cache',
] as const satisfies readonly (keyof CallOptions)[]

const CACHE_MODES: readonly unknown[] = ['use', 'refresh', 'bypass'] satisfies readonly CallOptions['cache'][]

/** @throws DefinitionError */
const checkCall = (options: CallOptions, method: string): void => {
  checkOptions(options, CALL_OPTIONS, method)
  const { cache } = options
  if (cache === undefined || CACHE_MODES.includes(cache)) return
  throw new DefinitionError(`${method}: cache must be one of ${CACHE_MODES.join(', ')}, got ${show(cache)}`)
}

/** What a call goes through. */
export interface CallerOptions {
  readonly definition: ClientDefinition
  readonly settings: ConnectSettings
  readonly keeper: Keeper
  readonly cache: ResponseCache | undefined
  readonly tools: KnownTools
  readonly visits: UrlElicitations | undefined
}

const NO_OPTIONS: CallOptions = Object.freeze({})

/** An answer, and the revision that it was given in. */
interface Answered {
  readonly result: Result
  readonly revision: Revision
}

/** A result, and whether it may be kept: what came of rounds, or of a server that knows no hints, may not. */
interface Settled {
  readonly result: Result
  readonly isCacheable: boolean
}

/** Why a request is sent again. */
interface Repeats {
  /** How many times the server could not be reached, and once more. */
  readonly attempt: number
  /** Whether a session has expired under it. */
  readonly hasExpired: boolean
}

const FIRST: Repeats = Object.freeze({ attempt: 1, hasExpired: false })

type Go = (params: Params) => Promise<unknown>

const wrap =
  (layer: ClientLayer, method: string, signal: AbortSignal | undefined, inner: Go): Go =>
  async (params) =>
    layer({ method, params, signal }, (replacement = params) => inner(replacement))

/** Makes the calls of a connection: through its layers, its cache, the rounds of a call, and lost conversations. */
export class Caller {
  /** The least urgent log messages to be sent on a stateless revision; undefined for none. */
  logLevel: LoggingLevel | undefined
  readonly #options: CallerOptions
  /** The envelope of the conversation that there is, made once. */
  #envelope:
    | { readonly session: Session; readonly logLevel: LoggingLevel | undefined; readonly meta: Params }
    | undefined

  constructor(options: CallerOptions) {
    this.#options = options
    this.logLevel = options.definition.logging?.level
  }

  /**
   * Calls a method of the server.
   * @throws McpError what the server answered; TimeoutError, AbortedError, ConnectionError, InvalidResultError
   */
  async call(method: string, params: Params, options: CallOptions = NO_OPTIONS): Promise<Result> {
    if (options !== NO_OPTIONS) checkCall(options, method)
    const { layers } = this.#options.definition
    if (layers.length === 0) return this.#cached(method, params, options)
    const go = layers.reduceRight<Go>(
      (inner, layer) => wrap(layer, method, options.signal, inner),
      (given) => this.#cached(method, given, options),
    )
    const result = await go(params)
    if (isObject(result)) return result
    throw new TypeError(`use: the answer to "${method}" must be an object; return what next() gave`)
  }

  /** `_meta` of a request, besides what is its own. */
  metaOf(session: Session): Params | undefined {
    const { revision } = session.agreement
    if (revision.conversation === 'stateful') return undefined
    const { logLevel } = this
    if (this.#envelope?.session !== session || this.#envelope.logLevel !== logLevel) {
      const { definition } = this.#options
      const meta = envelopeOf(revision, definition, logLevel)
      this.#envelope = { session, logLevel, meta }
    }
    return this.#envelope.meta
  }

  async #cached(method: string, params: Params, options: CallOptions): Promise<Result> {
    const { cache, keeper } = this.#options
    const { cache: mode = 'use', meta } = options
    const { revision } = keeper.latest.agreement
    const place = meta || mode === 'bypass' ? undefined : cache?.placeOf(revision, method, params)
    if (!cache || !place) return (await this.#settled(method, params, options)).result
    // Nothing is given once it is closed.
    const kept = keeper.ready && mode === 'use' ? await cache.read(place, options.signal) : undefined
    return kept ?? this.#fetched(cache, place, params, options)
  }

  async #fetched(cache: ResponseCache, place: Place, params: Params, options: CallOptions): Promise<Result> {
    const { method } = place
    try {
      const { result, isCacheable } = await this.#settled(method, params, options)
      await cache.write(place, isCacheable ? result : {})
      return result
    } catch (error) {
      // 2026-07-28 Caching, Interaction with Pagination: a cursor that has become invalid.
      const isStale =
        error instanceof McpError && error.code === ErrorCode.InvalidParams && params['cursor'] !== undefined
      if (isStale) await cache.forget(method)
      throw error
    }
  }

  /** The result, after as many rounds as it takes. */
  async #settled(method: string, params: Params, options: CallOptions): Promise<Settled> {
    const { definition, settings } = this.#options
    const limits = this.#limitsOf(options, method)
    const { result: first, revision } = await this.#sent(method, params, options, limits)
    const type = first['resultType']
    // Where a revision knows no types of results, there is but one.
    if (!revision.stamp) return { result: withoutHints(first, method, revision), isCacheable: false }
    if (type === undefined || type === 'complete') return { result: first, isCacheable: true }
    if (!isInputRequired(first) || !revision.rounds.has(method)) {
      throw new InvalidResultError(`The server answered "${method}" with a result of the type ${JSON.stringify(type)}`)
    }
    const result = await throughRounds(first, {
      method,
      params,
      answers: answersOf(definition, revision),
      maxRounds: settings.maxRounds,
      signal: options.signal,
      limits,
      send: async (next) => (await this.#sent(method, next, options, limits)).result,
    })
    return { result, isCacheable: false }
  }

  /** One request and its answer, in whichever conversation there is. */
  async #sent(
    method: string,
    params: Params,
    options: CallOptions,
    limits: Limits,
    repeats: Repeats = FIRST,
  ): Promise<Answered> {
    const { keeper } = this.#options
    const { signal, onProgress, meta } = options
    const session = keeper.ready ?? (await patiently(`"${method}"`, signal, limits.timeoutMs, keeper.current()))
    const envelope = this.metaOf(session)
    let next: Repeats
    try {
      const answer = await session.request({
        method,
        params,
        meta: meta ? { ...meta, ...envelope } : envelope,
        headers: this.#headersOf(session, method, params),
        signal,
        limits,
        onProgress,
      })
      return { result: asResult(answer, method), revision: session.agreement.revision }
    } catch (error) {
      this.#options.visits?.refused(error)
      if (error instanceof SessionExpiredError && !repeats.hasExpired && keeper.isKept) {
        // 2025-11-25 Transports, Session Management: a new session, and the request again.
        session.expired(error)
        next = { ...repeats, hasExpired: true }
      } else {
        // Where the server could not be reached, nothing has happened there.
        const mayRepeat = error instanceof ConnectionError && error.code === 'unreachable'
        if (!mayRepeat || !(await this.#again(repeats.attempt, method, signal, limits))) throw error
        next = { ...repeats, attempt: repeats.attempt + 1 }
      }
    }
    return this.#sent(method, params, options, limits, next)
  }

  /** Waits before another attempt, for no longer than the call may take. @returns whether there is to be one */
  async #again(attempt: number, method: string, signal: AbortSignal | undefined, limits: Limits): Promise<boolean> {
    const waiting = limited(`"${method}"`, signal, limits.timeoutMs)
    try {
      return await this.#options.keeper.again(attempt, waiting.signal)
    } finally {
      waiting.release()
    }
  }

  #headersOf(session: Session, method: string, { name, arguments: args }: Params) {
    const isMirrored = method === 'tools/call' && session.carrier.mirrorsArguments
    return isMirrored && session.agreement.revision.http.mirroredParameter
      ? this.#options.tools.headers(name, args)
      : undefined
  }

  #limitsOf({ timeoutMs, maxTotalTimeoutMs }: CallOptions, method: string): Required<Limits> {
    const { limits } = this.#options.settings
    return {
      began: elapsed(),
      timeoutMs: limit(timeoutMs, limits.timeoutMs, `${method}: timeoutMs`),
      maxTotalTimeoutMs: limit(maxTotalTimeoutMs, limits.maxTotalTimeoutMs, `${method}: maxTotalTimeoutMs`),
    }
  }
}
