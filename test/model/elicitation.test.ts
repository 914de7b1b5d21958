import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ElicitRequestFormParamsSchema } from '@modelcontextprotocol/sdk/types.js'
import { type } from 'arktype'
import fc from 'fast-check'
import * as v from 'valibot'
import { z } from 'zod'
import { DefinitionError } from '../../src/errors.ts'
import { type ElicitationFeatures, elicitationSchema } from '../../src/model/elicitation.ts'
import { type Checked, jsonSchema, type Schema } from '../../src/model/schema/index.ts'
import type { JsonObject } from '../../src/wire/json.ts'

const OLD: ElicitationFeatures = { defaults: false, titledEnums: false, multiSelect: false }
const NEW: ElicitationFeatures = { defaults: true, titledEnums: true, multiSelect: true }

const requested = (schema: Schema, features = NEW): JsonObject => {
  const form = elicitationSchema(schema, 'ctx.elicit').requested(features)
  assert.ok(form.ok, form.ok ? '' : form.problem)
  return form.schema
}

const form = (properties: JsonObject, ...required: string[]): JsonObject => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
})

const raw = (properties: JsonObject, more: JsonObject = {}): Schema =>
  jsonSchema({ type: 'object', properties, ...more })

const answered = async (schema: Schema, content: unknown): Promise<unknown> => {
  const checked: Checked = await elicitationSchema(schema, 'ctx.elicit').validate(content)
  assert.ok(checked.ok, checked.ok ? '' : checked.problems)
  return checked.value
}

const problemsOf = async (schema: Schema, content: unknown): Promise<string> => {
  const checked: Checked = await elicitationSchema(schema, 'ctx.elicit').validate(content)
  assert.ok(!checked.ok, 'the answer was accepted')
  return checked.problems
}

const titled = (value: string, title: string) => v.pipe(v.literal(value), v.title(title))

const Colour = v.union([titled('#f00', 'Red'), titled('#0f0', 'Green')])

const oneOf = [
  { const: '#f00', title: 'Red' },
  { const: '#0f0', title: 'Green' },
]

