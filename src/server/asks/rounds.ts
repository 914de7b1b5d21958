import { CapabilityError, ErrorCode, isSuspension, McpError, SuspensionError } from '../../errors.ts'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { Binding, Sealer } from '../../protocol/request-state.ts'
import { isObject, type Json, type JsonObject } from '../../wire/json.ts'
import type { Incoming } from '../incoming.ts'
import { limited } from '../limit.ts'
import { principalOf } from '../principal.ts'
import { digestOf } from './digest.ts'
import { type Asker, Keys, type Question, requireCapability, runToRemember, tooLate } from './question.ts'

/** What is carried from round to round, sealed. */
interface State {
  readonly idempotencyKey: string
  /** The digest of each question that the last round asked; undefined before there was one. */
  readonly asked: Readonly<Record<string, string>> | undefined
  /** Accepted answers, each with the digest of its question. */
  readonly answers: Record<string, { readonly digest: string; readonly answer: Json }>
  /** What `once` has remembered. `[]` stands for undefined. */
  readonly done: Record<string, readonly [Json] | readonly []>
  /** How many rounds in a row brought no newly accepted answer. */
  readonly idle: number
}

/** A question that this run has asked and nobody has answered. */
interface Open {
  readonly question: Question<unknown>
  readonly digest: string
}

const MAX_IDLE_ROUNDS = 10

/**
 * How many turns of the microtask queue a question waits for others, so that all that is asked in the same breath
 * belongs to the same round: also behind answers that have come already.
 */
const BREATH = 32

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))

// Without prototype, so that a question with the key `__proto__` is one like any other.
const record = <Value>(from: Readonly<Record<string, Value>> = {}): Record<string, Value> =>
  Object.assign(Object.create(null), from)

const freshState = (): State => ({
  idempotencyKey: crypto.randomUUID(),
  asked: undefined,
  answers: record(),
  done: record(),
  idle: 0,
})

const restored = (payload: JsonObject): State => {
  // It was sealed here, or by a replica with the same key: its shape is known.
  const state = payload as unknown as State & { readonly asked: Readonly<Record<string, string>> }
  return { ...state, asked: record(state.asked), answers: record(state.answers), done: record(state.done) }
}

/** What a request of a later round brings along. */
const responsesIn = ({ method, params }: Incoming): Readonly<Record<string, unknown>> => {
  const responses = params?.['inputResponses'] ?? {}
  if (isObject(responses)) return record(responses)
  throw new McpError(ErrorCode.InvalidParams, `${method}: "inputResponses" must be an object`)
}

/** Whether a request goes on with a call that has had rounds before. A `null` is as good as nothing. */
export const isLaterRound = ({ params }: Incoming): boolean =>
  (params?.['requestState'] ?? params?.['inputResponses'] ?? undefined) !== undefined

const bindingOf = ({ method, params, surroundings }: Incoming): Binding => ({
  principal: principalOf(surroundings.auth),
  method,
  target: String(params?.[method === 'resources/read' ? 'uri' : 'name']),
  arguments: params?.['arguments'] ?? null,
})

/** Asks by ending the round, as 2026-07-28 does: the client comes again with the answers, and the handler runs anew. */
export class Rounds implements Asker {
  readonly #incoming: Incoming
  readonly #sealer: Sealer
  readonly #state: State
  readonly #responses: Readonly<Record<string, unknown>>
  readonly #keys = new Keys()
  readonly #open = new Map<string, Open>()
  /** What must have ended before the round does. */
  readonly #running = new Set<Promise<unknown>>()
  readonly #once = new Map<string, Promise<unknown>>()
  #accepted = false
  #suspended = false

  private constructor(incoming: Incoming, sealer: Sealer, state: State, responses: Readonly<Record<string, unknown>>) {
    this.#incoming = incoming
    this.#sealer = sealer
    this.#state = state
    this.#responses = responses
  }

  /** The first round of a call. */
  static begin(incoming: Incoming, sealer: Sealer): Rounds {
    return new Rounds(incoming, sealer, freshState(), {})
  }

  /**
   * A later round.
   * @param refused hears precisely why a state was not accepted; the client does not
   * @throws McpError the same for every reason
   */
  static async resume(incoming: Incoming, sealer: Sealer, refused: (reason: string) => void): Promise<Rounds> {
    const responses = responsesIn(incoming)
    const sealed = incoming.params?.['requestState'] ?? undefined
    // Without a state, the answers come before the questions, and fit whichever has their key.
    if (sealed === undefined) return new Rounds(incoming, sealer, freshState(), responses)
    const opened = await sealer.open(sealed, bindingOf(incoming))
    if (opened.ok) return new Rounds(incoming, sealer, restored(opened.payload), responses)
    refused(opened.reason)
    throw new McpError(ErrorCode.InvalidParams, 'Invalid or expired requestState')
  }

  get idempotencyKey(): string {
    return this.#state.idempotencyKey
  }

  ask<Value>(question: Question<Value>, givenKey: string | undefined): Promise<Value> {
    return this.#track(this.#ask(question, givenKey))
  }

