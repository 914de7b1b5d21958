import { DefinitionError } from '../../errors.ts'
import type { JsonObject } from '../../wire/json.ts'
import { cannotCarry, isUncarriable, type Site } from './carriable.ts'
import { VENDOR } from './json-schema.ts'
import type { StandardProperties } from './standard.ts'

const UPDATES: Readonly<Record<string, string>> = {
  arktype: 'update ArkType to 2.1.28 or later',
  zod: 'update zod to 4.2 or later',
}

/** Where zod is in a schema: `properties`, `days`, `items` reads `days[]`. */
const placeOf = (steps: readonly unknown[]): string => {
  const words = steps.map((step, index) => {
    if (steps[index - 1] === 'properties') return `.${String(step)}`
    return step === 'items' ? '[]' : ''
  })
  return words.join('').replace(/^\./, '')
}

/** For zod's own types: a transformation may give anything, but a date cannot travel. */
const zodOptions = (site: Site): Record<string, unknown> => ({
  unrepresentable: 'any',
  override: ({ zodSchema, path }: { readonly zodSchema: unknown; readonly path: readonly unknown[] }): void => {
    const { type } = (zodSchema as { readonly _zod: { readonly def: { readonly type: string } } })._zod.def
    // Where a union has undefined among its options, nothing is sent.
    if (type !== 'undefined' && isUncarriable(type)) throw cannotCarry(type, placeOf(path), site)
  },
})

/**
 * The JSON Schema that a schema gives of itself.
 * @throws DefinitionError where it gives none
 */
export const standardJson = ({ vendor, jsonSchema }: StandardProperties, site: Site): JsonObject => {
  const { where, direction } = site
  if (!jsonSchema) {
    const fix = UPDATES[vendor] ?? 'use valibot, zod ≥ 4.2 or ArkType ≥ 2.1.28'
    throw new DefinitionError(
      `${where}: this schema of ${vendor} has no Standard JSON Schema, so it cannot be sent; ` +
        `${fix}, or describe it as jsonSchema({ … })`,
    )
  }
  try {
    const libraryOptions = vendor === 'zod' ? zodOptions(site) : undefined
    const json = jsonSchema[direction]({ target: 'draft-2020-12', libraryOptions }) as JsonObject
    if (vendor === VENDOR) return json
    const { $schema, ...rest } = json
    return rest
  } catch (error) {
    if (error instanceof DefinitionError) throw error
    throw new DefinitionError(
      `${where}: ${vendor} cannot write this schema as JSON Schema: ${(error as Error).message}; ` +
        'use types that JSON has, or describe it as jsonSchema({ … })',
    )
  }
}