describe('2025-11-25 Elicitation, Requested Schema: what every revision with forms can ask for', () => {
  const everywhere: readonly (readonly [what: string, schema: Schema, json: JsonObject])[] = [
    ['a form without questions, to be confirmed', v.object({}), form({})],
    [
      'a string with its title, description and length',
      v.object({ a: v.pipe(v.string(), v.title('T'), v.description('D'), v.minLength(3), v.maxLength(50)) }),
      form({ a: { type: 'string', title: 'T', description: 'D', minLength: 3, maxLength: 50 } }, 'a'),
    ],
    [
      'the formats',
      v.object({
        email: v.pipe(v.string(), v.email()),
        uri: v.pipe(v.string(), v.url()),
        date: v.pipe(v.string(), v.isoDate()),
        dateTime: v.pipe(v.string(), v.isoTimestamp()),
      }),
      form(
        {
          email: { type: 'string', format: 'email' },
          uri: { type: 'string', format: 'uri' },
          date: { type: 'string', format: 'date' },
          dateTime: { type: 'string', format: 'date-time' },
        },
        'email',
        'uri',
        'date',
        'dateTime',
      ),
    ],
    [
      'numbers and their bounds',
      v.object({
        n: v.pipe(v.number(), v.minValue(0.5), v.maxValue(1.5)),
        i: v.pipe(v.number(), v.integer(), v.minValue(1)),
      }),
      form({ n: { type: 'number', minimum: 0.5, maximum: 1.5 }, i: { type: 'integer', minimum: 1 } }, 'n', 'i'),
    ],
    [
      'a boolean, whose default is as old as forms',
      v.object({ a: v.optional(v.boolean(), false) }),
      form({ a: { type: 'boolean', default: false } }),
    ],
    ['what must be accepted', v.object({ a: v.literal(true) }), form({ a: { type: 'boolean' } }, 'a')],
    [
      'choices',
      v.object({ a: v.picklist(['x', 'y']), b: v.enum({ X: 'x' }), c: v.literal('x') }),
      form(
        {
          a: { type: 'string', enum: ['x', 'y'] },
          b: { type: 'string', enum: ['x'] },
          c: { type: 'string', enum: ['x'] },
        },
        'a',
        'b',
        'c',
      ),
    ],
    [
      'a union of choices, each of them once',
      v.object({ a: v.union([v.picklist(['x', 'y']), v.literal('y'), v.union([v.literal('z')])]) }),
      form({ a: { type: 'string', enum: ['x', 'y', 'z'] } }, 'a'),
    ],
    [
      'what is parsed before a transformation',
      v.object({
        a: v.pipe(
          v.string(),
          v.isoDate(),
          v.transform((text) => new Date(text)),
        ),
      }),
      form({ a: { type: 'string', format: 'date' } }, 'a'),
    ],
    ['what a lazy schema gives', v.object({ a: v.lazy(() => v.string()) }), form({ a: { type: 'string' } }, 'a')],
    [
      'a strict, a loose and a described object as any other',
      v.pipe(v.strictObject({ a: v.string() }), v.title('T'), v.description('D')),
      form({ a: { type: 'string' } }, 'a'),
    ],
    [
      'a schema of zod',
      z.object({ a: z.email(), b: z.int().positive().max(9), c: z.enum(['x']).optional(), d: z.iso.date() }),
      form(
        {
          a: { type: 'string', format: 'email' },
          b: { type: 'integer', minimum: 1, maximum: 9 },
          c: { type: 'string', enum: ['x'] },
          d: { type: 'string', format: 'date' },
        },
        'a',
        'b',
        'd',
      ),
    ],
    [
      'a shared schema of zod',
      (() => {
        const name = z.string().min(2).meta({ id: 'ElicitationName' })
        return z.object({ a: name, b: name })
      })(),
      form({ a: { type: 'string', minLength: 2 }, b: { type: 'string', minLength: 2 } }, 'a', 'b'),
    ],
    [
      'a schema of ArkType',
      type({ a: "'x' | 'y'", b: 'string.email', 'c?': '0 < number <= 5', d: 'boolean' }),
      form(
        {
          a: { type: 'string', enum: ['x', 'y'] },
          b: { type: 'string', format: 'email' },
          d: { type: 'boolean' },
          c: { type: 'number', minimum: 0, maximum: 5 },
        },
        'a',
        'b',
        'd',
      ),
    ],
    [
      'a raw document with its `enumNames`',
      raw({ a: { type: 'string', enum: ['x', 'y'], enumNames: ['X', 'Y'] } }),
      form({ a: { type: 'string', enum: ['x', 'y'], enumNames: ['X', 'Y'] } }),
    ],
    [
      'a raw document without what forms do not know',
      raw(
        { a: { type: 'string', examples: ['x'], 'x-more': 1 } },
        { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'T' },
      ),
      form({ a: { type: 'string' } }),
    ],
    [
      'the description beside a reference rather than that behind it',
      raw(
        { a: { $ref: '#/$defs/b', description: 'A' } },
        { $defs: { b: { $ref: '#/$defs/c' }, c: { type: 'string', description: 'C', title: 'C' } } },
      ),
      form({ a: { type: 'string', title: 'C', description: 'A' } }),
    ],
    [
      'a form behind a reference',
      jsonSchema({ $ref: '#/$defs/f', $defs: { f: form({ a: { type: 'string' } }, 'a') } }),
      form({ a: { type: 'string' } }, 'a'),
    ],
    [
      'a question that is called __proto__',
      jsonSchema(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}')),
      JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}'),
    ],
  ]
  for (const [what, schema, json] of everywhere) {
    it(what, () => {
      assert.deepEqual(requested(schema, OLD), json)
      assert.deepEqual(requested(schema, NEW), json)
    })
  }

  const leftOut: readonly (readonly [what: string, schema: v.GenericSchema, property: JsonObject])[] = [
    ['a pattern', v.pipe(v.string(), v.regex(/^a/)), { type: 'string' }],
    ['a format that forms do not have', v.pipe(v.string(), v.uuid()), { type: 'string' }],
    ['a multiple', v.pipe(v.number(), v.multipleOf(2)), { type: 'number' }],
    [
      'a check',
      v.pipe(
        v.string(),
        v.check(() => true),
      ),
      { type: 'string' },
    ],
    ['the end of the safe integers', v.pipe(v.number(), v.safeInteger()), { type: 'integer' }],
    [
      'that bounds are exclusive',
      v.pipe(v.number(), v.gtValue(1.5), v.ltValue(2.5)),
      { type: 'number', minimum: 1.5, maximum: 2.5 },
    ],
  ]
  for (const [what, schema, property] of leftOut) {
    it(`leaves out ${what}`, () => assert.deepEqual(requested(v.object({ a: schema })), form({ a: property }, 'a')))
  }

  it('says the nearest whole numbers for exclusive bounds of integers', () => {
    const bounds = (json: JsonObject) => requested(raw({ a: { type: 'integer', ...json } }))['properties']
    assert.deepEqual(bounds({ exclusiveMinimum: 0, exclusiveMaximum: 10 }), {
      a: { type: 'integer', minimum: 1, maximum: 9 },
    })
    assert.deepEqual(bounds({ exclusiveMinimum: 0.5, exclusiveMaximum: 9.5 }), {
      a: { type: 'integer', minimum: 1, maximum: 9 },
    })
    assert.deepEqual(bounds({ exclusiveMinimum: 0, minimum: 5, exclusiveMaximum: 10, maximum: 7 }), {
      a: { type: 'integer', minimum: 5, maximum: 7 },
    })
  })
})

