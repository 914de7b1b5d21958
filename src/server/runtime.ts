import { AbortedError, ErrorCode, McpError } from '../errors.ts'
import { didYouMean } from '../model/nearest.ts'
import { show } from '../model/schema/problems.ts'
import { InFlight } from '../peer/in-flight.ts'
import { encodeResult } from '../protocol/encode.ts'
import { createSealer, type Sealer } from '../protocol/request-state.ts'
import type { Revision } from '../protocol/revision.ts'
import { isObject } from '../wire/json.ts'
import { type ErrorObject, errorText, type Params, resultText } from '../wire/message.ts'
import { endRound, isLaterRound, Rounds } from './asks/rounds.ts'
import { Changes, type Notify, notifyOf } from './changes.ts'
import { Context, type Host, type Incoming } from './context.ts'
import type { Definition, Scope } from './definition.ts'
import { Failures } from './failures.ts'
import { type Answerer, intercept } from './layers.ts'
import { Lifespans } from './lifespan.ts'
import { callTool } from './methods/call-tool.ts'
import { BUILT_IN, type Method } from './methods/index.ts'
import { findResource, readWithin } from './methods/read-resource.ts'
import { listen } from './methods/subscriptions.ts'
import { LONGEST_DELAY } from './options.ts'
import { makePlan, type Plan } from './plan.ts'
import type { Settings } from './settings.ts'
import type { MaybePromise } from './types.ts'
import { type StartWatch, Watches } from './watches.ts'

/** An error response, with what a transport needs to know of it. */
export interface Refusal {
  readonly text: string
  readonly code: number
  /** Whether the revision has no such method, as opposed to a handler that says so. */
  readonly unknownMethod: boolean
}

/** The text of a response, or why there is an error instead. */
export type Reply = string | Refusal

class MethodNotFound extends McpError {}

const vendorMethod = (plan: Plan, name: string): Method | undefined => {
  const planned = plan.methods.get(name)
  if (!planned) return undefined
  const { entry, run } = planned
  const { result } = entry
  return async (runtime, incoming, params) => {
    const value = (await run(params ?? {}, new Context(incoming, runtime.hostOf(entry.scope)))) ?? {}
    const checked = result ? await result.validate(value) : { ok: true as const, value }
    if (!checked.ok) throw new TypeError(`method "${name}": its result does not fit its schema: ${checked.problems}`)
    if (isObject(checked.value)) return checked.value
    throw new TypeError(`method "${name}": a result is an object, got ${show(checked.value)}`)
  }
}

/** A bound server: its plan, and what lives. Knows no transport. */
export class ServerRuntime {
  readonly plan: Plan
  readonly settings: Settings
  readonly failures: Failures
  readonly changes: Changes
  /** Tells clients of changes. */
  readonly notify: Notify
  readonly watches: Watches
  /** What ends each `subscriptions/listen` gracefully. */
  readonly listeners = new Set<() => void>()
  /** What ends at close, once nothing is in flight any more: the sessions of a transport. */
  readonly endings = new Set<() => void>()
  /** Every call that is being answered, on whatever transport. */
  readonly calls = new InFlight<Incoming>()
  readonly #lifespans: Lifespans
  readonly #hosts = new Map<Scope, Host>()
  readonly #results = new Map<string, object>()
  readonly #sealer: Sealer
  readonly #beginRounds = (incoming: Incoming): Rounds => Rounds.begin(incoming, this.#sealer)
  #closing: Promise<void> | undefined

