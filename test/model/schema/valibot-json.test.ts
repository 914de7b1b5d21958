import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addGlobalDefs } from '@valibot/to-json-schema'
import * as v from 'valibot'
import type { Schema } from '../../../src/model/schema/index.ts'
import type { JsonObject } from '../../../src/wire/json.ts'
import { isFrozen, jsonOf } from './check.ts'

type Node = { name: string; children: Node[] }
const Node: v.GenericSchema<Node> = v.object({ name: v.string(), children: v.array(v.lazy(() => Node)) })

const nodeJson = {
  type: 'object',
  properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/0' } } },
  required: ['name', 'children'],
}

const string = { type: 'string' }
const number = { type: 'number' }
const entry = (json: JsonObject, ...required: string[]): JsonObject => ({
  type: 'object',
  properties: { a: json },
  ...(required.length > 0 && { required }),
})

/** What is written for both sides, or for one each. */
const written: readonly (readonly [what: string, schema: Schema, input: JsonObject, output?: JsonObject])[] = [
  [
    'scalars',
    v.strictTuple([v.string(), v.number(), v.boolean(), v.null()]),
    {
      type: 'array',
      prefixItems: [string, number, { type: 'boolean' }, { type: 'null' }],
      minItems: 4,
      items: false,
    },
  ],
  [
    'any, unknown and a type of the user’s own say nothing',
    v.looseTuple([v.any(), v.unknown(), v.custom(() => true)]),
    {
      type: 'array',
      prefixItems: [{}, {}, {}],
      minItems: 3,
    },
  ],
  [
    'a tuple with a rest',
    v.tupleWithRest([v.string()], v.number()),
    {
      type: 'array',
      prefixItems: [string],
      minItems: 1,
      items: number,
    },
  ],
  ['an object without required keys has no empty list of them', v.object({}), { type: 'object', properties: {} }],
  ['a strict object', v.strictObject({ a: v.string() }), { ...entry(string, 'a'), additionalProperties: false }],
  [
    'an object with a rest',
    v.objectWithRest({ a: v.string() }, v.number()),
    { ...entry(string, 'a'), additionalProperties: number },
  ],
  ['a loose object', v.looseObject({ a: v.string() }), entry(string, 'a')],
  ['a record', v.record(v.string(), v.number()), { type: 'object', additionalProperties: number }],
  [
    'a record of certain keys',
    v.record(v.picklist(['a']), v.number()),
    {
      type: 'object',
      propertyNames: { type: 'string', enum: ['a'] },
      additionalProperties: number,
    },
  ],
  ['a literal has its type beside it', v.literal('x'), { type: 'string', const: 'x' }],
  ['a literal that JSON has not, as such', v.literal(Number.NaN), {}],
  ['choices', v.picklist(['x', 1]), { type: ['string', 'number'], enum: ['x', 1] }],
  ['an enum', v.enum({ A: 'a', B: 'b' }), { type: 'string', enum: ['a', 'b'] }],
  [
    'an intersection',
    v.intersect([v.object({ a: v.string() }), v.object({ a: v.string() })]),
    {
      allOf: [entry(string, 'a'), entry(string, 'a')],
    },
  ],
  ['a union', v.union([v.string(), v.number()]), { anyOf: [string, number] }],
  [
    'a variant, whose options are tried in order, is a union',
    v.variant('a', [v.object({ a: v.literal('x') }), v.object({ a: v.literal('x') })]),
    {
      anyOf: [entry({ type: 'string', const: 'x' }, 'a'), entry({ type: 'string', const: 'x' }, 'a')],
    },
  ],
  [
    'undefined among the options sends nothing',
    v.object({ a: v.union([v.string(), v.undefined()]) }),
    entry(string, 'a'),
    entry(string),
  ],
  [
    'undefined among more options',
    v.object({ a: v.union([v.string(), v.number(), v.undefined()]) }),
    entry({ anyOf: [string, number] }, 'a'),
    entry({ anyOf: [string, number] }),
  ],
  ['an optional key', v.object({ a: v.optional(v.string()) }), entry(string)],
  ['an exactly optional key', v.object({ a: v.exactOptional(v.string()) }), entry(string)],
  [
    'a default is filled in when it comes out',
    v.object({ a: v.optional(v.string(), 'x') }),
    entry({ ...string, default: 'x' }),
    entry(string, 'a'),
  ],
  [
    'a computed default is no constant',
    v.object({ a: v.optional(v.string(), () => String(Math.random())) }),
    entry(string),
    entry(string, 'a'),
  ],
  ['null', v.nullable(v.string()), { anyOf: [string, { type: 'null' }] }],
  ['null with a default', v.nullable(v.string(), 'x'), { anyOf: [string, { type: 'null' }], default: 'x' }, string],
  [
    'null by default',
    v.nullish(v.string(), null),
    { anyOf: [string, { type: 'null' }], default: null },
    { anyOf: [string, { type: 'null' }] },
  ],
  [
    'an optional null by default',
    v.object({ a: v.optional(v.nullable(v.string()), null) }),
    entry({ anyOf: [string, { type: 'null' }], default: null }),
    entry({ anyOf: [string, { type: 'null' }] }, 'a'),
  ],
  [
    'an optional key that may be null',
    v.object({ a: v.nullish(v.string()) }),
    entry({ anyOf: [string, { type: 'null' }] }),
  ],
  [
    'a key that may be undefined must be sent all the same',
    v.object({ a: v.undefinedable(v.string()) }),
    entry(string, 'a'),
    entry(string),
  ],
  ['undefined replaced by a default', v.object({ a: v.undefinedable(v.string(), 'x') }), entry(string, 'a')],
  ['an optional undefined leaves the key out', v.object({ a: v.optional(v.undefined()) }), entry({ not: {} })],
  ['a key that comes out undefined is left out', v.object({ a: v.optional(v.void()) }), entry({ not: {} })],
  ['required keys of an optional object', v.required(v.object({ a: v.optional(v.string()) })), entry(string, 'a')],
  [
    'an optional pipe made required',
    v.object({ a: v.nonOptional(v.pipe(v.optional(v.string()), v.title('A'))) }),
    entry({ ...string, title: 'A' }, 'a'),
  ],
  [
    'nonOptional leaves null',
    v.object({ a: v.nonOptional(v.nullish(v.string())) }),
    entry({ anyOf: [string, { type: 'null' }] }, 'a'),
  ],
  ['nonNullable leaves undefined', v.object({ a: v.nonNullable(v.nullish(v.string())) }), entry(string)],
  ['nonNullable', v.nonNullable(v.nullable(v.string())), string],
  ['nonNullish', v.object({ a: v.nonNullish(v.nullish(v.string())) }), entry(string, 'a')],
  ['nonNullish of what is neither', v.nonNullish(v.string()), string],
  ['partial', v.partial(v.object({ a: v.string() })), entry(string)],
  ['never', v.object({ a: v.optional(v.never()) }), entry({ not: {} })],
  ['a schema that holds itself', Node, { ...nodeJson, $defs: { 0: nodeJson } }],
  [
    'title and description',
    v.pipe(v.string(), v.title('T'), v.description('D')),
    { ...string, title: 'T', description: 'D' },
  ],
  [
    'of metadata what is public',
    v.pipe(
      v.string(),
      v.metadata({ title: 'T', description: 'D', examples: ['e'], 'x-mcp-header': 'Region', type: 'x', secret: 1 }),
    ),
    {
      ...string,
      title: 'T',
      description: 'D',
      examples: ['e'],
      'x-mcp-header': 'Region',
    },
  ],
  [
    'limits',
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5)),
    { type: 'integer', minimum: 1, maximum: 5 },
  ],
  [
    'checks that JSON Schema cannot express are left out',
    v.pipe(
      v.string(),
      v.check(() => true),
      v.trim(),
      v.minLength(1),
    ),
    { ...string, minLength: 1 },
  ],
  ['formats', v.pipe(v.string(), v.email()), { ...string, format: 'email' }],
  [
    'a time without seconds is no format of JSON Schema',
    v.pipe(v.string(), v.isoTime()),
    { ...string, pattern: '^(?:0\\d|1\\d|2[0-3]):[0-5]\\d$' },
  ],
  ['a pattern', v.pipe(v.string(), v.regex(/^a$/u)), { ...string, pattern: '^a$' }],
  ['a pattern with a flag is left out', v.pipe(v.string(), v.regex(/^a$/i)), string],
  ['a pattern that others could not compile is left out', v.pipe(v.string(), v.regex(/[\w-.]/)), string],
  ['a branded type', v.pipe(v.string(), v.brand('Day')), string],
  [
    'a transformation at the end may give anything',
    v.pipe(v.string(), v.description('D'), v.examples(['1']), v.transform(Number)),
    { ...string, description: 'D', examples: ['1'] },
    { description: 'D' },
  ],
  [
    'a transformation into a type',
    v.pipe(
      v.string(),
      v.minLength(2),
      v.transform(Number),
      v.number(),
      v.minValue(3),
      v.metadata({ title: 'N', examples: [3] }),
    ),
    { ...string, minLength: 2, title: 'N' },
    { ...number, minimum: 3, title: 'N', examples: [3] },
  ],
  [
    'a pipe in a pipe',
    v.pipe(v.pipe(v.string(), v.title('T')), v.transform(Number), v.number()),
    { ...string, title: 'T' },
    { ...number, title: 'T' },
  ],
  ['text to a number', v.pipe(v.string(), v.toNumber(), v.minValue(1)), string, { ...number, minimum: 1 }],
  [
    'mapped items',
    v.pipe(v.array(v.string()), v.mapItems(Number), v.maxLength(3)),
    { type: 'array', items: string, maxItems: 3 },
    { type: 'array', items: {}, maxItems: 3 },
  ],
  [
    'a pipe around an optional key',
    v.object({
      a: v.pipe(
        v.optional(v.string()),
        v.transform((text) => text ?? ''),
        v.string(),
      ),
    }),
    entry(string),
  ],
  [
    'a pipe around a default',
    v.object({ a: v.pipe(v.optional(v.string(), 'x'), v.toUpperCase()) }),
    entry({ ...string, default: 'x' }),
    entry(string, 'a'),
  ],
  [
    'a date that travels as text',
    v.pipe(
      v.string(),
      v.isoTimestamp(),
      v.transform((text) => new Date(text)),
    ),
    { ...string, format: 'date-time' },
    {},
  ],
  [
    'a schema that waits',
    v.pipeAsync(
      v.string(),
      v.checkAsync(async () => true),
    ),
    string,
  ],
]

describe('valibot as JSON Schema', () => {
  for (const [what, schema, input, output = input] of written) {
    it(what, () => {
      assert.deepEqual(jsonOf(schema, 'input'), input)
      assert.deepEqual(jsonOf(schema, 'output'), output)
    })
  }

  it('is deeply frozen', () => {
    assert.ok(isFrozen(jsonOf(v.object({ a: v.array(v.picklist(['x'])) }))))
  })

  it('does not call a computed default', () => {
    const refuse = (): string => {
      throw new Error('called')
    }
    jsonOf(v.object({ a: v.optional(v.string(), refuse) }))
  })

  it('leaves definitions out that were registered for the whole process', () => {
    addGlobalDefs({ text: v.string() })
    assert.deepEqual(jsonOf(v.number()), number)
  })

  it('reads the same schema in two places', () => {
    const text = v.string()
    assert.deepEqual(jsonOf(v.tuple([text, text])), { type: 'array', prefixItems: [string, string], minItems: 2 })
  })
})
