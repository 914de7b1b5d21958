import { CapabilityError } from '../../errors.ts'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { ClientCapabilities } from '../../model/types.ts'
import { jsonText } from '../../model/values.ts'
import type { Peer } from '../../protocol/peer.ts'
import { isObject, type Json, type JsonObject } from '../../wire/json.ts'

/** What came of reading an answer. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: string }

/** Something to ask of the client, as its revision says it. */
export interface Question<Value> {
  readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list'
  readonly params: JsonObject
  /** In a few words, for error messages. */
  readonly title: string
  /** What the client must have declared. */
  readonly needs: ClientCapabilities
  /** Checks and parses what the client answered. */
  readonly read: (answer: unknown) => MaybePromise<Answer<Value>>
}

/** How a question can be asked: by a request of its own, or by ending a round. */
export interface Asker {
  /**
   * @param key tells the questions of one call apart; their order does when it is undefined
   * @throws CapabilityError before anything is sent
   */
  ask<Value>(question: Question<Value>, key: string | undefined): Promise<Value>
  /** Runs a function once in all rounds of a call, and remembers its JSON result. */
  once(key: string, run: () => unknown): Promise<unknown>
  /** The same in all rounds of one call, and different for every call. */
  readonly idempotencyKey: string
  /** What the run ends in, whatever it returns or throws, because it has asked something; undefined otherwise. */
  readonly ending: (() => Promise<object>) | undefined
  /** Throws when the run has ended in questions: what comes after would be said in a run that does not count. */
  refuseAfterSuspension(): void
  /** Takes back what is still open: the call has been answered. */
  end(): void
}

const has = (declared: unknown, needed: object): boolean =>
  isObject(declared) && Object.entries(needed).every(([name, inner]) => has(declared[name], inner))

// 2025-11-25 §Capabilities (Elicitation): an empty object is the form alone.
const declaredBy = ({ elicitation, ...rest }: ClientCapabilities): ClientCapabilities =>
  elicitation && !elicitation.url
    ? { ...rest, elicitation: { form: {}, ...elicitation } }
    : { ...rest, ...(elicitation && { elicitation }) }

/** Throws unless the client has declared what a question needs. */
export const requireCapability = ({ client }: Peer, { needs, title }: Question<unknown>): void => {
  if (has(declaredBy(client.capabilities), needs)) return
  throw new CapabilityError(
    `The client cannot be asked (${title}): it has not declared ${JSON.stringify(needs)}`,
    needs,
  )
}

/** Why nobody is asked, or waited for, once the call has been answered. */
export const tooLate = (title: string): Error =>
  new Error(`The client cannot be asked (${title}): its call has been answered already`)

/** Runs a function of `once`. @returns what it gives, as it will be after a journey through the client */
export const runToRemember = async (key: string, run: () => unknown): Promise<Json | undefined> => {
  // Not at once: a function that comes back to its own key must find itself there.
  await undefined
  const value = await run()
  return value === undefined ? undefined : JSON.parse(jsonText(value, `ctx.once(${JSON.stringify(key)}) returned`))
}

/** Gives each question of a run its key. */
export class Keys {
  readonly #used = new Set<string>()
  #count = 0

  /** @throws TypeError when the key was used before in this run */
  claim(given: string | undefined): string {
    const key = given ?? String(++this.#count)
    if (this.#used.has(key))
      throw new TypeError(`The key ${JSON.stringify(key)} is used twice in one run; give each question its own`)
    this.#used.add(key)
    return key
  }
}
