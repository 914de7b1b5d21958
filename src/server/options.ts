import { DefinitionError } from '../errors.ts'
import { didYouMean } from '../model/nearest.ts'
import { isSchema, looksLikeBareSchema, notASchema, type Schema } from '../model/schema/index.ts'
import { isObject } from '../wire/json.ts'
import type { Handler } from './definition.ts'

const DESCRIBED = ['title', 'description', 'icons', 'meta', 'enabled'] as const

/** The options of each kind of entry. One that is not here does not exist. */
export const OPTIONS = {
  tool: [...DESCRIBED, 'input', 'output', 'annotations', 'timeoutMs'],
  resource: [...DESCRIBED, 'name', 'mimeType', 'size', 'annotations', 'cache'],
  template: [...DESCRIBED, 'name', 'mimeType', 'annotations', 'list', 'complete', 'cache', 'allowUnsafe'],
  prompt: [...DESCRIBED, 'input', 'complete'],
} as const

/** Throws for an option that does not exist, and names the nearest that does. */
export const checkOptions = (options: object, known: readonly string[], where: string): void => {
  const unknown = Object.keys(options).find((key) => !known.includes(key))
  if (unknown === undefined) return
  throw new DefinitionError(
    `${where}: there is no option "${unknown}".${didYouMean(unknown, known)} The options are ${known.join(', ')}`,
  )
}

/** What stands between the name and the handler. */
interface Arguments {
  readonly options: Readonly<Record<string, unknown>>
  readonly handler: Handler
}

const asHandler = (value: unknown, where: string): Handler => {
  if (typeof value === 'function') return value as Handler
  throw new DefinitionError(`${where}: the last argument must be the handler, a function (args, ctx) => …`)
}

const asOptions = (value: unknown, where: string): Readonly<Record<string, unknown>> => {
  if (isSchema(value)) return { input: value }
  if (!isObject(value) || looksLikeBareSchema(value)) throw notASchema(value, where)
  return value
}

/** Sorts out `(name, handler)`, `(name, schema, handler)` and `(name, options, handler)`. */
export const readArguments = (rest: readonly unknown[], where: string): Arguments =>
  rest.length < 2
    ? { options: {}, handler: asHandler(rest[0], where) }
    : { options: asOptions(rest[0], where), handler: asHandler(rest[1], where) }

/** A schema where one may stand, or an error that names the fix. */
export const asSchema = (value: unknown, where: string): Schema | undefined => {
  if (value === undefined || isSchema(value)) return value
  throw notASchema(value, where)
}
