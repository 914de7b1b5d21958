import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { z } from 'zod'
import type { Direction, Schema } from '../../../src/model/schema/index.ts'
import { jsonOf } from './check.ts'

const DATE_IN = 'write v.pipe(v.string(), v.isoTimestamp(), v.transform((text) => new Date(text)))'
const DATE_OUT = 'write v.pipe(v.date(), v.transform((date) => date.toISOString()), v.string())'

const refused: readonly (readonly [schema: Schema, direction: Direction, message: string])[] = [
  [v.object({ when: v.date() }), 'input', `"when" is a date, which JSON cannot carry; ${DATE_IN}`],
  [v.object({ when: v.date() }), 'output', `"when" is a date, which JSON cannot carry; ${DATE_OUT}`],
  [v.date(), 'input', `it is a date, which JSON cannot carry; ${DATE_IN}`],
  [
    v.object({ days: v.array(v.object({ when: v.optional(v.date()) })) }),
    'input',
    `"days[].when" is a date, which JSON cannot carry; ${DATE_IN}`,
  ],
  [v.tuple([v.string(), v.date()]), 'input', `"[1]" is a date, which JSON cannot carry; ${DATE_IN}`],
  [v.tupleWithRest([v.string()], v.date()), 'input', `"[]" is a date, which JSON cannot carry; ${DATE_IN}`],
  [v.object({ a: v.record(v.string(), v.date()) }), 'input', `"a.*" is a date, which JSON cannot carry; ${DATE_IN}`],
  [v.objectWithRest({}, v.date()), 'input', `"*" is a date, which JSON cannot carry; ${DATE_IN}`],
  [v.lazy(() => v.date()), 'input', `it is a date, which JSON cannot carry; ${DATE_IN}`],
  [v.pipe(v.string(), v.toDate()), 'output', `it is a date, which JSON cannot carry; ${DATE_OUT}`],
  [
    v.pipe(
      v.string(),
      v.transform((text) => new Date(text)),
      v.date(),
    ),
    'output',
    `it is a date, which JSON cannot carry; ${DATE_OUT}`,
  ],
  [v.bigint(), 'input', 'it is a bigint, which JSON cannot carry; write v.pipe(v.string(), v.transform(BigInt))'],
  [
    v.literal(1n),
    'output',
    'it is a bigint, which JSON cannot carry; write v.pipe(v.bigint(), v.transform(String), v.string())',
  ],
  [
    v.picklist([1, 1n]),
    'input',
    'it is a bigint, which JSON cannot carry; write v.pipe(v.string(), v.transform(BigInt))',
  ],
  [
    v.map(v.string(), v.string()),
    'input',
    'it is a Map, which JSON cannot carry; write v.pipe(v.record(v.string(), …), v.transform((record) => new Map(Object.entries(record))))',
  ],
  [
    v.set(v.string()),
    'input',
    'it is a Set, which JSON cannot carry; write v.pipe(v.array(…), v.transform((items) => new Set(items)))',
  ],
  [v.function(), 'input', 'it is a function, which JSON cannot carry; leave it out'],
  [v.instance(URL), 'input', 'it is an instance of a class, which JSON cannot carry; leave it out'],
  [v.object({ a: v.undefined() }), 'input', '"a" is undefined, which JSON cannot carry; leave it out'],
  [v.union([v.undefined(), v.void()]), 'input', 'it is undefined, which JSON cannot carry; leave it out'],
  [
    z.object({ a: z.object({ b: z.array(z.date()) }) }),
    'input',
    '"a.b[]" is a date, which JSON cannot carry; write z.iso.datetime().transform((text) => new Date(text))',
  ],
  [
    z.date(),
    'output',
    'it is a date, which JSON cannot carry; write z.date().transform((date) => date.toISOString()).pipe(z.string())',
  ],
]

describe('types that JSON cannot carry', () => {
  for (const [schema, direction, message] of refused) {
    it(`${direction}: ${message}`, () => {
      assert.throws(() => jsonOf(schema, direction), {
        name: 'DefinitionError',
        message: `tool "t", ${direction}: ${message}, or describe the whole as jsonSchema({ … })`,
      })
    })
  }

  it('a key that comes out undefined is simply not sent', () => {
    assert.deepEqual(jsonOf(v.object({ a: v.undefined() }), 'output'), {
      type: 'object',
      properties: { a: { not: {} } },
    })
  })

  it('a date on the side that does not travel is fine', () => {
    const schema = v.pipe(
      v.date(),
      v.transform((date) => date.toISOString()),
      v.string(),
    )
    assert.deepEqual(jsonOf(schema, 'output'), { type: 'string' })
    assert.deepEqual(
      jsonOf(
        z
          .date()
          .transform((date) => date.toISOString())
          .pipe(z.string()),
        'output',
      ),
      { type: 'string' },
    )
  })

  it('zod: a transformation may give anything, and undefined in a union sends nothing', () => {
    assert.deepEqual(jsonOf(z.string().transform(Number), 'output'), {})
    assert.deepEqual(jsonOf(z.union([z.string(), z.undefined()])), { anyOf: [{ type: 'string' }, {}] })
  })
})

describe('schemas of valibot that cannot be written', () => {
  const advice = 'so it cannot be written as JSON Schema; describe the whole as jsonSchema({ … })'

  it('a type that a later valibot may bring', () => {
    const later = { ...v.string(), type: 'tensor' }
    assert.throws(() => jsonOf(v.object({ a: later as never })), {
      name: 'DefinitionError',
      message: `tool "t", input: "a" is of valibot's type "tensor", which is not known here, ${advice}`,
    })
  })

  it('a lazy schema that depends on its input', () => {
    const schema = v.lazy((input) => ((input as { kind: string }).kind === 'a' ? v.string() : v.number()))
    assert.throws(() => jsonOf(schema), {
      name: 'DefinitionError',
      message: `tool "t", input: it is of v.lazy, which needs an input to give its schema (Cannot read properties of undefined (reading 'kind')), ${advice}`,
    })
  })

  it('what JSON refuses', () => {
    assert.throws(() => jsonOf(v.pipe(v.string(), v.metadata({ 'x-big': 1n }))), {
      name: 'DefinitionError',
      message: 'tool "t", input: the schema cannot be written as JSON: Do not know how to serialize a BigInt',
    })
  })
})