  once(key: string, run: () => unknown): Promise<unknown> {
    return this.#track(this.#runOnce(key, run))
  }

  // What a round has asked goes out with its answer.
  end(): void {}

  /** Throws when the round has ended: what comes after would be said in a run that does not count any more. */
  refuseAfterSuspension(): void {
    if (this.#suspended) throw new SuspensionError('The round has ended; let this error pass')
  }

  get ending(): Asker['ending'] {
    return this.#open.size > 0 ? () => this.#finish() : undefined
  }

  // 2026-07-28 §InputRequiredResult: the questions, and the state to come back with.
  async #finish(): Promise<object> {
    if (this.#running.size > 0) await Promise.race([Promise.allSettled(this.#running), aborted(this.#incoming.signal)])
    const idle = this.#accepted ? 0 : this.#state.idle + 1
    if (idle > MAX_IDLE_ROUNDS) {
      const titles = [...this.#open.values()].map(({ question }) => JSON.stringify(question.title)).join(', ')
      throw new McpError(
        ErrorCode.InternalError,
        `${MAX_IDLE_ROUNDS} rounds in a row brought no answer that could be accepted: ${titles} never settles`,
      )
    }
    const asked = Object.fromEntries([...this.#open].map(([key, { digest }]) => [key, digest]))
    // All that is in a state is JSON; an interface cannot say so.
    const payload = { ...this.#state, asked, idle } as unknown as JsonObject
    return {
      resultType: 'input_required',
      inputRequests: Object.fromEntries(
        [...this.#open].map(([key, { question }]) => [key, { method: question.method, params: question.params }]),
      ),
      requestState: await this.#sealer.seal(payload, bindingOf(this.#incoming)),
    }
  }

  // A rejection that nobody looks at any more is no failure of the program.
  #track<Value>(work: Promise<Value>): Promise<Value> {
    this.#running.add(work)
    const done = (): boolean => this.#running.delete(work)
    work.then(done, done)
    return work
  }

  async #ask<Value>(question: Question<Value>, givenKey: string | undefined): Promise<Value> {
    this.refuseAfterSuspension()
    if (this.#incoming.ended) throw tooLate(question.title)
    requireCapability(this.#incoming.peer, question)
    const key = this.#keys.claim(givenKey)
    const digest = digestOf(question)
    const answer = this.#answerTo(key, digest)
    if (answer !== undefined) {
      const checked = question.read(answer)
      const read = checked instanceof Promise ? await checked : checked
      if (read.ok) {
        this.#accept(key, digest, answer)
        return read.value
      }
    }
    this.#open.set(key, { question, digest })
    for (let turn = 0; turn < BREATH; turn++) await undefined
    this.#suspended = true
    throw new SuspensionError(`The client is being asked: ${question.title}`)
  }

  #answerTo(key: string, digest: string): unknown {
    const known = this.#state.answers[key]
    if (known?.digest === digest) return known.answer
    const { asked } = this.#state
    return asked === undefined || asked[key] === digest ? this.#responses[key] : undefined
  }

  #accept(key: string, digest: string, answer: unknown): void {
    if (this.#state.answers[key]?.digest === digest) return
    this.#state.answers[key] = { digest, answer: answer as Json }
    this.#accepted = true
  }

  async #runOnce(key: string, run: () => unknown): Promise<unknown> {
    this.refuseAfterSuspension()
    const known = this.#state.done[key]
    if (known) return known[0]
    const running = this.#once.get(key)
    if (running) return running
    const work = runToRemember(key, run)
    this.#once.set(key, work)
    try {
      const result = await work
      this.#state.done[key] = result === undefined ? [] : [result]
      return result
    } finally {
      this.#once.delete(key)
    }
  }
}

// 2026-07-28 Caching: what a client has answered is no part of what tells one result from another.
const notCacheable = (result: object): object =>
  'ttlMs' in result ? { ...result, ttlMs: 0, cacheScope: 'private' } : result

const endIn = (incoming: Incoming, end: () => Promise<object>, timeoutMs: number | undefined): Promise<object> =>
  limited(end(), timeoutMs, incoming)

/**
 * What a round comes to whose handler has returned: its questions come before its result.
 * @param timeoutMs bounds the time that the round takes to end
 */
export const roundOf = (incoming: Incoming, result: object, timeoutMs: number | undefined): MaybePromise<object> => {
  const end = incoming.ending
  if (end) return endIn(incoming, end, timeoutMs)
  return incoming.askedBy ? notCacheable(result) : result
}

/**
 * What a round comes to whose handler has thrown: its questions come before its error. But when one of them cannot be
 * asked, and it cannot do without, the others are not either.
 * @throws what the round fails with
 */
export const failedRoundOf = (incoming: Incoming, error: unknown, timeoutMs: number | undefined): Promise<object> => {
  const end = error instanceof CapabilityError ? undefined : incoming.ending
  if (end) return endIn(incoming, end, timeoutMs)
  // Where the client has given up meanwhile, that is what there is to say.
  throw (isSuspension(error) && incoming.aborted) || error
}
