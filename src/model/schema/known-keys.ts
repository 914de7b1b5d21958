import { isObject, type JsonObject } from '../../wire/json.ts'
import { followRef } from './pointer.ts'
import type { Path } from './problems.ts'

const schemaAt = (root: JsonObject, path: Path): JsonObject | undefined => {
  let schema: unknown = root
  for (const key of [...path, undefined]) {
    if (!isObject(schema)) return undefined
    const found = schema['$ref'] === undefined ? (schema as JsonObject) : followRef(root, schema['$ref'])
    if (key === undefined || found === undefined) return found
    const { prefixItems, items, properties, additionalProperties } = found as Readonly<
      Record<string, Readonly<Record<PropertyKey, unknown>> | undefined>
    >
    schema = typeof key === 'number' ? (prefixItems?.[key] ?? items) : (properties?.[key] ?? additionalProperties)
  }
  return undefined
}

/** The names of the properties that a schema lists for the object at a path. */
export const knownKeys = (root: JsonObject, path: Path): readonly string[] => {
  const properties = schemaAt(root, path)?.['properties']
  return isObject(properties) ? Object.keys(properties) : []
}