describe('what a revision lacks', () => {
  const cases: readonly (readonly [what: string, schema: v.GenericSchema, before: JsonObject, since: JsonObject])[] = [
    [
      '2025-06-18 has no default of a string',
      v.optional(v.string(), 'x'),
      { type: 'string' },
      { type: 'string', default: 'x' },
    ],
    [
      '2025-06-18 has no default of a number',
      v.optional(v.number(), 0),
      { type: 'number' },
      { type: 'number', default: 0 },
    ],
    [
      '2025-06-18 has no default of a choice',
      v.optional(v.picklist(['x']), 'x'),
      { type: 'string', enum: ['x'] },
      { type: 'string', enum: ['x'], default: 'x' },
    ],
    [
      '2025-06-18 has titles of choices as enumNames',
      v.optional(Colour),
      { type: 'string', enum: ['#f00', '#0f0'], enumNames: ['Red', 'Green'] },
      { type: 'string', oneOf },
    ],
    [
      'a choice without a title among those that have one is its own title',
      v.optional(v.pipe(v.union([titled('x', 'X'), v.literal('y')]), v.title('Which?'))),
      { type: 'string', title: 'Which?', enum: ['x', 'y'], enumNames: ['X', 'y'] },
      {
        type: 'string',
        title: 'Which?',
        oneOf: [
          { const: 'x', title: 'X' },
          { const: 'y', title: 'y' },
        ],
      },
    ],
  ]
  for (const [what, schema, before, since] of cases) {
    it(what, () => {
      assert.deepEqual(requested(v.object({ a: schema }), OLD), form({ a: before }))
      assert.deepEqual(requested(v.object({ a: schema }), NEW), form({ a: since }))
    })
  }

  it('takes titles of zod, and of a raw document with anyOf or oneOf', () => {
    const option = (value: string, title: string) => z.literal(value).meta({ title })
    const same = [
      z.object({ a: z.union([option('#f00', 'Red'), option('#0f0', 'Green')]).optional() }),
      raw({ a: { type: 'string', oneOf } }),
      raw({ a: { anyOf: oneOf } }),
    ]
    for (const schema of same) assert.deepEqual(requested(schema), form({ a: { type: 'string', oneOf } }))
  })

  const several: readonly (readonly [what: string, schema: Schema, property: JsonObject])[] = [
    [
      'without titles',
      v.object({ a: v.pipe(v.array(v.picklist(['x', 'y'])), v.minLength(1), v.maxLength(2), v.title('T')) }),
      { type: 'array', items: { type: 'string', enum: ['x', 'y'] }, title: 'T', minItems: 1, maxItems: 2 },
    ],
    ['with titles', v.object({ a: v.array(Colour) }), { type: 'array', items: { anyOf: oneOf } }],
    [
      'with a default',
      v.object({ a: v.optional(v.array(Colour), ['#f00']) }),
      { type: 'array', items: { anyOf: oneOf }, default: ['#f00'] },
    ],
    [
      'in a raw document',
      raw({ a: { type: 'array', items: { enum: ['x'], enumNames: ['X'] }, uniqueItems: true } }),
      { type: 'array', items: { anyOf: [{ const: 'x', title: 'X' }] } },
    ],
  ]
  for (const [what, schema, property] of several) {
    it(`2025-11-25 has choices of several texts ${what}`, () => {
      assert.deepEqual(requested(schema)['properties'], { a: property })
      assert.deepEqual(elicitationSchema(schema, 'ctx.elicit').requested(OLD), {
        ok: false,
        problem:
          '"a" is a choice of several texts, which the protocol revision of this client cannot ask for; ' +
          'ask with a v.boolean() for each of them',
      })
    })
  }
})

