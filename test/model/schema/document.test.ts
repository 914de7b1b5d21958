import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jsonSchema } from '../../../src/model/schema/index.ts'
import type { JsonObject } from '../../../src/wire/json.ts'
import { accepted, jsonOf, problemsOf } from './check.ts'

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#'
const SUPPORTED = '"https://json-schema.org/draft/2020-12/schema" and "http://json-schema.org/draft-07/schema#"'

const refuses = (document: unknown, message: string): void => {
  assert.throws(() => jsonSchema(document as JsonObject), {
    name: 'DefinitionError',
    message: `jsonSchema()${message}`,
  })
}

const nested = (depth: number): JsonObject => {
  let schema: JsonObject = {}
  for (let level = 1; level < depth; level++) schema = { not: schema }
  return schema
}

const chain = (length: number): JsonObject => ({
  $ref: '#/$defs/0',
  $defs: Object.fromEntries(
    Array.from({ length }, (_, index) => [index, index === length - 1 ? {} : { $ref: `#/$defs/${index + 1}` }]),
  ),
})

const doubling = (levels: number): JsonObject => ({
  $ref: '#/$defs/0',
  $defs: Object.fromEntries(
    Array.from({ length: levels }, (_, level) => [
      level,
      level === levels - 1 ? {} : { allOf: [{ $ref: `#/$defs/${level + 1}` }, { $ref: `#/$defs/${level + 1}` }] },
    ]),
  ),
})

describe('2026-07-28 Base Protocol, Schema Dialect', () => {
  for (const $schema of [
    'https://json-schema.org/draft/2020-12/schema',
    'https://json-schema.org/draft/2020-12/schema#',
    'http://json-schema.org/draft-07/schema',
    DRAFT_07,
  ]) {
    it(`takes ${$schema}, and keeps it`, () => {
      assert.deepEqual(jsonOf(jsonSchema({ $schema, type: 'object' })), { $schema, type: 'object' })
    })
  }

  for (const $schema of [
    'http://json-schema.org/draft-04/schema#',
    'https://json-schema.org/draft/2019-09/schema',
    '',
    5,
  ]) {
    it(`refuses ${JSON.stringify($schema)}, and says what is supported`, () => {
      refuses(
        { $schema },
        `: $schema ${JSON.stringify($schema)} is no dialect that is supported; these are: ${SUPPORTED}, at "#"`,
      )
    })
  }

  it('refuses a change of dialect within a document', () => {
    refuses({ not: { $schema: DRAFT_07 } }, ': $schema differs from that of the document, at "#/not"')
    refuses(
      { not: { $schema: 'x' } },
      `: $schema "x" is no dialect that is supported; these are: ${SUPPORTED}, at "#/not"`,
    )
  })

  it('applies what the dialect has, and ignores what it has not', async () => {
    const old = jsonSchema({
      $schema: DRAFT_07,
      items: [{ type: 'string' }],
      additionalItems: false,
      minContains: 5,
      contains: {},
    })
    await accepted(old, ['x'])
    assert.equal(await problemsOf(old, ['x', 1]), '"[1]" is not allowed, got 1')
    await accepted(jsonSchema({ prefixItems: [{ type: 'string' }], additionalItems: false }), ['x', 1])
  })

  it('draft-07: $ref makes everything beside it void', async () => {
    const schema = jsonSchema({
      $schema: DRAFT_07,
      $ref: '#/definitions/text',
      $id: 'http://a.example/',
      type: 'number',
      definitions: { text: { type: 'string' } },
    })
    await accepted(schema, 'x')
    assert.equal(await problemsOf(schema, 1), 'must be a string, got 1')
  })
})

