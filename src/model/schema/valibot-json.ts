import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema'
import { isObject, type JsonObject } from '../../wire/json.ts'
import type { Site } from './carriable.ts'
import type { Part } from './valibot-pipe.ts'
import { valibotSide } from './valibot-side.ts'

/** Hosts want a type beside a constant, and no keyword that says nothing. */
const tidy: NonNullable<ConversionConfig['overrideSchema']> = ({ valibotSchema, jsonSchema }) => {
  const { required, propertyNames, ...rest } = jsonSchema
  if ('const' in jsonSchema && valibotSchema.type === 'literal')
    return { type: typeof jsonSchema.const as 'string', ...jsonSchema }
  return {
    ...rest,
    ...(required?.length && { required }),
    ...(isObject(propertyNames) && Object.keys(propertyNames).length > 1 && { propertyNames }),
  }
}

/**
 * A valibot schema as JSON Schema 2020-12. What JSON Schema cannot say, such as `v.check`, is left out.
 * @throws DefinitionError for a type that JSON cannot carry
 */
export const valibotJson = (schema: object, site: Site): JsonObject => {
  const side = valibotSide(schema as Part, site)
  // `side` has the structure of a valibot schema, whose type comes from whatever copy of valibot the user has.
  const { $schema, ...json } = toJsonSchema(side as never, {
    target: 'draft-2020-12',
    typeMode: site.direction,
    errorMode: 'ignore',
    // An empty object keeps definitions out that were registered for the whole process.
    definitions: {},
    overrideSchema: tidy,
  })
  return json as JsonObject
}
