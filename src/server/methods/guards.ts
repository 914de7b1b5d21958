import { ErrorCode, McpError } from '../../errors.ts'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import { didYouMean } from '../../model/nearest.ts'
import type { AuthInfo } from '../../model/types.ts'
import type { Params } from '../../wire/message.ts'
import type { EntryDefinition } from '../definition.ts'
import type { Incoming } from '../incoming.ts'
import type { Planned } from '../plan.ts'

const NO_PARAMS: Params = Object.freeze({})

/** `-32602`. */
export const invalidParams = (message: string, data?: unknown): McpError =>
  new McpError(ErrorCode.InvalidParams, message, data)

/** A parameter that must be a string. */
export const stringParam = (params: Params = NO_PARAMS, name: string, method: string): string => {
  const value = params[name]
  if (typeof value === 'string') return value
  throw invalidParams(`${method}: "${name}" must be a string`)
}

/** Whether the entry is there for a caller. */
export const isEnabled = async (entry: EntryDefinition, auth: AuthInfo | undefined): Promise<boolean> =>
  entry.enabled === undefined || (await entry.enabled({ auth })) === true

/** Goes on where the entry is there for this caller, and fails as if it did not exist where it is not. */
export const guarded = <Answer>(
  entry: EntryDefinition,
  incoming: Incoming,
  unknown: () => McpError,
  answer: () => MaybePromise<Answer>,
): MaybePromise<Answer> =>
  entry.enabled === undefined
    ? answer()
    : isEnabled(entry, incoming.surroundings.auth).then((enabled) => {
        if (enabled) return answer()
        throw unknown()
      })

/** The entries of a list that this caller may see. */
export const visible = async <Listed extends Planned<EntryDefinition>>(
  entries: readonly Listed[],
  incoming: Incoming,
): Promise<readonly Listed[]> => {
  const { auth } = incoming.surroundings
  const shown = await Promise.all(entries.map(({ entry }) => isEnabled(entry, auth)))
  return entries.filter((_, index) => shown[index])
}

/** The names that may be suggested: those of guarded entries are never given away. */
export const openNames = (known: ReadonlyMap<string, Planned<EntryDefinition>>): readonly string[] =>
  [...known].filter(([, { entry }]) => entry.enabled === undefined).map(([name]) => name)

/** `Unknown tool "ad". Did you mean "add"?` */
export const unknownName = (
  kind: 'tool' | 'prompt',
  name: string,
  known: ReadonlyMap<string, Planned<EntryDefinition>>,
): McpError => invalidParams(`Unknown ${kind} ${JSON.stringify(name)}.${didYouMean(name, openNames(known))}`, { name })
