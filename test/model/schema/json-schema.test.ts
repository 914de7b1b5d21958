import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compileSchema, jsonSchema } from '../../../src/model/schema/index.ts'
import type { JsonObject } from '../../../src/wire/json.ts'
import { accepted, isFrozen, jsonOf, problemsOf } from './check.ts'

const text = jsonSchema<string>({ type: 'string' })['~standard']

describe('jsonSchema', () => {
  it('loads the validator with the first value, and answers at once from then on', async () => {
    const first = [text.validate('x'), text.validate(5)]
    assert.ok(first.every((result) => result instanceof Promise))
    assert.deepEqual(await Promise.all(first), [
      { value: 'x' },
      { issues: [{ path: [], message: 'must be a string, got 5' }] },
    ])
    assert.deepEqual(text.validate('y'), { value: 'y' })
    const other = compileSchema(jsonSchema({ type: 'number' }), 'input', 'tool "t", input')
    assert.deepEqual(other.validate(5), { ok: true, value: 5 })
  })

  it('is a Standard Schema', () => {
    assert.equal(text.version, 1)
    assert.equal(text.vendor, 'fluent-mcp')
    assert.deepEqual(text.validate(5), { issues: [{ path: [], message: 'must be a string, got 5' }] })
  })

  it('is a Standard JSON Schema, in its own dialect only', () => {
    const document: JsonObject = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'string' }
    const old = jsonSchema(document)['~standard'].jsonSchema
    assert.deepEqual(old?.input({ target: 'draft-07' }), document)
    assert.deepEqual(old?.output({ target: 'draft-2020-12' }), document)
    assert.throws(
      () => text.jsonSchema?.input({ target: 'draft-07' }),
      /^Error: a raw JSON Schema is not translated to draft-07$/,
    )
    assert.throws(() => text.jsonSchema?.input({ target: 'openapi-3.0' }), /not translated/)
  })

  it('copies and freezes the document', () => {
    const document = { type: 'object', properties: { a: { enum: ['x'] } } }
    const json = jsonOf(jsonSchema(document))
    document.properties.a.enum.push('y')
    assert.deepEqual(json, { type: 'object', properties: { a: { enum: ['x'] } } })
    assert.ok(isFrozen(json))
  })

  it('keeps the document word for word', () => {
    const document: JsonObject = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' } } } },
      properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' }, phone: { type: 'string' } },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['name'] }] }],
      if: { properties: { name: { const: 'x' } }, required: ['name'] },
      then: { required: ['phone'] },
      additionalProperties: false,
    }
    assert.equal(JSON.stringify(jsonOf(jsonSchema(document))), JSON.stringify(document))
  })

  it('does not fill in defaults', async () => {
    const value = {}
    assert.equal(await accepted(jsonSchema({ properties: { a: { default: 1 } } }), value), value)
  })

  it('checks a format that it knows, and no other', async () => {
    assert.equal(await problemsOf(jsonSchema({ format: 'email' }), 'x'), 'must have the format "email", got "x"')
    for (const format of ['word', 'constructor', 'hasOwnProperty', '__proto__'])
      await accepted(jsonSchema({ format }), 'x')
  })

  it('checks keys that objects inherit', async () => {
    const schema = jsonSchema(JSON.parse('{"properties":{"__proto__":{"type":"string"}},"required":["constructor"]}'))
    assert.equal(
      await problemsOf(schema, JSON.parse('{"__proto__":1}')),
      '"constructor" is required; "__proto__" must be a string, got 1',
    )
  })
})

