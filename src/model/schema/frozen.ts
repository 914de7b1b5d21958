import { DefinitionError } from '../../errors.ts'
import type { JsonObject } from '../../wire/json.ts'

/**
 * What JSON makes of a schema, copied and deeply frozen.
 * @throws DefinitionError for what JSON cannot write, such as a bigint or a circle
 */
export const frozenCopy = (schema: object, where: string): JsonObject => {
  try {
    return JSON.parse(JSON.stringify(schema), (_, part: unknown) => Object.freeze(part)) as JsonObject
  } catch (error) {
    throw new DefinitionError(`${where}: the schema cannot be written as JSON: ${(error as Error).message}`)
  }
}