/** A choice of one text within so many unions. */
const nested = (depth: number): JsonObject => (depth === 0 ? { const: 'x' } : { anyOf: [nested(depth - 1)] })

describe('what no form can ask for', () => {
  const tail = '. A form asks for strings, numbers, booleans and choices'
  const misfits: readonly (readonly [what: string, schema: v.GenericSchema, problem: string])[] = [
    [
      'an object',
      v.object({ b: v.string() }),
      'is an object, and a form is flat; put its properties beside the others',
    ],
    [
      'an array of strings',
      v.array(v.string()),
      'is an array of something else than choices; write v.array(v.picklist([…]))',
    ],
    [
      'an array of objects',
      v.array(v.object({})),
      'is an array of something else than choices; write v.array(v.picklist([…]))',
    ],
    [
      'a tuple',
      v.tuple([v.literal('x')]),
      'is an array of something else than choices; write v.array(v.picklist([…]))',
    ],
    [
      'null',
      v.nullable(v.string()),
      'can be null, which no form answers; write v.optional(…) in place of v.nullable(…)',
    ],
    ['null alone', v.null(), 'can be null, which no form answers; write v.optional(…) in place of v.nullable(…)'],
    [
      'null among choices',
      v.nullish(v.picklist(['x'])),
      'can be null, which no form answers; write v.optional(…) in place of v.nullable(…)',
    ],
    [
      'a union of types',
      v.union([v.string(), v.number()]),
      'has alternatives; write v.picklist([…]) for a choice of texts',
    ],
    [
      'a union of a choice and any string',
      v.union([v.literal('x'), v.string()]),
      'has alternatives; write v.picklist([…]) for a choice of texts',
    ],
    [
      'a choice of numbers',
      v.picklist([1, 2]),
      'is a choice of something else than texts; write v.picklist([…]) with strings',
    ],
    [
      'a choice of texts and numbers',
      v.picklist(['x', 2]),
      'is a choice of something else than texts; write v.picklist([…]) with strings',
    ],
    [
      'a number that is given',
      v.literal(1),
      'is a choice of something else than texts; write v.picklist([…]) with strings',
    ],
    [
      'a choice of nothing',
      v.picklist([]),
      'is a choice of something else than texts; write v.picklist([…]) with strings',
    ],
    ['anything', v.any(), 'has no type that a form knows; write v.string(), v.number() or v.boolean()'],
  ]
  for (const [what, schema, problem] of misfits) {
    it(what, () => {
      assert.throws(
        () => elicitationSchema(v.object({ name: v.string(), a: schema }), 'tool "book", ctx.elicit'),
        new DefinitionError(`tool "book", ctx.elicit: "a" ${problem}${tail}`),
      )
    })
  }

  const documents: readonly (readonly [what: string, schema: Schema, problem: string])[] = [
    [
      'a property that is true',
      raw({ a: true }),
      `"a" has no type that a form knows; write v.string(), v.number() or v.boolean()${tail}`,
    ],
    [
      'a type that no object has',
      raw({ a: { type: 'string', oneOf: [{ minLength: 1 }] } }),
      `"a" has alternatives; write v.picklist([…]) for a choice of texts${tail}`,
    ],
    [
      'one of several types',
      raw({ a: { type: ['string', 'number'] } }),
      `"a" has no type that a form knows; write v.string(), v.number() or v.boolean()${tail}`,
    ],
    [
      'choices that are nested too deep',
      raw({ a: nested(6) }),
      `"a" has alternatives; write v.picklist([…]) for a choice of texts${tail}`,
    ],
    [
      'too few names',
      raw({ a: { enum: ['x', 'y'], enumNames: ['X'] } }),
      '"a" has "enumNames" that are no text for each value of its "enum"',
    ],
    [
      'names that are no texts',
      raw({ a: { enum: ['x'], enumNames: [1] } }),
      '"a" has "enumNames" that are no text for each value of its "enum"',
    ],
    [
      'names without an enum',
      raw({ a: { type: 'string', enumNames: ['X'] } }),
      '"a" has "enumNames" that are no text for each value of its "enum"',
    ],
    [
      'names that are no list',
      raw({ a: { enum: ['x'], enumNames: 'X' } }),
      '"a" has "enumNames" that are no text for each value of its "enum"',
    ],
    [
      'a required property that is not there',
      raw({ a: { type: 'string' } }, { required: ['a', 'b'] }),
      '"b" is required, but it is none of the properties',
    ],
    [
      'a required property of every object',
      raw({}, { required: ['constructor'] }),
      '"constructor" is required, but it is none of the properties',
    ],
    [
      'a string as a whole',
      v.string(),
      'a form is an object with named properties; write v.object({ name: v.string() })',
    ],
    [
      'a record',
      v.record(v.string(), v.string()),
      'a form is an object with named properties; write v.object({ name: v.string() })',
    ],
    [
      'an intersection',
      v.intersect([v.object({}), v.object({})]),
      'a form is one flat object, so "allOf" cannot be asked for; write v.object({ … })',
    ],
    [
      'a variant',
      v.variant('a', [v.object({ a: v.literal('x') }), v.object({ a: v.literal('y') })]),
      'a form is one flat object, so "anyOf" cannot be asked for; write v.object({ … })',
    ],
    [
      'alternatives of the whole',
      raw({}, { anyOf: [{ required: ['a'] }] }),
      'a form is one flat object, so "anyOf" cannot be asked for; write v.object({ … })',
    ],
    [
      'one of several of the whole',
      raw({}, { oneOf: [{}] }),
      'a form is one flat object, so "oneOf" cannot be asked for; write v.object({ … })',
    ],
    ['a bare JSON Schema', { type: 'object' } as never, 'this is a bare JSON Schema; wrap it in jsonSchema({ … })'],
  ]
  for (const [what, schema, problem] of documents) {
    it(what, () => {
      assert.throws(() => elicitationSchema(schema, 'ctx.elicit'), new DefinitionError(`ctx.elicit: ${problem}`))
    })
  }

  const defaults: readonly (readonly [property: JsonObject, value: unknown, problem: string])[] = [
    [{ type: 'string' }, 1, '1, which must be a string'],
    [{ type: 'string' }, null, 'null, which must be a string'],
    [{ type: 'number' }, '1', '"1", which must be a number'],
    [{ type: 'integer' }, 1.5, '1.5, which must be an integer'],
    [{ type: 'boolean' }, 'yes', '"yes", which must be a boolean'],
    [{ enum: ['x'] }, 'y', '"y", which must be one of its choices'],
    [{ type: 'array', items: { enum: ['x'] } }, 'x', '"x", which must be an array of its choices'],
    [{ type: 'array', items: { enum: ['x'] } }, ['x', 'y'], 'an array, which must be an array of its choices'],
  ]
  for (const [property, value, problem] of defaults) {
    it(`the default ${JSON.stringify(value)} of ${JSON.stringify(property)}`, () => {
      assert.throws(
        () => elicitationSchema(raw({ a: { ...property, default: value } as JsonObject }), 'ctx.elicit'),
        new DefinitionError(`ctx.elicit: "a" has the default ${problem}`),
      )
    })
  }
})

