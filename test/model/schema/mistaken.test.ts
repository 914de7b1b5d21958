import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { compileSchema, jsonSchema, looksLikeBareSchema, notASchema } from '../../../src/model/schema/index.ts'

const RAW = 'this is a bare JSON Schema; wrap it in jsonSchema({ … })'
const PASS = 'pass one of valibot, zod ≥ 4.2, ArkType ≥ 2.1.28, or jsonSchema({ … })'

describe('looksLikeBareSchema', () => {
  const values: readonly (readonly [what: string, value: unknown, expected: boolean])[] = [
    ['a JSON Schema', { type: 'object', properties: {} }, true],
    ['a JSON Schema of several types', { type: ['string', 'null'] }, true],
    ['a JSON Schema without a type', { properties: { a: {} } }, true],
    ['a JSON Schema of alternatives', { anyOf: [{}] }, true],
    ['a JSON Schema that refers', { $ref: '#/$defs/a' }, true],
    ['a JSON Schema of choices', { enum: ['a'] }, true],
    ['a JSON Schema that only says so', { $schema: 'https://json-schema.org/draft/2020-12/schema' }, true],
    ['a raw shape of zod', { a: z.number() }, true],
    ['a raw shape of valibot', { a: v.number(), title: v.string() }, true],
    ['a raw shape with a key called input', { input: z.string(), text: z.string() }, true],
    ['options', { title: 'T', description: 'D', annotations: {}, icons: [], meta: {}, timeoutMs: 5 }, false],
    ['options with schemas', { description: 'D', input: z.object({}), output: z.object({}) }, false],
    ['options of schemas alone', { input: z.object({}), output: v.object({}) }, false],
    ['options with functions', { complete: { a: () => [] }, enabled: () => true }, false],
    ['options of a resource', { name: 'n', mimeType: 'text/plain', size: 5, list: () => [] }, false],
    ['no options', {}, false],
    ['a schema', v.string(), false],
    ['a schema that is a function', type({ a: 'string' }), false],
    ['a raw schema', jsonSchema({ type: 'object' }), false],
    ['a function', () => 1, false],
    ['nothing', undefined, false],
    ['a list', [z.string()], false],
  ]
  for (const [what, value, expected] of values) {
    it(`${what}: ${expected}`, () => assert.equal(looksLikeBareSchema(value), expected))
  }
})

describe('notASchema', () => {
  const values: readonly (readonly [value: unknown, advice: string])[] = [
    [{ type: 'object' }, RAW],
    [{ a: z.number() }, 'this is an object of schemas; wrap it in z.object({ … })'],
    [{ a: v.number() }, 'this is an object of schemas; wrap it in v.object({ … })'],
    [{ a: type('string') }, 'this is an object of schemas; wrap it in type({ … })'],
    [{ b: 5, a: jsonSchema({}) }, 'this is an object of schemas; wrap it in v.object({ … })'],
    [v.string, 'this is a function; where it makes a schema, call it: v.string()'],
    [undefined, `this is no schema, got undefined; ${PASS}`],
    [{ a: 1 }, `this is no schema, got an object; ${PASS}`],
  ]
  for (const [value, advice] of values) {
    it(advice, () => {
      const error = notASchema(value, 'tool "t", input')
      assert.equal(error.name, 'DefinitionError')
      assert.equal(error.message, `tool "t", input: ${advice}`)
      assert.throws(() => compileSchema(value as never, 'input', 'tool "t", input'), error)
    })
  }
})
