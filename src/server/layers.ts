import { DefinitionError } from '../errors.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { Call } from '../peer/call.ts'
import { isObject } from '../wire/json.ts'
import type { Params } from '../wire/message.ts'
import type { Context } from './context.ts'
import type { Handler, Layer, Scope } from './definition.ts'
import type { Incoming, Surroundings } from './incoming.ts'
import { isThenable } from './results.ts'
import type { Interceptor } from './types.ts'

const goOn = async (inner: Handler, args: unknown, context: Context, added: unknown): Promise<unknown> => {
  if (added !== undefined && !isObject(added)) {
    throw new DefinitionError('next(…) takes an object of what to add to the context')
  }
  if (added) context['~add'](added)
  return inner(args, context)
}

const wrap =
  (layer: Layer, inner: Handler): Handler =>
  (args, context) => {
    // What `next` gave, or the promise of it; undefined for nothing.
    let given: unknown
    const next = (added?: object): Promise<unknown> => {
      const passed = goOn(inner, args, context, added)
      const keep = (value?: unknown): void => {
        given = value
      }
      keep(passed)
      passed.then(keep, () => keep())
      return passed
    }
    const check = (answer: unknown): unknown => {
      if (answer !== undefined || given === undefined) return answer
      throw new DefinitionError('use: a layer called next() and dropped its answer; write return next()')
    }
    const answer = layer(context, next)
    return isThenable(answer) ? Promise.resolve(answer).then(check) : check(answer)
  }

/** One function out of layers and what they wrap, outermost first. Composed once, not per call. */
export const compose = (layers: readonly Layer[], handler: Handler): Handler =>
  layers.reduceRight((inner, layer) => wrap(layer, inner), handler)

/** What answers a message, given its parameters: an object for a request, nothing for a notification. */
export type Answerer<Answer extends object | undefined> = (params: Params | undefined) => MaybePromise<Answer>

const checked = <Answer extends object | undefined>({ id, method }: Call, result: unknown): Answer => {
  if (isObject(result) || (result === undefined && id === undefined)) return result as Answer
  throw new TypeError(`intercept: the answer to "${method}" must be an object; return what next() gave`)
}

/** Wraps interceptors around what answers a message, outermost first. */
export const intercept = <Answer extends object | undefined>(
  interceptors: readonly Interceptor[],
  call: Call,
  surroundings: Surroundings,
  answer: Answerer<Answer>,
): Answerer<Answer> =>
  interceptors.reduceRight<Answerer<Answer>>(
    (inner, interceptor) => async (params) => {
      // Read here, since most servers have no interceptor that would look at it.
      const { auth, http } = surroundings
      const message = { method: call.method, params, id: call.id, auth, http, signal: call.signal }
      const result = await interceptor(message, async (replacement) => inner(replacement ?? params))
      return checked<Answer>(call, result)
    },
    answer,
  )

/** Wraps the interceptors of a merged server around the answer of one of its entries. */
export const scoped = (
  { interceptors }: Scope,
  incoming: Incoming,
  params: Params | undefined,
  answer: Answerer<object>,
): MaybePromise<object> => intercept(interceptors, incoming, incoming.surroundings, answer)(params)