describe('an answer', () => {
  it('is parsed by the schema, its defaults filled in', async () => {
    const schema = v.object({
      day: v.pipe(
        v.string(),
        v.isoDate(),
        v.transform((text) => new Date(text)),
      ),
      seats: v.optional(v.number(), 2),
      colours: v.optional(v.array(Colour), ['#f00']),
      note: v.optional(v.string()),
    })
    assert.deepEqual(await answered(schema, { day: '2026-07-28', more: 1 }), {
      day: new Date('2026-07-28'),
      seats: 2,
      colours: ['#f00'],
    })
  })

  it('to a raw document gets the defaults too', async () => {
    const schema = raw(
      { a: { type: 'string', default: 'x' }, b: { type: 'boolean', default: true }, c: { type: 'string' } },
      { required: ['a', 'b'] },
    )
    assert.deepEqual(await answered(schema, { b: false }), { a: 'x', b: false })
    assert.equal(await problemsOf(schema, { a: 1 }), '"a" must be a string, got 1')
    assert.equal(await problemsOf(schema, undefined), 'cannot be checked: JSON cannot carry undefined')
    assert.equal(await problemsOf(schema, ['a']), 'must be an object, got an array')
  })

  it('must pass what the form could not say', async () => {
    const schema = v.object({
      code: v.pipe(v.string(), v.regex(/^\d+$/, 'must be digits')),
      n: v.pipe(v.number(), v.gtValue(0)),
    })
    assert.deepEqual(await answered(schema, { code: '12', n: 1 }), { code: '12', n: 1 })
    assert.match(await problemsOf(schema, { code: 'x', n: 0 }), /"code".*must be digits.*"n" must be/)
  })

  it('may be checked by a schema that takes its time', async () => {
    const isFree = async (text: string) => text !== 'taken'
    const schemas = [
      v.objectAsync({ a: v.pipeAsync(v.string(), v.checkAsync(isFree, 'is taken')) }),
      z.object({ a: z.string().refine(isFree, 'is taken') }),
    ]
    for (const schema of schemas) {
      assert.deepEqual(await answered(schema, { a: 'free' }), { a: 'free' })
      assert.match(await problemsOf(schema, { a: 'taken' }), /is taken/)
    }
  })

  const wrong: readonly (readonly [content: unknown, problems: string])[] = [
    [undefined, 'must be an object, got undefined'],
    [null, 'must be an object, got null'],
    [12345, 'must be an object, got 12345'],
    [{}, '"colour" is required'],
    [{ colour: '#00f' }, '"colour" must be one of "#f00", "#0f0", got "#00f"'],
  ]
  for (const [content, problems] of wrong) {
    it(`that is wrong says why: ${JSON.stringify(content)}`, async () => {
      assert.equal(await problemsOf(v.object({ colour: Colour }), content), problems)
    })
  }
})

