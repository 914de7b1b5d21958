import { ErrorCode, McpError } from '../errors.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import { didYouMean } from '../model/nearest.ts'
import { show } from '../model/schema/problems.ts'
import type { Revision } from '../protocol/revision.ts'
import { isObject } from '../wire/json.ts'
import type { Params } from '../wire/message.ts'
import { failedRoundOf, isLaterRound, Rounds, roundOf } from './asks/rounds.ts'
import { Context } from './context.ts'
import type { Generation } from './generation.ts'
import type { Incoming } from './incoming.ts'
import { limited } from './limit.ts'
import { BUILT_IN, type FoundMethod, type Method } from './methods/index.ts'
import type { Plan } from './plan.ts'

/** That a revision, or a server, has no such method; as opposed to a handler that says so. */
export class MethodNotFound extends McpError {}

const vendorMethod = (plan: Plan, name: string): FoundMethod | undefined => {
  const planned = plan.methods.get(name)
  if (!planned) return undefined
  const { entry, run } = planned
  const { result } = entry
  const answer: Method = async (generation, incoming, params) => {
    const value = (await run(params ?? {}, new Context(incoming, generation.hostOf(entry.scope)))) ?? {}
    const checked = result ? await result.validate(value) : { ok: true as const, value }
    if (!checked.ok) throw new TypeError(`method "${name}": its result does not fit its schema: ${checked.problems}`)
    if (isObject(checked.value)) return checked.value
    throw new TypeError(`method "${name}": a result is an object, got ${show(checked.value)}`)
  }
  return { answer }
}

const builtInMethod = ({ capabilities }: Plan, name: string, { requests }: Revision): FoundMethod | undefined => {
  const builtIn = requests.has(name) ? BUILT_IN.get(name) : undefined
  if (!builtIn) return undefined
  return builtIn.needs === undefined || capabilities[builtIn.needs] ? builtIn : undefined
}

const findMethod = (plan: Plan, { method, peer: { revision } }: Incoming): FoundMethod => {
  const found = vendorMethod(plan, method) ?? builtInMethod(plan, method, revision)
  if (found) return found
  const builtIn = [...BUILT_IN.keys()].filter((name) => builtInMethod(plan, name, revision))
  const known = [...plan.methods.keys(), ...builtIn]
  const message = `Method not found: ${JSON.stringify(method)}.${didYouMean(method, known)}`
  throw new MethodNotFound(ErrorCode.MethodNotFound, message)
}

const answerInTime = (
  generation: Generation,
  incoming: Incoming,
  params: Params | undefined,
  { answer, limitsItself }: FoundMethod,
): MaybePromise<object> => {
  const result = answer(generation, incoming, params)
  return !limitsItself && result instanceof Promise
    ? limited(result, generation.runtime.settings.timeoutMs, incoming)
    : result
}

const resumeRounds = async ({ plan, runtime }: Generation, incoming: Incoming): Promise<void> => {
  // What replaces a method of the protocol may have states of its own, which it reads by itself.
  const isReplaced = plan.methods.has(incoming.method)
  const refused = (reason: string): void => {
    if (!isReplaced) runtime.settings.logger.warn(`refused a requestState: ${reason}`)
  }
  try {
    incoming.asker = await Rounds.resume(incoming, runtime.sealer, refused)
  } catch (error) {
    if (!isReplaced) throw error
  }
}

const answerRound = (
  generation: Generation,
  incoming: Incoming,
  params: Params | undefined,
  found: FoundMethod,
): MaybePromise<object> => {
  const { timeoutMs } = generation.runtime.settings
  try {
    const result = answerInTime(generation, incoming, params, found)
    if (!(result instanceof Promise)) return roundOf(incoming, result, timeoutMs)
    return result.then(
      (late) => roundOf(incoming, late, timeoutMs),
      (error: unknown) => failedRoundOf(incoming, error, timeoutMs),
    )
  } catch (error) {
    return failedRoundOf(incoming, error, timeoutMs)
  }
}

const answerInRounds = (
  generation: Generation,
  incoming: Incoming,
  params: Params | undefined,
  found: FoundMethod,
): MaybePromise<object> => {
  incoming.wayBack = generation.runtime.beginRounds
  return isLaterRound(incoming)
    ? resumeRounds(generation, incoming).then(() => answerRound(generation, incoming, params, found))
    : answerRound(generation, incoming, params, found)
}

/** Answers a request by the method that it names. */
export const dispatch = (
  generation: Generation,
  incoming: Incoming,
  params: Params | undefined,
): MaybePromise<object> => {
  const found = findMethod(generation.plan, incoming)
  const hasRounds = incoming.peer.revision.rounds.has(incoming.method)
  return hasRounds
    ? answerInRounds(generation, incoming, params, found)
    : answerInTime(generation, incoming, params, found)
}
