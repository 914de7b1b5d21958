import type { MaybePromise } from '../../model/maybe-promise.ts'
import { isObject } from '../../wire/json.ts'
import type { Params } from '../../wire/message.ts'
import { Context } from '../context.ts'
import { labelOf, type PromptDefinition } from '../definition.ts'
import type { Generation } from '../generation.ts'
import type { Incoming } from '../incoming.ts'
import { scoped } from '../layers.ts'
import { toMessages } from '../messages.ts'
import type { Planned } from '../plan.ts'
import { isThenable } from '../results.ts'
import { guarded, invalidParams, stringParam, unknownName } from './guards.ts'

const NO_ARGUMENTS = Object.freeze({})

const argumentsOf = (params: Params | undefined): Readonly<Record<string, unknown>> => {
  const args = params?.['arguments'] ?? NO_ARGUMENTS
  if (!isObject(args)) throw invalidParams('prompts/get: "arguments" must be an object')
  const odd = Object.keys(args).find((name) => typeof args[name] !== 'string')
  if (odd === undefined) return args
  throw invalidParams(`prompts/get: "${odd}" must be a string, as all arguments of prompts are`)
}

const run = (
  generation: Generation,
  incoming: Incoming,
  { entry, run: handle }: Planned<PromptDefinition>,
  params: Params | undefined,
): MaybePromise<object> => {
  const { description } = entry.listing
  const convert = (value: unknown): object => ({
    ...(description && { description }),
    messages: toMessages(value, labelOf(entry)),
  })
  const value = handle(argumentsOf(params), new Context(incoming, generation.hostOf(entry.scope)))
  return isThenable(value) ? Promise.resolve(value).then(convert) : convert(value)
}

/** 2026-07-28 §Getting a Prompt. Arguments that do not fit are a protocol error: no model reads them. */
export const getPrompt = (
  generation: Generation,
  incoming: Incoming,
  params: Params | undefined,
): MaybePromise<object> => {
  const name = stringParam(params, 'name', 'prompts/get')
  const { prompts } = generation.plan
  const prompt = prompts.get(name)
  if (!prompt) throw unknownName('prompt', name, prompts)
  return guarded(
    prompt.entry,
    incoming,
    () => unknownName('prompt', name, prompts),
    () => scoped(prompt.entry.scope, incoming, params, (given) => run(generation, incoming, prompt, given)),
  )
}
