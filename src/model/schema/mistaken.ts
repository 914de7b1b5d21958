import { DefinitionError } from '../../errors.ts'
import { isObject } from '../../wire/json.ts'
import { show } from './problems.ts'
import { isSchema } from './standard.ts'

const TYPES = new Set<unknown>(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'])

const isType = (value: unknown): boolean => TYPES.has(value) || (Array.isArray(value) && value.some(isType))

/** Keywords that make an object a JSON Schema, with what they hold there. No option of an entry is called so. */
const SIGNS: Readonly<Record<string, (value: unknown) => boolean>> = {
  $schema: (value) => typeof value === 'string',
  $ref: (value) => typeof value === 'string',
  type: isType,
  properties: isObject,
  required: Array.isArray,
  enum: Array.isArray,
  allOf: Array.isArray,
  anyOf: Array.isArray,
  oneOf: Array.isArray,
}

const isJsonSchema = (value: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(SIGNS).some(([keyword, fits]) => fits(value[keyword]))

const OPTIONS_THAT_ARE_SCHEMAS = new Set(['input', 'output'])

/** An object of schemas is a shape, unless it is the options of a tool that has nothing but schemas. */
const isShape = (value: Readonly<Record<string, unknown>>): boolean =>
  Object.values(value).every(isSchema) && !Object.keys(value).every((key) => OPTIONS_THAT_ARE_SCHEMAS.has(key))

/**
 * Whether a value is meant as a schema but is none: a JSON Schema that is not wrapped in `jsonSchema(…)`, or a record
 * of schemas that is not wrapped in `v.object(…)`. The options of a tool, resource or prompt are neither.
 */
export const looksLikeBareSchema = (value: unknown): boolean =>
  isObject(value) && !isSchema(value) && (isJsonSchema(value) || isShape(value))

const wrapperOf = (shape: Readonly<Record<string, unknown>>): string => {
  const vendor = Object.values(shape).find(isSchema)?.['~standard'].vendor
  if (vendor === 'zod') return 'z.object({ … })'
  return vendor === 'arktype' ? 'type({ … })' : 'v.object({ … })'
}

const advice = (value: unknown): string => {
  if (isObject(value) && isJsonSchema(value)) return 'this is a bare JSON Schema; wrap it in jsonSchema({ … })'
  if (isObject(value) && Object.values(value).some(isSchema)) {
    return `this is an object of schemas; wrap it in ${wrapperOf(value)}`
  }
  if (typeof value === 'function') return 'this is a function; where it makes a schema, call it: v.string()'
  return `this is no schema, got ${show(value)}; pass one of valibot, zod ≥ 4.2, ArkType ≥ 2.1.28, or jsonSchema({ … })`
}

/** The error for what stands in the place of a schema and is none; it says what to write. */
export const notASchema = (value: unknown, where: string): DefinitionError =>
  new DefinitionError(`${where}: ${advice(value)}`)