describe('2026-07-28 Base Protocol, Schema Validation: a document must be valid by its dialect', () => {
  const mistakes: readonly (readonly [document: unknown, message: string])[] = [
    [undefined, " takes a JSON Schema document, an object such as { type: 'object' }, got undefined"],
    [true, " takes a JSON Schema document, an object such as { type: 'object' }, got true"],
    [[], " takes a JSON Schema document, an object such as { type: 'object' }, got an array"],
    [{ default: 1n }, ': the schema cannot be written as JSON: Do not know how to serialize a BigInt'],
    [
      { type: 'text' },
      ': "type" must be one of array, boolean, integer, null, number, object, string, or a list of these, at "#"',
    ],
    [
      { type: ['string', 5] },
      ': "type" must be one of array, boolean, integer, null, number, object, string, or a list of these, at "#"',
    ],
    [{ not: 5 }, ': "not" must be a schema, at "#"'],
    [{ allOf: [] }, ': "allOf" must be a list of schemas, with at least one, at "#"'],
    [{ anyOf: [5] }, ': "anyOf" must be a list of schemas, with at least one, at "#"'],
    [{ oneOf: {} }, ': "oneOf" must be a list of schemas, with at least one, at "#"'],
    [{ items: 5 }, ': "items" must be a schema, at "#"'],
    [{ items: [{}] }, ': "items" must be a schema; in 2020-12 a list of schemas is called "prefixItems", at "#"'],
    [
      { properties: { 'a/b~c': { properties: [] } } },
      ': "properties" must be an object of schemas, at "#/properties/a~1b~0c"',
    ],
    [{ properties: { a: 'string' } }, ': "properties" must be an object of schemas, at "#"'],
    [{ dependencies: { a: 5 } }, ': "dependencies" must be an object of schemas or lists of names, at "#"'],
    [{ dependentRequired: { a: [5] } }, ': "dependentRequired" must be an object of lists of strings, at "#"'],
    [{ required: true }, ': "required" must be a list of strings, at "#"'],
    [{ prefixItems: [{ minimum: '1' }] }, ': "minimum" must be a number, at "#/prefixItems/0"'],
    [{ multipleOf: 0 }, ': "multipleOf" must be a number above 0, at "#"'],
    [{ minLength: -1 }, ': "minLength" must be an integer of at least 0, at "#"'],
    [{ uniqueItems: 1 }, ': "uniqueItems" must be true or false, at "#"'],
    [{ format: 1 }, ': "format" must be a string, at "#"'],
    [{ enum: 'x' }, ': "enum" must be a list, at "#"'],
    [{ pattern: '[' }, ': "pattern" must be a regular expression that is valid with the flag "u", at "#"'],
    [{ pattern: /x/ }, ': "pattern" must be a regular expression that is valid with the flag "u", at "#"'],
    [
      { patternProperties: { '[': {} } },
      ': each name in "patternProperties" must be a regular expression that is valid with the flag "u", at "#"',
    ],
    [{ $id: 'http://[' }, ': $id "http://[" is no URI, at "#"'],
  ]
  for (const [document, message] of mistakes) {
    it(message, () => refuses(document, message))
  }

  it('a circle in the document', () => {
    const document: { not?: unknown } = {}
    document.not = document
    assert.throws(() => jsonSchema(document as JsonObject), {
      name: 'DefinitionError',
      message: /^jsonSchema\(\): the schema cannot be written as JSON: Converting circular structure/,
    })
  })

  it('what a keyword takes at its limits is fine', () => {
    jsonSchema({
      type: ['string', 'null'],
      enum: [],
      required: [],
      patternProperties: { '^a$': true },
      dependencies: { a: ['b'], c: {} },
      dependentRequired: { a: ['b'] },
      unknownKeyword: 5,
      constructor: 5,
    } as unknown as JsonObject)
  })
})

