import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { argumentAt, headerParameters } from '../../../src/model/schema/index.ts'
import type { Json, JsonObject } from '../../../src/wire/json.ts'
import { jsonOf } from './check.ts'

const WHERE = 'tool "t", input'
const SECTION = '2026-07-28 Streamable HTTP, Custom Headers from Tool Parameters'

const named = (name: Json, type: Json = 'string'): JsonObject => ({ type, 'x-mcp-header': name })

const header = <T>(name: string) => v.metadata<T, { readonly 'x-mcp-header': string }>({ 'x-mcp-header': name })

const refuses = (schema: JsonObject, message: string): void => {
  assert.throws(() => headerParameters(schema, WHERE), { name: 'DefinitionError', message: `${WHERE}: ${message}` })
}

describe(SECTION, () => {
  it('properties that a chain of properties leads to', () => {
    const schema = v.object({
      region: v.pipe(v.string(), header('Region')),
      query: v.string(),
      filter: v.object({
        limit: v.optional(v.pipe(v.number(), v.integer(), header('X-Limit')), 10),
        dry: v.pipe(v.boolean(), header('dry')),
        kind: v.pipe(v.picklist(['a', 'b']), header("!#$%&'*+-.^_`|~0Az")),
      }),
    })
    assert.deepEqual(headerParameters(jsonOf(schema), WHERE), [
      { header: 'mcp-param-region', label: 'Mcp-Param-Region', path: ['region'], type: 'string' },
      { header: 'mcp-param-x-limit', label: 'Mcp-Param-X-Limit', path: ['filter', 'limit'], type: 'integer' },
      { header: 'mcp-param-dry', label: 'Mcp-Param-dry', path: ['filter', 'dry'], type: 'boolean' },
      {
        header: "mcp-param-!#$%&'*+-.^_`|~0az",
        label: "Mcp-Param-!#$%&'*+-.^_`|~0Az",
        path: ['filter', 'kind'],
        type: 'string',
      },
    ])
  })

  it('a schema without them, or where they are data or ordinary names, has none', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: { 'x-mcp-header': { type: 'number' }, a: { enum: [named('A')], default: named('A') } },
      $defs: { 'x-mcp-header': true },
    }
    assert.deepEqual(headerParameters(schema, WHERE), [])
  })

  it('an ordinary property of that name may have a header itself', () => {
    const found = headerParameters({ properties: { 'x-mcp-header': named('A') } }, WHERE)
    assert.deepEqual(
      found.map(({ path }) => path),
      [['x-mcp-header']],
    )
  })

  const names: readonly (readonly [name: Json, shown: string])[] = [
    ['', '""'],
    ['a b', '"a b"'],
    ['a:b', '"a:b"'],
    ['a\r\nb', '"a\\r\\nb"'],
    ['é', '"é"'],
    [5, '5'],
    [null, 'null'],
    [{}, 'an object'],
  ]
  for (const [name, shown] of names) {
    it(`MUST match HTTP field-name token syntax: ${shown}`, () => {
      refuses(
        { properties: { r: named(name) } },
        `"r" has x-mcp-header ${shown}, which is no header name; use letters, digits and - as in "Region"`,
      )
    })
  }

  it('MUST be case-insensitively unique', () => {
    refuses(
      { properties: { a: named('Region'), b: { properties: { c: named('REGION') } } } },
      '"a" and "b.c" have the same x-mcp-header; the case of letters does not tell them apart',
    )
  })

  const MUST_BE = 'it must be of type string, integer or boolean, so take x-mcp-header off or change the type'
  const types: readonly (readonly [schema: JsonObject, message: string])[] = [
    [named('R', 'number'), 'a number is not allowed there; write v.pipe(v.number(), v.integer())'],
    [named('R', 'object'), `its type is "object"; ${MUST_BE}`],
    [named('R', ['string', 'null']), `its type is ["string","null"]; ${MUST_BE}`],
    [{ 'x-mcp-header': 'R' }, `it has no type; ${MUST_BE}`],
    [jsonOf(v.pipe(v.nullable(v.string()), header('R'))), `it has alternatives; ${MUST_BE}`],
  ]
  for (const [schema, message] of types) {
    it(`MUST only be applied to parameters with primitive types: ${JSON.stringify(schema)}`, () => {
      refuses({ properties: { r: schema } }, `"r" has x-mcp-header, but ${message}`)
    })
  }

  const r = named('R')
  const elsewhere: readonly (readonly [pointer: string, schema: JsonObject])[] = [
    ['#', { type: 'object', 'x-mcp-header': 'R' }],
    ['#/items', { items: r }],
    ['#/items/1', { items: [true, r] }],
    ['#/prefixItems/0', { prefixItems: [r] }],
    ['#/properties/a/items/properties/b', { properties: { a: { items: { properties: { b: r } } } } }],
    ['#/anyOf/0/properties/b', { anyOf: [{ properties: { b: r } }] }],
    ['#/oneOf/0', { oneOf: [r] }],
    ['#/allOf/0/properties/b', { allOf: [{ properties: { b: r } }] }],
    ['#/not', { not: r }],
    ['#/if/properties/b', { if: { properties: { b: r } } }],
    ['#/then', { then: r }],
    ['#/else', { else: r }],
    ['#/$defs/b', { properties: { a: { $ref: '#/$defs/b' } }, $defs: { b: r } }],
    ['#/definitions/b~1c', { definitions: { 'b/c': r } }],
    ['#/additionalProperties', { additionalProperties: r }],
    ['#/patternProperties/x', { patternProperties: { x: r } }],
    ['#/dependentSchemas/x', { dependentSchemas: { x: r } }],
    ['#/dependencies/x', { dependencies: { y: ['x'], x: r } }],
    ['#/properties/r/anyOf/0', jsonOf(v.object({ r: v.nullable(v.pipe(v.string(), header('R'))) }))],
  ]
  for (const [pointer, schema] of elsewhere) {
    it(`TS-28, PY-49: MUST only be applied to properties that are statically reachable: ${pointer}`, () => {
      refuses(
        schema,
        `x-mcp-header stands at "${pointer}", but only a property that a chain of "properties" leads to may have it: ` +
          'not the root, nor what is inside of anyOf, items, $defs and the like',
      )
    })
  }

  it('a schema of somebody else may be anything', () => {
    const odd = { properties: { a: 5, b: null, c: { properties: [] } }, anyOf: {}, items: 'x', not: null } as JsonObject
    assert.deepEqual(headerParameters(odd, WHERE), [])
  })
})

describe('the argument that a path leads to', () => {
  it('is found through objects alone, and nowhere else', () => {
    const args = { a: { b: { c: 1 }, list: [{ d: 2 }], none: null } }
    for (const [path, expected] of [
      [[], args],
      [['a', 'b', 'c'], 1],
      [['a', 'none'], null],
      [['a', 'none', 'x'], undefined],
      [['a', 'list', '0', 'd'], undefined],
      [['a', 'b', 'c', 'd'], undefined],
      [['x', 'y'], undefined],
      [['constructor'], undefined],
      [['a', '__proto__'], undefined],
    ] as const) {
      assert.deepEqual(argumentAt(args, path), expected, path.join('.'))
    }
    assert.equal(argumentAt(undefined, ['a']), undefined)
  })
})
