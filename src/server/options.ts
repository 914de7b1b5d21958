import { DefinitionError } from '../errors.ts'
import { didYouMean } from '../model/nearest.ts'
import { isSchema, looksLikeBareSchema, notASchema, type Schema } from '../model/schema/index.ts'
import { show } from '../model/schema/problems.ts'
import type { Icon, Meta } from '../model/types.ts'
import { messageOf } from '../model/values.ts'
import { isObject } from '../wire/json.ts'
import type { Handler } from './definition.ts'

/** The longest delay of a timer, in milliseconds; a longer one would fire at once. */
export const LONGEST_DELAY = 2 ** 31 - 1

const DESCRIBED = ['title', 'description', 'icons', 'meta', 'enabled'] as const

/** The options of each kind of entry. One that is not here does not exist. */
export const OPTIONS = {
  tool: [...DESCRIBED, 'input', 'output', 'annotations', 'timeoutMs'],
  resource: [...DESCRIBED, 'name', 'mimeType', 'size', 'annotations', 'cache', 'watch'],
  template: [...DESCRIBED, 'name', 'mimeType', 'annotations', 'list', 'complete', 'cache', 'allowUnsafe', 'watch'],
  prompt: [...DESCRIBED, 'input', 'complete'],
} as const

/** What an option takes: a test, and how an error calls what passes it. */
type Kind = readonly [fits: (value: unknown) => boolean, wanted: string]

const ofType =
  (type: string) =>
  (value: unknown): boolean =>
    typeof value === type

const STRING: Kind = [ofType('string'), 'a string']
const OBJECT: Kind = [isObject, 'an object']
const isSignal = (value: unknown): boolean =>
  isObject(value) && typeof value['aborted'] === 'boolean' && typeof value['addEventListener'] === 'function'
const isIcon = (value: unknown): boolean => isObject(value) && typeof value['src'] === 'string'

/** The options that say what they take by their name, wherever they stand. The others are checked where they are read. */
const KINDS: Readonly<Record<string, Kind>> = {
  name: STRING,
  title: STRING,
  description: STRING,
  instructions: STRING,
  websiteUrl: STRING,
  mimeType: STRING,
  icons: [(value) => Array.isArray(value) && value.every(isIcon), "an array such as [{ src: 'https://…' }]"],
  meta: OBJECT,
  annotations: OBJECT,
  complete: [isObject, 'an object of functions (value, ctx) => string[]'],
  enabled: [ofType('function'), 'a function ({ auth }) => boolean'],
  list: [ofType('function'), 'a function (ctx) => the URIs that exist'],
  watch: [ofType('function'), 'a function (uri, notify) => what ends the watch'],
  size: [(value) => Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number of bytes'],
  prefix: STRING,
  key: STRING,
  id: STRING,
  logger: [
    (value) =>
      isObject(value) && ['debug', 'info', 'warn', 'error'].every((level) => typeof value[level] === 'function'),
    'an object with the functions debug, info, warn and error',
  ],
  signal: [isSignal, 'an AbortSignal'],
  onProgress: [ofType('function'), 'a function (progress) => void'],
  fetch: [ofType('function'), 'a function such as fetch'],
  onError: [ofType('function'), 'a function (error, facts) => void'],
  maskErrors: [ofType('boolean'), 'true or false'],
  revisions: [Array.isArray, "an array such as ['2026-07-28']"],
}

const unknownOption = (name: string, known: readonly string[], where: string): DefinitionError => {
  const meant = didYouMean(name, known)
  return new DefinitionError(`${where}: there is no option "${name}".${meant} The options are ${known.join(', ')}`)
}

/**
 * Throws for an option that does not exist, and names the nearest that does; and for one of the wrong type.
 * An option that is undefined counts as left out.
 */
export const checkOptions = (options: unknown, known: readonly string[], where: string): void => {
  if (!isObject(options)) throw new DefinitionError(`${where}: the options are an object, got ${show(options)}`)
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) throw unknownOption(name, known, where)
    const kind = KINDS[name]
    if (value === undefined || kind === undefined || kind[0](value)) continue
    throw new DefinitionError(`${where}: ${name} must be ${kind[1]}, got ${show(value)}`)
  }
}

/**
 * What JSON makes of a value, deeply frozen: a later change of what was given is no change of the definition.
 * @throws DefinitionError for what JSON cannot carry
 */
export const frozenCopy = <Value extends object>(value: Value, where: string): Value => {
  try {
    return JSON.parse(JSON.stringify(value), (_, part: unknown) => Object.freeze(part)) as Value
  } catch (error) {
    throw new DefinitionError(`${where}: what is listed must be JSON: ${messageOf(error)}`)
  }
}

/** The options that are listed as they are. */
interface Extras {
  readonly annotations?: object
  readonly icons?: readonly Icon[]
  readonly meta?: Meta
}

/** These options as a listing has them; those that are left out are left out there, too. */
export const listedExtras = (
  { annotations, icons, meta }: Extras,
  where: string,
): { readonly annotations?: object; readonly icons?: readonly Icon[]; readonly _meta?: Meta } =>
  frozenCopy({ ...(annotations && { annotations }), ...(icons && { icons }), ...(meta && { _meta: meta }) }, where)

/** A number of milliseconds that a timer can wait: whole, above 0, and no longer than the longest delay. */
export const milliseconds = (value: unknown, where: string): number => {
  if (Number.isSafeInteger(value) && (value as number) > 0) return Math.min(value as number, LONGEST_DELAY)
  throw new DefinitionError(`${where} must be a whole number of milliseconds above 0, got ${show(value)}`)
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
    : { handler: asHandler(rest[1], where), options: asOptions(rest[0], where) }

/** A schema where one may stand, or an error that names the fix. */
export const asSchema = (value: unknown, where: string): Schema | undefined => {
  if (value === undefined || isSchema(value)) return value
  throw notASchema(value, where)
}