  constructor(definition: Definition, settings: Settings) {
    this.plan = makePlan(definition)
    this.settings = settings
    this.failures = new Failures(settings)
    this.#sealer = createSealer(settings.requestState)
    this.changes = new Changes(settings.logger)
    this.notify = notifyOf(this.changes)
    this.watches = new Watches((uri) => this.#watch(uri), settings.logger)
    const scopes = [...definition.entries.values()].map(({ scope }) => scope.lifespans)
    this.#lifespans = new Lifespans(definition.lifespans, scopes)
  }

  /** Whether calls may be answered at once; if not, `start` first. */
  get ready(): boolean {
    return this.#lifespans.ready
  }

  /** Whether `close` was called: nothing new is accepted. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Starts the lifespan, once. */
  start(): Promise<void> {
    return this.#lifespans.start()
  }

  /** Lets calls end, aborts those that do not in time, and undoes the lifespan. */
  close(drainMs = 10_000): Promise<void> {
    this.#closing ??= this.#close(drainMs)
    return this.#closing
  }

  /** Ends every `subscriptions/listen` gracefully. */
  endSubscriptions(): void {
    for (const end of this.listeners) end()
  }

  /** Answers a request. */
  answer(incoming: Incoming): MaybePromise<Reply> {
    const { interceptors } = this.plan.definition
    this.calls.add(incoming, incoming)
    try {
      const result =
        interceptors.length === 0
          ? this.#dispatch(incoming, incoming.params)
          : intercept(interceptors, incoming, incoming.surroundings, (params) => this.#dispatch(incoming, params))(
              incoming.params,
            )
      if (!(result instanceof Promise)) return this.#succeed(incoming, result)
      return result.then(
        (late) => this.#succeed(incoming, late),
        (error: unknown) => this.#fail(incoming, error),
      )
    } catch (error) {
      return this.#fail(incoming, error)
    }
  }

  /** Takes note of a notification. `act` does what it asks for, once the interceptors have let it through. */
  async notified(incoming: Incoming, act: () => void): Promise<void> {
    const answer: Answerer<undefined> = () => act() as undefined
    try {
      await intercept(this.plan.definition.interceptors, incoming, incoming.surroundings, answer)(incoming.params)
    } catch (error) {
      this.failures.errorObject(error, incoming)
    }
  }

  /** What handlers of a scope may ask of this server. */
  hostOf(scope: Scope): Host {
    const known = this.#hosts.get(scope)
    if (known) return known
    const host: Host = {
      lifespan: this.#lifespans.valueOf(scope.lifespans),
      notify: this.notify,
      readResource: (uri, incoming, depth) => readWithin(this, incoming, scope, uri, depth),
    }
    this.#hosts.set(scope, host)
    return host
  }

  /** Wraps the interceptors of a merged server around the answer of one of its entries. */
  scoped(
    { interceptors }: Scope,
    incoming: Incoming,
    params: Params | undefined,
    answer: (params: Params | undefined) => MaybePromise<object>,
  ): MaybePromise<object> {
    return intercept(interceptors, incoming, incoming.surroundings, answer)(params)
  }

  /** A result that never changes: made once, and turned into text once per revision. */
  remembered(key: string, make: () => object): object {
    const known = this.#results.get(key)
    if (known) return known
    const result = make()
    this.#results.set(key, result)
    this.plan.texts.set(result, new Map())
    return result
  }

  /** A result that must be there in time; else the call is aborted, and the promise rejects with the reason. */
  limited<Result>(result: Promise<Result>, ownMs: number | undefined, incoming: Incoming): Promise<Result> {
    const timeoutMs = ownMs ?? this.settings.timeoutMs
    if (timeoutMs === undefined) return result
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const reason = new AbortedError('timeout', `timed out after ${timeoutMs} ms`)
        incoming.abort(reason)
        reject(reason)
      }, timeoutMs)
      result.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }

  #dispatch(incoming: Incoming, params: Params | undefined): MaybePromise<object> {
    const answer = this.#find(incoming)
    const hasRounds = incoming.peer.revision.rounds.has(incoming.method)
    return hasRounds ? this.#answerInRounds(incoming, params, answer) : this.#answerInTime(incoming, params, answer)
  }

  #answerInTime(incoming: Incoming, params: Params | undefined, answer: Method): MaybePromise<object> {
    const result = answer(this, incoming, params)
    const isLimitedByItself = answer === callTool || answer === listen
    return !isLimitedByItself && result instanceof Promise ? this.limited(result, undefined, incoming) : result
  }

  #answerInRounds(incoming: Incoming, params: Params | undefined, answer: Method): MaybePromise<object> {
    const run = (): MaybePromise<object> =>
      endRound(
        incoming,
        () => this.#answerInTime(incoming, params, answer),
        (round) => this.limited(round, undefined, incoming),
      )
    incoming.wayBack = this.#beginRounds
    return isLaterRound(incoming) ? this.#resumeRounds(incoming).then(run) : run()
  }

  async #resumeRounds(incoming: Incoming): Promise<void> {
    // What replaces a method of the protocol may have states of its own, which it reads by itself.
    const isReplaced = this.plan.methods.has(incoming.method)
    const refused = (reason: string): void => {
      if (!isReplaced) this.settings.logger.warn(`refused a requestState: ${reason}`)
    }
    try {
      incoming.asker = await Rounds.resume(incoming, this.#sealer, refused)
    } catch (error) {
      if (!isReplaced) throw error
    }
  }

  #find({ method, peer }: Incoming): Method {
    const answer = vendorMethod(this.plan, method) ?? this.#builtIn(method, peer.revision)
    if (answer) return answer
    const builtIn = [...BUILT_IN.keys()].filter((name) => this.#builtIn(name, peer.revision))
    const known = [...this.plan.methods.keys(), ...builtIn]
    const message = `Method not found: ${JSON.stringify(method)}.${didYouMean(method, known)}`
    throw new MethodNotFound(ErrorCode.MethodNotFound, message)
  }

  #builtIn(name: string, { requests }: Revision): Method | undefined {
    const builtIn = requests.has(name) ? BUILT_IN.get(name) : undefined
    if (!builtIn) return undefined
    return builtIn.needs === undefined || this.plan.capabilities[builtIn.needs] ? builtIn.answer : undefined
  }

  #succeed(incoming: Incoming, result: object): Reply {
    this.#end(incoming)
    const { id, method, peer } = incoming
    try {
      return resultText(id as string, this.#encode(peer.revision, method, result))
    } catch (error) {
      return this.#fail(incoming, error)
    }
  }

  #encode(revision: Revision, method: string, result: object): string {
    const texts = this.plan.texts.get(result)
    const known = texts?.get(revision)
    if (known !== undefined) return known
    const text = JSON.stringify(encodeResult(revision, method, result, this.plan.info))
    texts?.set(revision, text)
    return text
  }

  #fail(incoming: Incoming, failure: unknown): Refusal {
    this.#end(incoming)
    const error: ErrorObject = this.failures.errorObject(failure, incoming)
    const text = errorText(incoming.id, error)
    return { text, code: error.code, unknownMethod: failure instanceof MethodNotFound }
  }

  #end(incoming: Incoming): void {
    incoming.end()
    this.calls.remove(incoming)
  }

  #watch(uri: string): ReturnType<StartWatch> {
    return findResource(this.plan, uri)?.watch?.(uri, () => this.changes.publish({ uri }))
  }

  async #close(drainMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(drainMs, LONGEST_DELAY))
    })
    this.endSubscriptions()
    await Promise.race([this.calls.idle(), late])
    clearTimeout(timer)
    this.calls.abortAll(new AbortedError('closed', 'the server is closing'))
    for (const end of this.endings) end()
    await this.watches.close()
    await this.#lifespans.stop()
  }
}
