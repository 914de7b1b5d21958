import type { MaybePromise } from '../../model/maybe-promise.ts'
import { didYouMean } from '../../model/nearest.ts'
import type { CompleteResult } from '../../model/types.ts'
import { isObject } from '../../wire/json.ts'
import type { Params } from '../../wire/message.ts'
import { Context } from '../context.ts'
import type { Generation } from '../generation.ts'
import type { Incoming } from '../incoming.ts'
import { scoped } from '../layers.ts'
import type { Plan, PlannedPrompt, PlannedTemplate } from '../plan.ts'
import { guarded, invalidParams, unknownName } from './guards.ts'

// 2026-07-28 §Completion Results.
const MAX_VALUES = 100

const EMPTY: CompleteResult = Object.freeze({ completion: Object.freeze({ values: [], total: 0, hasMore: false }) })

type Completed = PlannedPrompt | PlannedTemplate

const unknownTemplate = (uri: string) => invalidParams(`Unknown resource template ${JSON.stringify(uri)}`, { uri })

const findTemplate = ({ templates }: Plan, uri: string): PlannedTemplate | undefined =>
  templates.find(({ entry }) => entry.listing.uriTemplate === uri) ??
  templates.find(({ entry }) => entry.template.match(uri))

/** What a reference means, and the error for the one that means nothing. */
const resolve = (plan: Plan, ref: Readonly<Record<string, unknown>>) => {
  const { type, name, uri } = ref
  if (type === 'ref/prompt' && typeof name === 'string') {
    return { planned: plan.prompts.get(name), unknown: () => unknownName('prompt', name, plan.prompts) }
  }
  if (type === 'ref/resource' && typeof uri === 'string') {
    return { planned: findTemplate(plan, uri), unknown: () => unknownTemplate(uri) }
  }
  throw invalidParams(
    'completion/complete: "ref" must be a "ref/prompt" with a "name", or a "ref/resource" with a "uri"',
  )
}

const namesOf = ({ entry }: Completed): readonly string[] =>
  (entry.kind === 'prompt' ? entry.arguments : entry.template.variables).map(({ name }) => name)

const readArgument = (argument: unknown): { readonly name: string; readonly value: string } => {
  const { name, value } = isObject(argument) ? argument : {}
  if (typeof name === 'string' && typeof value === 'string') return { name, value }
  throw invalidParams('completion/complete: "argument" must have a "name" and a "value", both strings')
}

const resolvedArguments = (context: unknown): Readonly<Record<string, string>> => {
  const given = isObject(context) && isObject(context['arguments']) ? context['arguments'] : {}
  return Object.fromEntries(
    Object.entries(given).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}

const toResult = (values: unknown): CompleteResult => {
  // A layer that answers in place of the completion has nothing to suggest.
  if (!Array.isArray(values)) return EMPTY
  return {
    completion: {
      values: values.slice(0, MAX_VALUES).map(String),
      total: values.length,
      hasMore: values.length > MAX_VALUES,
    },
  }
}

const suggest = (
  generation: Generation,
  incoming: Incoming,
  planned: Completed,
  params: Params,
): MaybePromise<object> => {
  const { name, value } = readArgument(params['argument'])
  const names = namesOf(planned)
  if (!names.includes(name)) {
    throw invalidParams(`completion/complete: there is no argument "${name}".${didYouMean(name, names)}`)
  }
  const completer = planned.completers.get(name)
  if (!completer) return EMPTY
  const context = new Context(incoming, generation.hostOf(planned.entry.scope))
  context['~add']({ arguments: resolvedArguments(params['context']) })
  return Promise.resolve(completer(value, context)).then(toResult)
}

/** 2026-07-28 Completion. */
export const complete = (generation: Generation, incoming: Incoming, params: Params = {}): MaybePromise<object> => {
  const { ref } = params
  const { planned, unknown } = resolve(generation.plan, isObject(ref) ? ref : {})
  if (!planned) throw unknown()
  const { entry } = planned
  return guarded(entry, incoming, unknown, () =>
    scoped(entry.scope, incoming, params, (given = {}) => suggest(generation, incoming, planned, given)),
  )
}
