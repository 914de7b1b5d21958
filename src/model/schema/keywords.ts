import { isObject, type Json, type JsonObject } from '../../wire/json.ts'

/** What the value of a keyword may be. Those with `schema` in their name hold further schemas. */
export type KeywordKind =
  | 'schema'
  | 'schemas'
  | 'schema or schemas'
  | 'schemas by name'
  | 'schemas or names by name'
  | 'number'
  | 'divisor'
  | 'count'
  | 'flag'
  | 'text'
  | 'pattern'
  | 'types'
  | 'names'
  | 'names by name'
  | 'list'
  | 'anything'

/** The keywords of JSON Schema 2020-12 and draft-07 that validate, refer or hold schemas. */
const KEYWORDS: Readonly<Record<string, KeywordKind>> = {
  $id: 'text',
  $ref: 'text',
  $anchor: 'text',
  $dynamicRef: 'text',
  $dynamicAnchor: 'text',
  $defs: 'schemas by name',
  definitions: 'schemas by name',
  type: 'types',
  const: 'anything',
  enum: 'list',
  format: 'text',
  allOf: 'schemas',
  anyOf: 'schemas',
  oneOf: 'schemas',
  not: 'schema',
  if: 'schema',
  then: 'schema',
  else: 'schema',
  properties: 'schemas by name',
  patternProperties: 'schemas by name',
  additionalProperties: 'schema',
  unevaluatedProperties: 'schema',
  propertyNames: 'schema',
  required: 'names',
  minProperties: 'count',
  maxProperties: 'count',
  dependencies: 'schemas or names by name',
  dependentRequired: 'names by name',
  dependentSchemas: 'schemas by name',
  prefixItems: 'schemas',
  items: 'schema or schemas',
  additionalItems: 'schema',
  unevaluatedItems: 'schema',
  contains: 'schema',
  minContains: 'count',
  maxContains: 'count',
  minItems: 'count',
  maxItems: 'count',
  uniqueItems: 'flag',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
  multipleOf: 'divisor',
  minLength: 'count',
  maxLength: 'count',
  pattern: 'pattern',
  contentSchema: 'schema',
}

/** The kind of a keyword; `undefined` for an annotation, or what no dialect here knows. */
export const keywordKind = (keyword: string): KeywordKind | undefined =>
  Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined

/** The value of a keyword with each schema in it replaced; `key` is its name or index below the keyword. */
export const mapSchemasIn = (
  kind: KeywordKind | undefined,
  value: unknown,
  change: (schema: Json, key?: string | number) => unknown,
): unknown => {
  const isOne = kind === 'schema' || (kind === 'schema or schemas' && !Array.isArray(value))
  if (isOne) return change(value as Json)
  if ((kind === 'schemas' || kind === 'schema or schemas') && Array.isArray(value)) return value.map(change)
  if ((kind === 'schemas by name' || kind === 'schemas or names by name') && isObject(value)) {
    const changed = Object.entries(value).map(([name, schema]) => [
      name,
      Array.isArray(schema) ? schema : change(schema as Json, name),
    ])
    return Object.fromEntries(changed)
  }
  return value
}

/** A schema with each schema directly inside it replaced. Annotations and data (`default`, `enum`) stay as they are. */
export const mapSubschemas = (
  schema: JsonObject,
  change: (subschema: Json, keyword: string, key?: string | number) => Json,
): JsonObject => {
  const changed = Object.entries(schema).map(([keyword, value]) => [
    keyword,
    mapSchemasIn(keywordKind(keyword), value, (subschema, key) => change(subschema, keyword, key)),
  ])
  return Object.fromEntries(changed) as JsonObject
}
