import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer, jsonSchema, type Schema } from '../../../src/index.ts'
import { accept, clientOf, errorTextOf, type Loose, returned } from '../../support/answering.ts'
import type { Version } from '../../support/messages.ts'

const FROM_FORMS = ['2025-06-18', '2025-11-25', '2026-07-28'] as const

/** A server whose tool asks with a schema, and gives the answer back. */
const asking = (schema: Schema) =>
  createServer({ name: 'test', version: '1.0.0' }).tool('ask', (_, ctx) => ctx.elicit('Tell me', schema))

/** What a client is asked, and what the handler has of the answer. */
const ask = async (version: Version, schema: Schema, content: unknown = {}) => {
  const client = await clientOf(asking(schema), version)
  const talk = await client.call('tools/call', { name: 'ask' }, () => accept(content))
  return { talk, params: talk.asked[0]?.params }
}

/** How one property is asked for. */
const property = async (version: Version, schema: Schema, content?: unknown): Promise<Loose> => {
  const { params } = await ask(version, v.object({ it: schema as never }), content)
  return params.requestedSchema.properties.it
}

const titled = v.union([
  v.pipe(v.literal('#f00'), v.title('Red')),
  v.pipe(v.literal('#0f0'), v.title('Green')),
  v.pipe(v.literal('#00f'), v.title('Blue')),
])

const untitled = v.picklist(['Red', 'Green', 'Blue'])

const OPTIONS = [
  { const: '#f00', title: 'Red' },
  { const: '#0f0', title: 'Green' },
  { const: '#00f', title: 'Blue' },
]

describe('2025-06-18 Elicitation, Request Schema; 2025-11-25 and 2026-07-28 Elicitation, Requested Schema', () => {
  it('a question is a message and a flat object', async () => {
    for (const version of FROM_FORMS) {
      const { params, talk } = await ask(version, v.object({ name: v.string(), age: v.optional(v.number()) }), {
        name: 'Ada',
      })
      assert.deepEqual(params, {
        message: 'Tell me',
        requestedSchema: {
          type: 'object',
          properties: { name: { type: 'string' }, age: { type: 'number' } },
          required: ['name'],
        },
      })
      assert.deepEqual(returned(talk), { action: 'accept', content: { name: 'Ada' } })
    }
  })

  it('each primitive, with what a form can say of it', async () => {
    const email = v.pipe(v.string(), v.title('Mail'), v.description('Where to'), v.email(), v.minLength(3))
    const cases: readonly (readonly [Schema, Loose, Loose])[] = [
      [v.string(), { type: 'string' }, 'text'],
      [
        email,
        { type: 'string', title: 'Mail', description: 'Where to', format: 'email', minLength: 3 },
        'ada@example.com',
      ],
      [v.pipe(v.string(), v.isoDate()), { type: 'string', format: 'date' }, '2026-07-28'],
      [v.pipe(v.string(), v.url()), { type: 'string', format: 'uri' }, 'https://example.com'],
      [v.pipe(v.number(), v.minValue(0), v.maxValue(1)), { type: 'number', minimum: 0, maximum: 1 }, 0.5],
      [v.pipe(v.number(), v.integer()), { type: 'integer' }, 7],
      [v.boolean(), { type: 'boolean' }, false],
      [untitled, { type: 'string', enum: ['Red', 'Green', 'Blue'] }, 'Red'],
    ]
    for (const version of FROM_FORMS) {
      for (const [schema, asked, it] of cases) assert.deepEqual(await property(version, schema, { it }), asked)
    }
  })

  it('a choice with titles: enumNames at first, oneOf from 2025-11-25', async () => {
    const enumNames = { type: 'string', enum: ['#f00', '#0f0', '#00f'], enumNames: ['Red', 'Green', 'Blue'] }
    const oneOf = { type: 'string', oneOf: OPTIONS }
    assert.deepEqual(await property('2025-06-18', titled, { it: '#f00' }), enumNames)
    assert.deepEqual(await property('2025-11-25', titled, { it: '#f00' }), oneOf)
    assert.deepEqual(await property('2026-07-28', titled, { it: '#f00' }), oneOf)
  })

  it('several choices: from 2025-11-25', async () => {
    const some = v.pipe(v.array(untitled), v.minLength(1), v.maxLength(2))
    for (const version of ['2025-11-25', '2026-07-28'] as const) {
      assert.deepEqual(await property(version, some, { it: ['Red'] }), {
        type: 'array',
        items: { type: 'string', enum: ['Red', 'Green', 'Blue'] },
        minItems: 1,
        maxItems: 2,
      })
      assert.deepEqual(await property(version, v.array(titled), { it: [] }), {
        type: 'array',
        items: { anyOf: OPTIONS },
      })
    }
    const { talk } = await ask('2025-06-18', v.object({ it: v.array(untitled) }))
    assert.match(errorTextOf(talk), /^ask: Revision 2025-06-18 cannot ask this: "it" is a choice of several texts/)
    assert.deepEqual(talk.asked, [])
  })

  it('defaults: those of booleans always, the others from 2025-11-25', async () => {
    const schema = v.object({
      name: v.optional(v.string(), 'Ada'),
      age: v.optional(v.number(), 36),
      color: v.optional(untitled, 'Green'),
      sure: v.optional(v.boolean(), true),
    })
    const whole = { action: 'accept', content: { name: 'Ada', age: 36, color: 'Green', sure: true } }
    const values = { type: 'string', enum: ['Red', 'Green', 'Blue'] }
    for (const version of FROM_FORMS) {
      const { params, talk } = await ask(version, schema)
      const hasAll = version !== '2025-06-18'
      assert.deepEqual(params.requestedSchema.properties, {
        name: { type: 'string', ...(hasAll && { default: 'Ada' }) },
        age: { type: 'number', ...(hasAll && { default: 36 }) },
        color: { ...values, ...(hasAll && { default: 'Green' }) },
        sure: { type: 'boolean', default: true },
      })
      assert.deepEqual(returned(talk), whole)
    }
  })

  it('any schema that a tool takes: Standard Schemas, and raw JSON Schema', async () => {
    const raw = jsonSchema({ type: 'object', properties: { it: { type: 'string', default: 'x' } } })
    for (const version of FROM_FORMS) {
      const { params, talk } = await ask(version, raw)
      assert.equal(params.requestedSchema.properties.it.type, 'string')
      assert.deepEqual(returned(talk), { action: 'accept', content: { it: 'x' } })
    }
  })
})

describe('elicit: what no form can ask for', () => {
  const refusedAs = async (schema: unknown): Promise<string> => {
    const { talk } = await ask('2025-11-25', schema as Schema)
    assert.deepEqual(talk.asked, [])
    return errorTextOf(talk)
  }

  it('names the property and the fix', async () => {
    assert.match(await refusedAs(v.object({ a: v.object({}) })), /^ask: ctx\.elicit: "a" is an object/)
    assert.match(await refusedAs(v.string()), /^ask: ctx\.elicit: a form is an object with named properties/)
  })

  it('something that is no schema', async () => {
    assert.match(await refusedAs({ a: { type: 'string' } }), /^ask: ctx\.elicit: .*schema/)
    assert.match(await refusedAs(undefined), /^ask: ctx\.elicit: /)
  })
})
