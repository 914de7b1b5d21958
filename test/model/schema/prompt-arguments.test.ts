import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { z } from 'zod'
import { jsonSchema, type PromptArgument, promptArguments, type Schema } from '../../../src/model/schema/index.ts'
import type { JsonObject } from '../../../src/wire/json.ts'
import { jsonOf } from './check.ts'

const argumentsOf = (schema: Schema): readonly PromptArgument[] => promptArguments(jsonOf(schema), 'prompt "x"')

const ofProperty = (property: JsonObject | boolean, $defs: JsonObject = {}): readonly PromptArgument[] =>
  argumentsOf(jsonSchema({ type: 'object', properties: { a: property }, $defs }))

describe('promptArguments', () => {
  it('lists properties in their order, with what the schema says of them', () => {
    const schema = v.object({
      name: v.pipe(v.string(), v.title('Name'), v.description('Whom to greet')),
      style: v.optional(v.picklist(['friendly', 'formal']), 'friendly'),
      count: v.pipe(v.string(), v.transform(Number), v.number(), v.description('How often')),
    })
    assert.deepEqual(argumentsOf(schema), [
      { name: 'name', title: 'Name', description: 'Whom to greet', required: true },
      { name: 'style', required: false, choices: ['friendly', 'formal'] },
      { name: 'count', description: 'How often', required: true },
    ])
  })

  it('a schema without properties has none', () => {
    assert.deepEqual(argumentsOf(jsonSchema({ type: 'object' })), [])
  })

  const choices: readonly (readonly [schema: Schema, expected: readonly string[] | undefined])[] = [
    [v.picklist(['a', 'b']), ['a', 'b']],
    [v.optional(v.picklist(['a', 'b']), 'a'), ['a', 'b']],
    [v.nullish(v.picklist(['a', 'b'])), ['a', 'b']],
    [v.literal('a'), ['a']],
    [v.union([v.literal('a'), v.picklist(['b', 'a'])]), ['a', 'b']],
    [v.union([v.literal('a'), v.string()]), undefined],
    [v.picklist(['a', 1]), ['a']],
    [v.string(), undefined],
    [v.any(), undefined],
    [z.enum(['a', 'b']).optional(), ['a', 'b']],
    [z.union([z.literal('a'), z.literal('b')]), ['a', 'b']],
  ]
  for (const [schema, expected] of choices) {
    it(`choices of ${JSON.stringify(jsonOf(schema))}: ${expected?.join() ?? 'any'}`, () => {
      const input =
        schema['~standard'].vendor === 'zod' ? z.object({ a: schema as z.ZodType }) : v.object({ a: schema as never })
      assert.deepEqual(argumentsOf(input)[0]?.choices, expected)
    })
  }

  const taken: readonly (JsonObject | boolean)[] = [
    {},
    true,
    { type: ['number', 'string'] },
    { enum: [1, 'a'] },
    { anyOf: [{ type: 'number' }, {}] },
    { oneOf: [{ type: 'number' }, { type: 'string' }] },
    { anyOf: [{ $ref: '#/$defs/text' }] },
  ]
  for (const property of taken) {
    it(`${JSON.stringify(property)} takes a string`, () => {
      assert.equal(ofProperty(property, { text: { type: 'string' } }).length, 1)
    })
  }

  it('follows references', () => {
    const text = { type: 'string', title: 'Text', description: 'Any', enum: ['a'] }
    assert.deepEqual(ofProperty({ $ref: '#/$defs/text', title: 'Mine' }, { text }), [
      { name: 'a', title: 'Mine', description: 'Any', required: false, choices: ['a'] },
    ])
    assert.deepEqual(promptArguments({ type: 'object', properties: { a: { $ref: '#/properties/a' } } }, 'prompt "x"'), [
      { name: 'a', required: false },
    ])
    const circle = { type: 'object', properties: { a: { anyOf: [{ $ref: '#/properties/a' }] } } }
    assert.deepEqual(promptArguments(circle, 'prompt "x"'), [{ name: 'a', required: false }])
  })

  it('collects the properties of all parts', () => {
    const a = v.object({ kind: v.literal('a'), x: v.string(), y: v.string() })
    const b = v.object({ kind: v.literal('b'), x: v.optional(v.string()) })
    const names = (schema: Schema) => argumentsOf(schema).map(({ name, required }) => [name, required])
    assert.deepEqual(names(v.variant('kind', [a, b])), [
      ['kind', true],
      ['x', false],
      ['y', false],
    ])
    assert.deepEqual(names(v.intersect([v.object({ x: v.string() }), v.object({ y: v.string() })])), [
      ['x', true],
      ['y', true],
    ])
    assert.deepEqual(names(v.lazy(() => v.object({ x: v.string() }))), [['x', true]])
    const circle = { type: 'object', properties: { x: {} }, allOf: [{ $ref: '#' }] }
    assert.deepEqual(promptArguments(circle, 'prompt "x"'), [{ name: 'x', required: false }])
  })

  it('is frozen', () => {
    const [argument] = argumentsOf(v.object({ a: v.picklist(['a']) }))
    assert.ok(Object.isFrozen(argument) && Object.isFrozen(argument?.choices))
  })
})

describe('promptArguments refuses', () => {
  const number = 'v.pipe(v.string(), v.transform(Number), v.number())'
  const refused: readonly (readonly [schema: Schema, what: string, fix: string])[] = [
    [v.number(), 'a number', number],
    [v.pipe(v.number(), v.integer()), 'a number', number],
    [v.boolean(), 'a boolean', "v.pipe(v.picklist(['true', 'false']), v.transform((text) => text === 'true'))"],
    [v.array(v.string()), 'an array', 'v.pipe(v.string(), v.parseJson(), v.array(…))'],
    [v.object({}), 'an object', 'v.pipe(v.string(), v.parseJson(), v.object({ … }))'],
    [v.null(), 'null', 'v.string()'],
    [v.union([v.number(), v.boolean()]), 'a number', number],
    [v.nullable(v.number()), 'a number', number],
  ]
  for (const [schema, what, fix] of refused) {
    it(`${JSON.stringify(jsonOf(schema))}: it is ${what}`, () => {
      assert.throws(() => argumentsOf(v.object({ n: schema as never })), {
        name: 'DefinitionError',
        message: `prompt "x": argument "n" is ${what}, but prompt arguments are strings on the wire; write ${fix}`,
      })
    })
  }

  for (const [constant, what] of [
    [null, 'null'],
    [1, 'a number'],
    [[1], 'an array'],
  ] as const) {
    it(`the constant ${JSON.stringify(constant)}: it is ${what}`, () => {
      assert.throws(() => ofProperty({ const: constant }), new RegExp(`argument "a" is ${what}, but`))
      assert.throws(() => ofProperty({ enum: [constant] }), new RegExp(`argument "a" is ${what}, but`))
    })
  }

  it('a type that is none of JSON', () => {
    const json = { type: 'object', properties: { a: { type: 'file' } } }
    assert.throws(() => promptArguments(json, 'prompt "x"'), /argument "a" is file, but .* write v\.string\(\)$/)
  })

  it('what is no object', () => {
    assert.throws(() => argumentsOf(v.string()), {
      name: 'DefinitionError',
      message: 'prompt "x": the arguments of a prompt are an object of strings; write v.object({ … })',
    })
  })
})