describe('jsonSchema: values that are no JSON', () => {
  it('are checked as what JSON makes of them', async () => {
    const schema = jsonSchema({ type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } } })
    assert.deepEqual(await accepted(schema, { a: 'x', b: undefined }), { a: 'x' })
    assert.equal(await problemsOf(schema, { a: 1, b: undefined }), '"a" must be a string, got 1')
  })

  it('are refused where JSON makes nothing of them', async () => {
    const schema = jsonSchema({ type: 'object', properties: { a: true, b: { type: 'number' } } })
    assert.equal(await problemsOf(schema, undefined), 'cannot be checked: JSON cannot carry undefined')
    assert.equal(await problemsOf(schema, () => 1), 'cannot be checked: JSON cannot carry a function')
    assert.equal(await problemsOf(schema, { b: 1n }), 'cannot be checked: Do not know how to serialize a BigInt')
  })

  it('a key that is no Unicode', async () => {
    const schema = jsonSchema({ additionalProperties: { type: 'string' } })
    assert.equal(await problemsOf(schema, { '\ud800': 1 }), 'cannot be checked: URI malformed')
  })
})

describe('jsonSchema: bounds on the work for one value', () => {
  it('reports every problem of a small value, and the first of a large one', async () => {
    const schema = jsonSchema({ type: 'array', items: { type: 'string' } })
    assert.equal(await problemsOf(schema, [1, 2]), '"[0]" must be a string, got 1; "[1]" must be a string, got 2')
    assert.equal(
      await problemsOf(
        schema,
        Array.from({ length: 100_000 }, () => 1),
      ),
      '"[0]" must be a string, got 1',
    )
  })

  it('ends where references multiply with each level of the value', async () => {
    const schema = jsonSchema({ type: 'array', items: { allOf: [{ $ref: '#' }, { $ref: '#' }] } })
    const value = (depth: number): unknown => (depth === 0 ? [] : [value(depth - 1)])
    await accepted(schema, value(5))
    assert.equal(await problemsOf(schema, value(60)), 'cannot be checked: its schema refers to itself too often')
  })

  it('gives up on details where they cost too much', async () => {
    const schema = jsonSchema({
      type: 'array',
      prefixItems: [{ type: 'string' }],
      items: {
        allOf: [{ $ref: '#/items/not' }, { $ref: '#/items/not' }],
        not: { type: 'array', items: { anyOf: [{ $ref: '#/items/not' }, { $ref: '#/items/not' }] } },
      },
    })
    const value = (depth: number): unknown => (depth === 0 ? [] : [value(depth - 1)])
    assert.equal(await problemsOf(schema, [1, value(30)]), '"[0]" must be a string, got 1')
  })

  it('compares the items of short arrays only', async () => {
    const schema = jsonSchema({ properties: { a: { uniqueItems: true } } })
    await accepted(schema, { a: [1, 2, { b: 1 }] })
    assert.equal(await problemsOf(schema, { a: [1, 1] }), '"a" must not hold the same item twice')
    assert.equal(
      await problemsOf(schema, { a: Array.from({ length: 2_001 }, (_, index) => index) }),
      'holds an array of more than 2000 items, where each must be unique',
    )
  })
})

describe('jsonSchema: properties', () => {
  const keywords = fc.constantFrom(
    'type',
    'items',
    'properties',
    'anyOf',
    'not',
    '$ref',
    'required',
    'enum',
    'minimum',
    'pattern',
    '$defs',
    '$id',
    '$anchor',
  )
  const parts = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom<unknown>('string', 'object', '#', '#/$defs/type', '#x', 'x', 5, true, null, '('),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(keywords, tie('json'), { maxKeys: 4 }),
    ),
  }))

  it('a document is refused with a DefinitionError, or checks any value without throwing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keywords, parts.json, { maxKeys: 4 }), fc.jsonValue(), async (document, value) => {
        let schema: ReturnType<typeof jsonSchema>
        try {
          schema = jsonSchema(document as JsonObject)
        } catch (error) {
          assert.equal((error as Error).name, 'DefinitionError')
          return
        }
        const checked = await compileSchema(schema, 'input', 'tool "t", input').validate(value)
        assert.ok(checked.ok ? checked.value === value : checked.problems.length > 0)
      }),
      { numRuns: 1_000 },
    )
  })
})