describe('2026-07-28 Base Protocol, $ref Resolution', () => {
  const resolved: readonly (readonly [what: string, document: JsonObject])[] = [
    [
      'a place in the document',
      { properties: { a: { $ref: '#/$defs/a~1b%20c' } }, $defs: { 'a/b c': { type: 'string' } } },
    ],
    ['a property of the document', { properties: { a: { $ref: '#/properties/b' }, b: { type: 'string' } } }],
    [
      'a place that no keyword holds',
      { properties: { a: { $ref: '#/parts/text' } }, parts: { text: { type: 'string' } } },
    ],
    [
      'a reference behind a place that no keyword holds',
      {
        properties: { a: { $ref: '#/parts/0' } },
        parts: [{ $ref: '#/$defs/text' }],
        $defs: { text: { type: 'string' } },
      },
    ],
    ['an anchor', { properties: { a: { $ref: '#text' } }, $defs: { text: { $anchor: 'text', type: 'string' } } }],
    [
      'a dynamic anchor',
      { properties: { a: { $dynamicRef: '#text' } }, $defs: { text: { $dynamicAnchor: 'text', type: 'string' } } },
    ],
    [
      'an anchor of draft-07',
      {
        $schema: DRAFT_07,
        properties: { a: { $ref: '#text' } },
        definitions: { text: { $id: '#text', type: 'string' } },
      },
    ],
    [
      'the own URI of the document',
      {
        $id: 'https://a.example/x',
        properties: { a: { $ref: 'https://a.example/x#/$defs/t' } },
        $defs: { t: { type: 'string' } },
      },
    ],
    [
      'an inner document',
      {
        $id: 'https://a.example/x',
        properties: { a: { $ref: 'y' } },
        $defs: { y: { $id: 'y', $ref: '#/$defs/t', $defs: { t: { type: 'string' } } } },
      },
    ],
  ]
  for (const [what, document] of resolved) {
    it(`leads to ${what}`, async () => {
      const schema = jsonSchema(document)
      await accepted(schema, { a: 'x' })
      assert.equal(await problemsOf(schema, { a: 1 }), '"a" must be a string, got 1')
    })
  }

  it('leads to true and to false', async () => {
    const schema = jsonSchema({
      properties: { yes: { $ref: '#/$defs/yes' }, sure: { $ref: '#/$defs/yes' }, no: { $ref: '#/$defs/no' } },
      $defs: { yes: true, no: false },
    })
    await accepted(schema, { yes: 1, sure: 2 })
    assert.equal(await problemsOf(schema, { no: 1 }), '"no" is not allowed, got 1')
  })

  it('the same words may mean different places in inner documents', async () => {
    const inner = (type: string): JsonObject => ({
      $id: `https://a.example/${type}`,
      $ref: '#/$defs/x',
      $defs: { x: { type } },
    })
    const schema = jsonSchema({ properties: { a: inner('string'), b: inner('number') } })
    assert.equal(
      await problemsOf(schema, { a: 1, b: 'x' }),
      '"a" must be a string, got 1; "b" must be a number, got "x"',
    )
  })

  it('a schema may hold itself', async () => {
    const schema = jsonSchema({ type: 'object', properties: { next: { $ref: '#' } }, additionalProperties: false })
    await accepted(schema, { next: { next: {} } })
    assert.equal(await problemsOf(schema, { next: { next: { x: 1 } } }), '"next.next.x" is not known; known are "next"')
  })

  const outside =
    'leads out of the document, and no schema is ever fetched; copy the schema into "$defs" and refer to it as "#/$defs/name"'
  const unresolved: readonly (readonly [document: JsonObject, message: string])[] = [
    [{ not: { $ref: 'https://a.example/x' } }, `: $ref "https://a.example/x" ${outside}, at "#/not"`],
    [{ $ref: 'x.json' }, `: $ref "x.json" ${outside}, at "#"`],
    [{ $ref: 'http://[' }, `: $ref "http://[" ${outside}, at "#"`],
    [{ $ref: '#/$defs/x' }, ': $ref "#/$defs/x" leads to no schema, at "#"'],
    [{ $ref: '#/required', required: ['x'] }, ': $ref "#/required" leads to no schema, at "#"'],
    [{ $ref: '#/required/0/x', required: ['x'] }, ': $ref "#/required/0/x" leads to no schema, at "#"'],
    [{ $ref: '#/constructor' }, ': $ref "#/constructor" leads to no schema, at "#"'],
    [{ $ref: '#x' }, ': $ref "#x" leads to no schema, at "#"'],
    [{ $ref: '#/%' }, ': $ref "#/%" leads to no schema, at "#"'],
    [{ $dynamicRef: '#x' }, ': $dynamicRef "#x" leads to no schema, at "#"'],
    [{ $ref: 5 as never }, ': "$ref" must be a string, at "#"'],
  ]
  for (const [document, message] of unresolved) {
    it(`refuses what cannot be resolved${message}`, () => refuses(document, message))
  }

  it('refuses a dynamic scope of more than one document', () => {
    const message =
      ': $dynamicRef beside $ref, or in a document with an inner $id, is not supported; write $ref, at "#/not"'
    const $defs = { a: { $dynamicAnchor: 'a' }, b: { $id: 'https://a.example/b' } }
    refuses({ not: { $dynamicRef: '#a' }, $defs }, message)
    refuses({ not: { $ref: '#a', $dynamicRef: '#a' }, $defs: { a: $defs.a } }, message)
  })
})

describe('2026-07-28 Base Protocol, Composition-Keyword Resource Use', () => {
  it('64 levels of schemas', () => {
    jsonSchema(nested(64))
    refuses(nested(65), `: its schemas nest deeper than 64 levels, at "#${'/not'.repeat(64)}"`)
  })

  it('10,000 schemas', () => {
    const properties = (count: number): JsonObject => ({
      properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, {}])),
    })
    jsonSchema(properties(9_999))
    refuses(properties(10_000), ': it holds more than 10000 schemas, at "#/properties/p9999"')
  })

  it('references that lead in a circle', () => {
    refuses({ $ref: '#' }, ': its references lead in a circle, so that checking a value would never end, at "#"')
    for (const inner of [
      { allOf: [{ $ref: '#' }] },
      { if: { $ref: '#' } },
      { dependentSchemas: { a: { $ref: '#' } } },
      { dependencies: { b: ['c'], a: { $ref: '#' } } },
    ]) {
      refuses(inner, ': its references lead in a circle, so that checking a value would never end, at "#"')
    }
  })

  it('references that lead on and on', () => {
    jsonSchema(chain(255))
    const message = ': its references lead through more than 256 schemas, at "#/$defs'
    refuses(chain(256), `${message}/254"`)
    const fromTheMiddle = { ...chain(300), $ref: undefined, allOf: [{ $ref: '#/$defs/100' }, { $ref: '#/$defs/0' }] }
    refuses(fromTheMiddle, `${message}/43"`)
  })

  it('references that multiply', () => {
    jsonSchema(doubling(10))
    refuses(doubling(64), ': its references multiply to more than 10000 checks of one value, at "#/$defs/51"')
  })
})
