import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import type { Schema } from '../../../src/model/schema/index.ts'
import { problemsOf } from './check.ts'

const style = v.picklist(['friendly', 'formal'])
const shapes = v.variant('kind', [
  v.object({ kind: v.literal('circle'), radius: v.number() }),
  v.object({ kind: v.literal('square'), side: v.number() }),
])

const told: readonly (readonly [schema: Schema, value: unknown, problems: string])[] = [
  [v.object({ a: v.number(), b: v.number() }), { a: 1, b: 'two' }, '"b" must be a number, got "two"'],
  [
    v.object({ a: v.number(), b: v.string() }),
    { a: '1', b: 2 },
    '"a" must be a number, got "1"; "b" must be a string, got 2',
  ],
  [v.object({ a: v.number(), b: v.number() }), { a: 1 }, '"b" is required'],
  [v.object({ a: v.number() }), { a: undefined }, '"a" is required'],
  [v.object({}), 5, 'must be an object, got 5'],
  [v.object({}), undefined, 'must be an object, got undefined'],
  [v.array(v.string()), {}, 'must be an array, got an object'],
  [v.number(), Number.NaN, 'must be a number, got NaN'],
  [v.boolean(), null, 'must be a boolean, got null'],
  [
    v.object({ items: v.array(v.object({ name: v.string() })) }),
    { items: [{ name: 1 }] },
    '"items[0].name" must be a string, got 1',
  ],
  [v.strictObject({ a: v.number(), b: v.number() }), { a: 1, b: 2, c: 3 }, '"c" is not known; known are "a", "b"'],
  [
    v.object({ list: v.array(v.strictObject({ a: v.number() })) }),
    { list: [{ a: 1, c: 3 }] },
    '"list[0].c" is not known; known are "a"',
  ],
  [
    v.object({ pair: v.tuple([v.strictObject({ a: v.number() })]) }),
    { pair: [{ a: 1, c: 3 }] },
    '"pair[0].c" is not known; known are "a"',
  ],
  [v.record(v.string(), v.strictObject({ a: v.number() })), { x: { a: 1, c: 3 } }, '"x.c" is not known; known are "a"'],
  [v.lazy(() => v.strictObject({ a: v.number() })), { a: 1, c: 3 }, '"c" is not known; known are "a"'],
  [v.strictObject({}), { c: 3 }, '"c" is not known'],
  [v.object({ a: v.intersect([v.strictObject({ b: v.number() })]) }), { a: { b: 1, c: 2 } }, '"a.c" is not known'],
  [v.intersect([v.object({ a: v.strictObject({ b: v.number() }) })]), { a: { b: 1, c: 2 } }, '"a.c" is not known'],
  [v.object({ style }), { style: 'rude' }, '"style" must be one of "friendly", "formal", got "rude"'],
  [v.object({ a: v.literal('x') }), { a: 'y' }, '"a" must be "x", got "y"'],
  [v.literal(3), 4, 'must be 3, got 4'],
  [v.nullable(v.string()), 4, 'must be a string, got 4'],
  [v.object({ b: v.pipe(v.number(), v.minValue(5)) }), { b: 3 }, '"b" must be at least 5, got 3'],
  [v.pipe(v.number(), v.maxValue(5)), 8, 'must be at most 5, got 8'],
  [v.pipe(v.number(), v.gtValue(5)), 5, 'must be more than 5, got 5'],
  [v.pipe(v.number(), v.ltValue(5)), 5, 'must be less than 5, got 5'],
  [v.pipe(v.number(), v.notValue(5)), 5, 'must not be 5, got 5'],
  [v.pipe(v.number(), v.values([1, 2])), 5, 'must be one of 1, 2, got 5'],
  [v.pipe(v.number(), v.notValues([1, 5])), 5, 'must not be 1 or 5, got 5'],
  [v.pipe(v.number(), v.integer()), 2.5, 'must be an integer, got 2.5'],
  [v.pipe(v.number(), v.multipleOf(2)), 3, 'must be a multiple of 2, got 3'],
  [v.pipe(v.string(), v.minLength(9)), 'abc', 'must have at least 9 characters, has 3'],
  [v.pipe(v.array(v.number()), v.maxLength(1)), [1, 2], 'must have at most 1 items, has 2'],
  [v.pipe(v.string(), v.length(2)), 'abc', 'must have exactly 2 characters, has 3'],
  [v.pipe(v.string(), v.notLength(3)), 'abc', 'must have other than 3 characters, has 3'],
  [v.pipe(v.string(), v.maxBytes(2)), 'abc', 'must have at most 2 bytes, has 3'],
  [v.pipe(v.record(v.string(), v.number()), v.minEntries(1)), {}, 'must have at least 1 properties, has 0'],
  [v.pipe(v.string(), v.nonEmpty()), '', 'must not be empty, got ""'],
  [v.pipe(v.string(), v.startsWith('a')), 'b', 'must start with "a", got "b"'],
  [v.pipe(v.string(), v.regex(/^\d"$/)), 'b', 'must match /^\\d"$/, got "b"'],
  [v.pipe(v.string(), v.email()), 'x', 'must be a valid email, got "x"'],
  [v.pipe(v.string(), v.isoTimestamp()), 'x', 'must be a valid timestamp, got "x"'],
  [
    v.pipe(
      v.string(),
      v.check(() => false),
    ),
    'x',
    'is not valid, got "x"',
  ],
  [
    v.pipe(
      v.array(v.number()),
      v.everyItem(() => false),
    ),
    [1],
    'is not valid, got an array',
  ],
  [v.custom(() => false), 'x', 'is not valid'],
  [v.object({ a: v.optional(v.never()) }), { a: 1 }, '"a" must be left out, got 1'],
  [v.strictTuple([v.string()]), ['a', 'b'], '"[1]" must be left out, got "b"'],
  [v.nonNullable(v.nullable(v.string())), null, 'must not be null'],
  [v.nonOptional(v.optional(v.string())), undefined, 'must not be undefined'],
  [v.object({ a: v.nonOptional(v.optional(v.string())) }), {}, '"a" is required'],
  [v.object({ u: v.union([v.string(), v.number()]) }), { u: true }, '"u" must be a string or a number, got true'],
  [
    v.union([v.string(), v.picklist(['a', 'b']), v.literal(3), v.string()]),
    true,
    'must be a string, "a", "b" or 3, got true',
  ],
  [v.union([v.literal('a'), v.literal('b')]), 'c', 'must be one of "a", "b", got "c"'],
  [
    v.object({ u: v.union([v.string(), v.object({ k: v.literal('z') })]) }),
    { u: { k: 1 } },
    '"u" fits none of its forms: "u.k" must be "z", got 1',
  ],
  [
    v.union([v.pipe(v.string(), v.minLength(3)), v.object({ a: v.number() })]),
    'x',
    'must have at least 3 characters, has 1',
  ],
  [
    v.union(['a', 'b', 'c', 'd'].map((key) => v.object({ [key]: v.number() }))),
    {},
    'fits none of its forms: "a" is required, or "b" is required, or "c" is required, …',
  ],
  [
    v.object({ shape: shapes }),
    { shape: { kind: 'line' } },
    '"shape.kind" must be one of "circle", "square", got "line"',
  ],
  [v.object({ shape: shapes }), { shape: {} }, '"shape.kind" is required'],
  [v.object({ shape: shapes }), { shape: { kind: 'circle' } }, '"shape.radius" is required'],
  [v.intersect([v.object({ a: v.string() }), v.object({ b: v.string() })]), 3, 'must be an object, got 3'],
  [v.pipe(v.string(), v.toNumber()), 'x', 'must be a valid number'],
]

describe('what is wrong with a value, by valibot', () => {
  for (const [schema, value, problems] of told) {
    it(problems, async () => {
      assert.equal(await problemsOf(schema, value), problems)
    })
  }

  it('a message of the user’s own stays', async () => {
    const schema = v.object(
      {
        b: v.pipe(v.number('digits, please'), v.minValue(5, 'more')),
        c: v.pipe(
          v.string(),
          v.check(
            (text) => text === '',
            (issue) => `no ${issue.input}`,
          ),
        ),
      },
      'fill in the form',
    )
    assert.equal(await problemsOf(schema, { b: 3, c: 'x' }), '"b": more, got 3; "c": no x, got "x"')
    assert.equal(await problemsOf(schema, { b: '3', c: '' }), '"b": digits, please, got "3"')
    assert.equal(await problemsOf(schema, { b: 5 }), '"c": fill in the form')
    assert.equal(await problemsOf(schema, 5), 'fill in the form, got 5')
  })
})
