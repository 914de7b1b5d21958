import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { jsonSchema, objectSchema, wrapSchema } from '../../../src/model/schema/index.ts'
import type { JsonObject } from '../../../src/wire/json.ts'
import { accepted, jsonOf, problemsOf } from './check.ts'

const object = { type: 'object' }
const string = { type: 'string' }

describe('objectSchema', () => {
  const objects: readonly JsonObject[] = [
    { type: ['object'], properties: {} },
    { anyOf: [object, { type: 'object', properties: {} }] },
    { oneOf: [object, { anyOf: [object] }] },
    { allOf: [{ required: ['a'] }, object] },
    { $ref: '#/$defs/a', $defs: { a: object } },
    { anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }], $defs: { a: { $ref: '#/$defs/b' }, b: object } },
    { $schema: 'http://json-schema.org/draft-07/schema#', $ref: '#/definitions/a', definitions: { a: object } },
    { anyOf: [{ $ref: '#/$defs/a' }], $defs: { a: { allOf: [{ $ref: '#/$defs/a' }, object] } } },
  ]
  for (const json of objects) {
    it(`${JSON.stringify(json)} describes objects`, () => {
      const { type, ...rest } = json
      const found = objectSchema(json)
      assert.deepEqual(found, { type: 'object', ...rest })
      assert.ok(Object.isFrozen(found))
    })
  }

  it('a schema that says so at its root stays as it is', () => {
    assert.equal(objectSchema(object), object)
  })

  it('valibot: variants and intersections of objects', () => {
    const a = v.object({ kind: v.literal('a') })
    assert.equal(objectSchema(jsonOf(v.variant('kind', [a])))?.['type'], 'object')
    assert.equal(objectSchema(jsonOf(v.intersect([a, v.object({})])))?.['type'], 'object')
    assert.equal(objectSchema(jsonOf(v.lazy(() => a)))?.['type'], 'object')
    assert.equal(objectSchema(jsonOf(v.nullable(a))), undefined)
  })

  const others: readonly JsonObject[] = [
    {},
    string,
    { type: ['object', 'null'] },
    { type: [] },
    { properties: {} },
    { anyOf: [object, string] },
    { anyOf: [] },
    { oneOf: [object, true] },
    { allOf: [string] },
    { $ref: '#' },
    { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } },
    { $ref: '#/$defs/b' },
    { $ref: 'https://a.example/' },
    { $ref: 5 },
  ]
  for (const json of others) {
    it(`${JSON.stringify(json)} describes others too`, () => assert.equal(objectSchema(json), undefined))
  }
})

describe('wrapSchema', () => {
  it('wraps a schema', () => {
    const wrapped = wrapSchema({ type: 'array', items: string })
    assert.deepEqual(wrapped, {
      type: 'object',
      properties: { result: { type: 'array', items: string } },
      required: ['result'],
    })
    assert.ok(Object.isFrozen(wrapped))
  })

  it('moves $defs and $schema to the root', () => {
    const $schema = 'https://json-schema.org/draft/2020-12/schema'
    assert.deepEqual(wrapSchema({ $schema, $ref: '#/$defs/a', $defs: { a: string } }), {
      $schema,
      type: 'object',
      properties: { result: { $ref: '#/$defs/a' } },
      required: ['result'],
      $defs: { a: string },
    })
  })

  it('rewrites references that led to the root or below it, and nothing that only looks like one', () => {
    const wrapped = wrapSchema({
      anyOf: [{ $ref: '#' }, { $ref: '#/properties/a' }, { $ref: '#anchor' }, { $dynamicRef: '#/properties/a' }, true],
      properties: { $ref: string, a: { enum: [{ $ref: '#' }] } },
      $defs: {
        inner: { items: { $ref: '#' } },
        own: { $id: 'https://a.example/', not: { $ref: '#/$defs/x' }, $defs: { x: { $ref: '#' } } },
      },
    })
    assert.deepEqual(wrapped, {
      type: 'object',
      properties: {
        result: {
          anyOf: [
            { $ref: '#/properties/result' },
            { $ref: '#/properties/result/properties/a' },
            { $ref: '#anchor' },
            { $dynamicRef: '#/properties/result/properties/a' },
            true,
          ],
          properties: { $ref: string, a: { enum: [{ $ref: '#' }] } },
        },
      },
      required: ['result'],
      $defs: {
        inner: { items: { $ref: '#/properties/result' } },
        own: { $id: 'https://a.example/', not: { $ref: '#/$defs/x' }, $defs: { x: { $ref: '#' } } },
      },
    })
  })

  it('leaves a schema with an $id as it is, since its references start there', () => {
    const json = { $id: 'https://a.example/', items: { $ref: '#/$defs/a' }, $defs: { a: string } }
    assert.deepEqual(wrapSchema(json), { type: 'object', properties: { result: json }, required: ['result'] })
  })

  it('the wrapped schema takes the wrapped values', async () => {
    for (const json of [
      { type: 'array', items: { anyOf: [string, { $ref: '#' }] } },
      {
        $id: 'https://a.example/',
        type: 'array',
        items: { $ref: '#/$defs/a' },
        $defs: { a: { anyOf: [string, { $ref: '#' }] } },
      },
      { $ref: '#/$defs/a', $defs: { a: { type: 'array', items: { anyOf: [string, { $ref: '#' }] } } } },
    ]) {
      const wrapped = jsonSchema(wrapSchema(json))
      await accepted(wrapped, { result: ['a', ['b']] })
      await problemsOf(wrapped, { result: ['a', [5]] })
    }
  })
})
