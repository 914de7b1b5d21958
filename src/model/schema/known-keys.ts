import { isObject, type JsonObject } from '../../wire/json.ts'
import { followRef } from './pointer.ts'
import type { Path } from './problems.ts'

type Members = Readonly<Record<PropertyKey, unknown>>

const resolve = (schema: unknown, root: JsonObject): Members => {
  const found = isObject(schema) && schema['$ref'] !== undefined ? followRef(root, schema['$ref']) : schema
  return isObject(found) ? found : {}
}

const step = (schema: Members, key: PropertyKey): unknown => {
  const [some, all] = typeof key === 'number' ? ['prefixItems', 'items'] : ['properties', 'additionalProperties']
  return (schema[some] as Members | undefined)?.[key] ?? schema[all]
}

/** The names of the properties that a schema lists for the object at a path. */
export const knownKeys = (root: JsonObject, path: Path): readonly string[] => {
  let schema = resolve(root, root)
  for (const key of path) schema = resolve(step(schema, key), root)
  const { properties } = schema
  return isObject(properties) ? Object.keys(properties) : []
}
