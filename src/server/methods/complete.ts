import { didYouMean } from '../../model/nearest.ts'
import type { CompleteResult } from '../../model/types.ts'
import { isObject } from '../../wire/json.ts'
import type { Params } from '../../wire/message.ts'
import { Context, type Incoming } from '../context.ts'
import type { PromptDefinition, TemplateDefinition } from '../definition.ts'
import type { Plan } from '../plan.ts'
import type { ServerRuntime } from '../runtime.ts'
import type { MaybePromise } from '../types.ts'
import { guarded, invalidParams, unknownName } from './guards.ts'

// 2026-07-28 §Completion Results.
const MAX_VALUES = 100

const EMPTY: CompleteResult = Object.freeze({ completion: Object.freeze({ values: [], total: 0, hasMore: false }) })

type Completed = PromptDefinition | TemplateDefinition

const unknownTemplate = (uri: string) => invalidParams(`Unknown resource template ${JSON.stringify(uri)}`, { uri })

const findTemplate = ({ templates }: Plan, uri: string): TemplateDefinition | undefined =>
  (
    templates.find(({ entry }) => entry.listing.uriTemplate === uri) ??
    templates.find(({ entry }) => entry.template.match(uri))
  )?.entry

/** What a reference means, and the error for the one that means nothing. */
const resolve = (plan: Plan, ref: Readonly<Record<string, unknown>>) => {
  const { type, name, uri } = ref
  if (type === 'ref/prompt' && typeof name === 'string') {
    return { entry: plan.prompts.get(name)?.entry, unknown: () => unknownName('prompt', name, plan.prompts) }
  }
  if (type === 'ref/resource' && typeof uri === 'string') {
    return { entry: findTemplate(plan, uri), unknown: () => unknownTemplate(uri) }
  }
  throw invalidParams(
    'completion/complete: "ref" must be a "ref/prompt" with a "name", or a "ref/resource" with a "uri"',
  )
}

const namesOf = (entry: Completed): readonly string[] =>
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

const toResult = (values: readonly unknown[]): CompleteResult => ({
  completion: {
    values: values.slice(0, MAX_VALUES).map(String),
    total: values.length,
    hasMore: values.length > MAX_VALUES,
  },
})

const suggest = (
  runtime: ServerRuntime,
  incoming: Incoming,
  entry: Completed,
  params: Params,
): MaybePromise<object> => {
  const { name, value } = readArgument(params['argument'])
  const names = namesOf(entry)
  if (!names.includes(name)) {
    throw invalidParams(`completion/complete: there is no argument "${name}".${didYouMean(name, names)}`)
  }
  const completer = entry.completers.get(name)
  if (!completer) return EMPTY
  const context = new Context(incoming, runtime.hostOf(entry.scope))
  context['~add']({ arguments: resolvedArguments(params['context']) })
  return Promise.resolve(completer(value, context as Parameters<typeof completer>[1])).then(toResult)
}

/** 2026-07-28 Completion. */
export const complete = (runtime: ServerRuntime, incoming: Incoming, params: Params = {}): MaybePromise<object> => {
  const { ref } = params
  const { entry, unknown } = resolve(runtime.plan, isObject(ref) ? ref : {})
  if (!entry) throw unknown()
  return guarded(entry, incoming, unknown, () =>
    runtime.scoped(entry.scope, incoming, params, (given = {}) => suggest(runtime, incoming, entry, given)),
  )
}
