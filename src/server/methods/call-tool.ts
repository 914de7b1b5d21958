import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { CallToolResult } from '../../model/types.ts'
import { isObject } from '../../wire/json.ts'
import type { Params } from '../../wire/message.ts'
import { Context } from '../context.ts'
import type { Generation } from '../generation.ts'
import type { Incoming } from '../incoming.ts'
import { scoped } from '../layers.ts'
import { limited } from '../limit.ts'
import type { PlannedTool } from '../plan.ts'
import { isThenable, toToolResult } from '../results.ts'
import { guarded, invalidParams, stringParam, unknownName } from './guards.ts'

const NO_ARGUMENTS = Object.freeze({})

const argumentsOf = (params: Params | undefined): Readonly<Record<string, unknown>> => {
  const args = params?.['arguments'] ?? NO_ARGUMENTS
  if (isObject(args)) return args
  throw invalidParams('tools/call: "arguments" must be an object')
}

const run = (
  generation: Generation,
  incoming: Incoming,
  { entry, run: handle, wrapped }: PlannedTool,
  args: Readonly<Record<string, unknown>>,
): MaybePromise<CallToolResult> => {
  const { failures, settings } = generation.runtime
  const context = new Context(incoming, generation.hostOf(entry.scope))
  const failed = (error: unknown): CallToolResult => failures.toolResult(error, entry.listing.name, incoming)
  const convert = (value: unknown): MaybePromise<CallToolResult> => toToolResult(value, entry.output, wrapped)
  try {
    const value = handle(args, context)
    const result = isThenable(value) ? Promise.resolve(value).then(convert) : convert(value)
    return result instanceof Promise
      ? limited(result, entry.timeoutMs ?? settings.timeoutMs, incoming).catch(failed)
      : result
  } catch (error) {
    return failed(error)
  }
}

/** 2026-07-28 §Calling Tools. An unknown name is a protocol error, what goes wrong within is a result with `isError`. */
export const callTool = (
  generation: Generation,
  incoming: Incoming,
  params: Params | undefined,
): MaybePromise<object> => {
  const name = stringParam(params, 'name', 'tools/call')
  const { tools } = generation.plan
  const tool = tools.get(name)
  if (!tool) throw unknownName('tool', name, tools)
  return guarded(
    tool.entry,
    incoming,
    () => unknownName('tool', name, tools),
    () => scoped(tool.entry.scope, incoming, params, (given) => run(generation, incoming, tool, argumentsOf(given))),
  )
}
