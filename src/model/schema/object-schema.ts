import { isObject, type Json, type JsonObject } from '../../wire/json.ts'
import { mapSubschemas } from './keywords.ts'
import { followRef } from './pointer.ts'

const isListOf = (value: unknown, test: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(test)

const hasOneOf = (value: unknown, test: (item: unknown) => boolean): boolean => Array.isArray(value) && value.some(test)

const isObjectType = (type: unknown): boolean => type === 'object' || isListOf(type, (name) => name === 'object')

/** Whether a schema lets nothing but objects through. What is `known` also ends references that go in a circle. */
const describesObjects = (schema: unknown, root: JsonObject, known: Map<object, boolean>): boolean => {
  if (!isObject(schema)) return false
  const before = known.get(schema)
  if (before !== undefined) return before
  known.set(schema, false)
  const test = (part: unknown): boolean => describesObjects(part, root, known)
  const found =
    isObjectType(schema['type']) ||
    isListOf(schema['anyOf'], test) ||
    isListOf(schema['oneOf'], test) ||
    hasOneOf(schema['allOf'], test) ||
    test(followRef(root, schema['$ref']))
  known.set(schema, found)
  return found
}

/**
 * The schema with `type: 'object'` at its root, if it lets nothing but objects through: by its type, by each branch of
 * an `anyOf` or `oneOf`, by one of an `allOf`, or by a `$ref` within the document. `undefined` otherwise. Every
 * revision wants the type there for `inputSchema`, those up to 2025-11-25 for `outputSchema` too.
 */
export const objectSchema = (json: JsonObject): JsonObject | undefined => {
  if (json['type'] === 'object') return json
  if (!describesObjects(json, json, new Map())) return undefined
  const { type, ...rest } = json
  return Object.freeze({ type: 'object', ...rest })
}

const RESULT = '#/properties/result'

const moved = (ref: Json | undefined): Json | undefined => {
  if (typeof ref !== 'string' || ref.startsWith('#/$defs/')) return ref
  return ref === '#' || ref.startsWith('#/') ? RESULT + ref.slice(1) : ref
}

/** The schema with references that fit its new place; one with an `$id` of its own is the root of its references. */
const move = (schema: Json): Json => {
  if (!isObject(schema) || typeof schema['$id'] === 'string') return schema
  const { $ref, $dynamicRef, ...rest } = mapSubschemas(schema as JsonObject, move)
  return {
    ...($ref !== undefined && { $ref: moved($ref) }),
    ...($dynamicRef !== undefined && { $dynamicRef: moved($dynamicRef) }),
    ...rest,
  }
}

/**
 * The schema of `{ result: value }`, which carries a value that is no object before 2026-07-28. `$defs` and `$schema`
 * move to the root, and references are rewritten so that they lead where they led.
 */
export const wrapSchema = (json: JsonObject): JsonObject => {
  const { $schema, $defs, ...rest } = move(json) as JsonObject
  const isOwnRoot = typeof json['$id'] === 'string'
  return Object.freeze({
    ...($schema !== undefined && { $schema }),
    type: 'object',
    properties: { result: isOwnRoot ? json : rest },
    required: ['result'],
    ...($defs !== undefined && !isOwnRoot && { $defs }),
  })
}
