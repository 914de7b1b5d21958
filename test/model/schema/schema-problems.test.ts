import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jsonSchema } from '../../../src/model/schema/index.ts'
import type { JsonObject } from '../../../src/wire/json.ts'
import { accepted, problemsOf } from './check.ts'

const string = { type: 'string' }
const number = { type: 'number' }

const told: readonly (readonly [document: JsonObject, value: unknown, problems: string])[] = [
  [{ type: 'object' }, 5, 'must be an object, got 5'],
  [{ type: 'array' }, {}, 'must be an array, got an object'],
  [{ type: 'integer' }, 1.5, 'must be an integer, got 1.5'],
  [{ type: 'null' }, 1, 'must be null, got 1'],
  [{ type: ['string', 'null'] }, 1, 'must be a string or null, got 1'],
  [{ type: 'object', properties: { b: number } }, { b: 'two' }, '"b" must be a number, got "two"'],
  [{ required: ['a', 'b', 'c'] }, { b: 1 }, '"a" is required; "c" is required'],
  [{ properties: { a: { required: ['x'] } }, required: ['b'] }, { a: {} }, '"b" is required; "a.x" is required'],
  [{ items: { properties: { name: string } } }, [{ name: 1 }], '"[0].name" must be a string, got 1'],
  [{ properties: { 'a/b %é~': string } }, { 'a/b %é~': 1 }, '"a/b %é~" must be a string, got 1'],
  [{ properties: { 0: string } }, { 0: 1 }, '"0" must be a string, got 1'],
  [{ prefixItems: [string], items: false }, [1, 2], '"[0]" must be a string, got 1; "[1]" is not allowed, got 2'],
  [{ properties: { a: false } }, { a: 1 }, '"a" is not allowed, got 1'],
  [{ properties: { a: true }, additionalProperties: false }, { a: 1, c: 2 }, '"c" is not known; known are "a"'],
  [{ additionalProperties: false }, { c: 2 }, '"c" is not known'],
  [{ properties: { a: true }, unevaluatedProperties: false }, { a: 1, c: 2 }, '"c" is not known; known are "a"'],
  [
    { $ref: '#/$defs/x', $defs: { x: { properties: { a: true }, additionalProperties: false } } },
    { c: 2 },
    '"c" is not known; known are "a"',
  ],
  [{ additionalProperties: string }, { c: 2 }, '"c" must be a string, got 2'],
  [{ patternProperties: { '^x': string } }, { xa: 2 }, '"xa" must be a string, got 2'],
  [{ enum: ['friendly', 'formal'] }, 'rude', 'must be one of "friendly", "formal", got "rude"'],
  [{ const: 'x' }, 'y', 'must be "x", got "y"'],
  [{ const: { a: 1 } }, 'y', 'must be an object, got "y"'],
  [{ minimum: 5 }, 3, 'must be at least 5, got 3'],
  [{ maximum: 5 }, 8, 'must be at most 5, got 8'],
  [{ exclusiveMinimum: 5 }, 5, 'must be more than 5, got 5'],
  [{ exclusiveMaximum: 5 }, 5, 'must be less than 5, got 5'],
  [{ multipleOf: 2 }, 5, 'must be a multiple of 2, got 5'],
  [{ minLength: 3 }, '𝄞x', 'must have at least 3 characters, has 2'],
  [{ maxLength: 1 }, '𝄞x', 'must have at most 1 characters, has 2'],
  [{ pattern: '^a$' }, 'b', 'must match the pattern "^a$", got "b"'],
  [{ format: 'date' }, 'b', 'must have the format "date", got "b"'],
  [{ minItems: 2 }, [1], 'must have at least 2 items, has 1'],
  [{ maxItems: 0 }, [1], 'must have at most 0 items, has 1'],
  [{ minProperties: 2 }, { a: 1 }, 'must have at least 2 properties, has 1'],
  [{ maxProperties: 0 }, { a: 1 }, 'must have at most 0 properties, has 1'],
  [{ contains: string }, [1, 2], 'holds no item of the form that it must hold'],
  [{ propertyNames: { maxLength: 1, pattern: '^a' } }, { bb: 1 }, '"bb" has a name that is not allowed'],
  [{ not: string }, 'x', 'has a form that is ruled out, got "x"'],
  [{ allOf: [string, { minLength: 3 }] }, 'x', 'must have at least 3 characters, has 1'],
  [{ if: string, then: { minLength: 3 }, else: number }, 'x', 'must have at least 3 characters, has 1'],
  [{ if: string, then: { minLength: 3 }, else: number }, true, 'must be a number, got true'],
  [{ dependentSchemas: { a: { required: ['b'] } } }, { a: 1 }, '"b" is required'],
  [{ dependentRequired: { a: ['b'] } }, { a: 1 }, 'is not valid: Instance has "a" but does not have "b".'],
  [{ properties: { u: { anyOf: [string, number] } } }, { u: true }, '"u" must be a string or a number, got true'],
  [{ oneOf: [string, { const: 3 }] }, true, 'must be a string or 3, got true'],
  [
    { anyOf: [string, { properties: { k: { const: 'z' } } }] },
    { k: 1 },
    'fits none of its forms: "k" must be "z", got 1',
  ],
  [
    { anyOf: [false, string], additionalProperties: false },
    { c: 1 },
    'fits none of its forms: is not allowed, got an object; "c" is not known',
  ],
  [{ anyOf: [{ anyOf: [string, number] }, { type: 'null' }] }, true, 'must be a string, a number or null, got true'],
  [{ oneOf: [{ minLength: 1 }, string, number] }, 'x', 'fits more than one of its forms, but must fit exactly one'],
  [
    { properties: { a: { oneOf: [string, number] }, b: { anyOf: [string] } } },
    { a: true, b: 1 },
    '"a" must be a string or a number, got true; "b" must be a string, got 1',
  ],
]

describe('what is wrong with a value, by a raw JSON Schema', () => {
  for (const [document, value, problems] of told) {
    it(`${JSON.stringify(document)}: ${problems}`, async () => {
      assert.equal(await problemsOf(jsonSchema(document), value), problems)
    })
  }

  it('a value that fits is left as it is', async () => {
    const value = { a: [1, { b: null }] }
    assert.equal(await accepted(jsonSchema({ type: 'object', required: ['a'] }), value), value)
  })
})