describe('the forms of the official suite', () => {
  it('2025-11-25 SEP-1034: a default of each kind', () => {
    const schema = v.object({
      name: v.optional(v.string(), 'John Doe'),
      age: v.optional(v.pipe(v.number(), v.integer()), 30),
      score: v.optional(v.number(), 95.5),
      status: v.optional(v.picklist(['active', 'inactive', 'pending']), 'active'),
      verified: v.optional(v.boolean(), true),
    })
    assert.deepEqual(
      requested(schema),
      form({
        name: { type: 'string', default: 'John Doe' },
        age: { type: 'integer', default: 30 },
        score: { type: 'number', default: 95.5 },
        status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', default: true },
      }),
    )
  })

  it('2025-11-25 SEP-1330: the five ways to write choices pass through as they are', () => {
    const properties: JsonObject = {
      untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      titledSingle: { type: 'string', oneOf },
      legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
      untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
      titledMulti: { type: 'array', items: { anyOf: oneOf } },
    }
    assert.deepEqual(requested(raw(properties)), form(properties))
  })
})

const word = fc.constantFrom('x', 'y', 'z')

/** Properties, of which some can be asked for and some cannot. */
const property = fc.record(
  {
    type: fc.constantFrom('string', 'number', 'integer', 'boolean', 'array', 'object', 'null'),
    title: word,
    description: word,
    enum: fc.array(fc.oneof(word, fc.integer()), { minLength: 1, maxLength: 3 }),
    enumNames: fc.array(word, { maxLength: 3 }),
    const: fc.oneof(word, fc.boolean()),
    oneOf: fc.array(fc.record({ const: word, title: word }, { requiredKeys: ['const'] }), {
      minLength: 1,
      maxLength: 3,
    }),
    items: fc.record(
      { enum: fc.array(word, { minLength: 1, maxLength: 3 }), anyOf: fc.constant(oneOf) },
      { requiredKeys: [] },
    ),
    default: fc.oneof(word, fc.integer(), fc.boolean(), fc.array(word)),
    minLength: fc.nat(),
    format: fc.constantFrom('email', 'uuid', 'date'),
    pattern: fc.constant('^x'),
    minimum: fc.integer(),
    exclusiveMaximum: fc.double({ noNaN: true, noDefaultInfinity: true }),
    minItems: fc.nat(),
  },
  { requiredKeys: ['type'] },
)

it('whatever the schema, it is refused when it is defined, or the official client takes what is sent', () => {
  let sent = 0
  fc.assert(
    fc.property(fc.dictionary(word, property), fc.constantFrom(OLD, NEW), (properties, features) => {
      const prepared = (() => {
        try {
          return elicitationSchema(raw(properties as JsonObject), 'ctx.elicit')
        } catch (error) {
          assert.ok(error instanceof DefinitionError, String(error))
          return undefined
        }
      })()
      const form = prepared?.requested(features)
      if (!form?.ok) return
      sent += 1
      const parsed = ElicitRequestFormParamsSchema.parse({ mode: 'form', message: 'm', requestedSchema: form.schema })
      assert.deepEqual(parsed.requestedSchema, form.schema)
    }),
    { numRuns: 2000 },
  )
  assert.ok(sent > 100, `only ${sent} forms could be sent`)
})
