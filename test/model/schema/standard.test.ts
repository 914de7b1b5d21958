import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import {
  type InferInput,
  type InferOutput,
  isSchema,
  jsonSchema,
  type Schema,
} from '../../../src/model/schema/index.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only where the type argument is `true`. */
const holds = <_ extends true>(): void => undefined

const valibotSchema = v.object({ n: v.pipe(v.string(), v.transform(Number)) })
const zodSchema = z.object({ n: z.string().transform(Number) })
const arktypeSchema = type({ n: 'string.numeric.parse' })
const rawSchema = jsonSchema<{ n: string }>({ type: 'object' })

describe('Schema', () => {
  it('fits schemas of valibot, zod and ArkType, and raw ones, by structure', () => {
    const schemas: readonly Schema[] = [valibotSchema, zodSchema, arktypeSchema, rawSchema]
    const typed: readonly Schema<{ n: string }, { n: number }>[] = [valibotSchema, zodSchema, arktypeSchema]
    for (const schema of [...schemas, ...typed]) assert.ok(isSchema(schema))
  })

  it('infers what goes in and what comes out', () => {
    holds<Same<InferInput<typeof valibotSchema>, { n: string }>>()
    holds<Same<InferOutput<typeof valibotSchema>, { n: number }>>()
    holds<Same<InferInput<typeof zodSchema>, { n: string }>>()
    holds<Same<InferOutput<typeof zodSchema>, { n: number }>>()
    holds<Same<InferInput<typeof arktypeSchema>, { n: string }>>()
    holds<Same<InferOutput<typeof arktypeSchema>, { n: number }>>()
    holds<Same<InferOutput<typeof rawSchema>, { n: string }>>()
    holds<Same<InferOutput<ReturnType<typeof jsonSchema>>, unknown>>()
  })
})

describe('isSchema', () => {
  const standard = { version: 1, vendor: 'x', validate: () => ({ value: 1 }) }
  const values: readonly (readonly [what: string, value: unknown, expected: boolean])[] = [
    ['a schema of valibot', v.string(), true],
    ['a schema of zod', z.string(), true],
    ['a schema that is a function', arktypeSchema, true],
    ['a raw schema', rawSchema, true],
    ['undefined', undefined, false],
    ['null', null, false],
    ['a string', '~standard', false],
    ['a function', () => 1, false],
    ['a JSON Schema', { type: 'object' }, false],
    ['null in the place of its properties', { '~standard': null }, false],
    ['another version', { '~standard': { ...standard, version: 2 } }, false],
    ['no validation', { '~standard': { ...standard, validate: undefined } }, false],
  ]
  for (const [what, value, expected] of values) {
    it(`${what}: ${expected}`, () => {
      assert.equal(isSchema(value), expected)
    })
  }
})
