import { AbortedError } from '../errors.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import { InFlight } from '../peer/in-flight.ts'
import { within } from '../peer/within.ts'
import { createSealer, type Sealer } from '../protocol/request-state.ts'
import { type ErrorObject, errorText, resultText } from '../wire/message.ts'
import { Rounds } from './asks/rounds.ts'
import { changedLists } from './changed-lists.ts'
import { Changes, type Notify, notifyOf } from './changes.ts'
import type { Definition } from './definition.ts'
import { dispatch, MethodNotFound } from './dispatch.ts'
import { Failures } from './failures.ts'
import { Generation } from './generation.ts'
import type { Incoming } from './incoming.ts'
import { type Answerer, intercept } from './layers.ts'
import { Lifespans } from './lifespans.ts'
import { LONGEST_DELAY } from './options.ts'
import type { Plan } from './plan.ts'
import type { Settings } from './settings.ts'
import { Watches } from './watches.ts'

/** An error response, with what a transport needs to know of it. */
export interface Refusal {
  readonly text: string
  readonly code: number
  /** Whether the revision has no such method, as opposed to a handler that says so. */
  readonly unknownMethod: boolean
}

/** The text of a response, or why there is an error instead. */
export type Reply = string | Refusal

/** The text of a reply, whether it is a result or an error. */
export const textOf = (reply: Reply): string => (typeof reply === 'string' ? reply : reply.text)

/** A bound server: the definition that is served at the moment, and what outlives it. Knows no transport. */
export class ServerRuntime {
  readonly settings: Settings
  readonly failures: Failures
  readonly changes: Changes
  /** Tells clients of changes. */
  readonly notify: Notify
  readonly watches: Watches
  readonly sealer: Sealer
  readonly beginRounds = (incoming: Incoming): Rounds => Rounds.begin(incoming, this.sealer)
  /** What ends each `subscriptions/listen` gracefully. */
  readonly listeners = new Set<() => void>()
  /** What ends at close, once nothing is in flight any more: the sessions of a transport. */
  readonly endings = new Set<() => void>()
  /** Every call that is being answered, on whatever transport. */
  readonly calls = new InFlight<Incoming>()
  readonly #lifespans: Lifespans
  #current: Generation
  #starting: Promise<void> | undefined
  #replacing: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(definition: Definition, settings: Settings) {
    this.#current = new Generation(this, definition)
    this.settings = settings
    this.failures = new Failures(settings)
    this.sealer = createSealer(settings.requestState)
    this.changes = new Changes(settings.logger)
    this.notify = notifyOf(this.changes)
    this.watches = new Watches((uri) => this.#current.watchOf(uri), this.notify.resourceUpdated, settings.logger)
    this.#lifespans = new Lifespans(settings.logger)
  }

  /** What is served at the moment. */
  get plan(): Plan {
    return this.#current.plan
  }

  /** Whether calls may be answered at once; if not, `start` first. */
  get ready(): boolean {
    return this.#current.lifespans !== undefined
  }

  /** Whether `close` was called: nothing new is accepted. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Starts the lifespan, once. */
  start(): Promise<void> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  /**
   * Serves another definition from here on, and announces the lists that it gives otherwise. What has begun ends as it
   * began. Several are applied in the order of the calls.
   *
   * Rejects, and leaves everything as it was, when the definition is empty, one of its lifespans fails to start, or the
   * runtime is closed. Where nothing has started yet, the lifespans of the new definition start as late as those
   * of the old one would have.
   */
  replace(definition: Definition): Promise<void> {
    const replaced = this.#replacing.then(() => this.#replace(definition))
    this.#replacing = replaced.catch(() => undefined)
    return replaced
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
    const generation = this.#current
    const { interceptors } = generation.plan.definition
    this.calls.add(incoming, incoming)
    generation.begin(incoming)
    try {
      const result =
        interceptors.length === 0
          ? dispatch(generation, incoming, incoming.params)
          : intercept(interceptors, incoming, incoming.surroundings, (params) =>
              dispatch(generation, incoming, params),
            )(incoming.params)
      if (!(result instanceof Promise)) return this.#succeed(generation, incoming, result)
      return result.then(
        (late) => this.#succeed(generation, incoming, late),
        (error: unknown) => this.#fail(generation, incoming, error),
      )
    } catch (error) {
      return this.#fail(generation, incoming, error)
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

  #succeed(generation: Generation, incoming: Incoming, result: object): Reply {
    this.#end(generation, incoming)
    const { id, method, peer } = incoming
    try {
      return resultText(id as string, generation.textOf(peer.revision, method, result))
    } catch (error) {
      return this.#fail(generation, incoming, error)
    }
  }

  #fail(generation: Generation, incoming: Incoming, failure: unknown): Refusal {
    this.#end(generation, incoming)
    const error: ErrorObject = this.failures.errorObject(failure, incoming)
    const text = errorText(incoming.id, error)
    return { text, code: error.code, unknownMethod: failure instanceof MethodNotFound }
  }

  #end(generation: Generation, incoming: Incoming): void {
    incoming.end()
    generation.end(incoming)
    this.calls.remove(incoming)
  }

  async #start(): Promise<void> {
    const generation = this.#current
    generation.lifespans ??= await this.#lifespans.hold(generation.plan.definition)
  }

  async #replace(definition: Definition): Promise<void> {
    if (this.#starting) await this.#starting.catch(() => undefined)
    this.#refuseIfClosed()
    const before = this.#current
    const next = new Generation(this, definition, before.plan.capabilities)
    if (this.#starting || this.ready) next.lifespans = await this.#lifespans.hold(definition, before.lifespans)
    try {
      this.#refuseIfClosed()
    } catch (error) {
      if (next.lifespans) this.#lifespans.release(next.lifespans)
      throw error
    }
    this.#swap(before, next)
  }

  #refuseIfClosed(): void {
    if (this.closed) throw new AbortedError('closed', 'replace: the runtime is closed; bind the server anew')
  }

  #swap(before: Generation, next: Generation): void {
    this.#current = next
    if (next.lifespans) this.#starting = Promise.resolve()
    const { lifespans } = before
    const unused = Promise.all([before.idle(), this.watches.renew()])
    if (lifespans) void unused.then(() => this.#lifespans.release(lifespans))
    for (const name of changedLists(before.plan, next.plan)) this.changes.publish(name)
  }

  async #close(drainMs: number): Promise<void> {
    this.endSubscriptions()
    await within(Math.min(drainMs, LONGEST_DELAY), this.calls.idle())
    this.calls.abortAll(new AbortedError('closed', 'the server is closing'))
    for (const end of this.endings) end()
    await this.watches.close()
    await this.#starting?.catch(() => undefined)
    await this.#replacing
    await this.#lifespans.stop()
  }
}
