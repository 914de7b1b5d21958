import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeeperThan, isObject, MAX_DEPTH, parseJson } from '../../src/wire/json.ts'

const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth)

test('an object is no array, and not null', () => {
  assert.equal(isObject({}), true)
  assert.equal(isObject(Object.create(null)), true)
  for (const value of [null, undefined, [], 'a', 1, true, () => 1]) assert.equal(isObject(value), false)
})

test('depth counts objects and arrays alike', () => {
  assert.equal(isDeeperThan(1, 0), false)
  assert.equal(isDeeperThan(null, 0), false)
  assert.equal(isDeeperThan([], 0), true)
  assert.equal(isDeeperThan([[1]], 2), false)
  assert.equal(isDeeperThan([[1]], 1), true)
  assert.equal(isDeeperThan({ a: 1, b: { c: [] } }, 3), false)
  assert.equal(isDeeperThan({ a: 1, b: { c: [] } }, 2), true)
})

test('PY-85: a text may nest 128 levels, and no more', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const deepest = nested(MAX_DEPTH - 1, open, close).replace(close, `1${close}`)
    assert.equal(parseJson(open === '[' ? nested(MAX_DEPTH, '[', ']') : deepest).ok, true)
    const deeper = open === '[' ? nested(MAX_DEPTH + 1, '[', ']') : `{"a":{"a":${deepest}}}`
    assert.deepEqual(parseJson(deeper), { ok: false, reason: 'it nests deeper than 128 levels' })
  }
})

test('a text that nests a million levels is refused, without a stack overflow', () => {
  const { ok } = parseJson(nested(1_000_000, '[', ']'))
  assert.equal(ok, false)
})

test('a long text that is not deep is fine', () => {
  const text = JSON.stringify(Array.from({ length: 1000 }, (_, index) => ({ index })))
  assert.equal(parseJson(text).ok, true)
})

test('JSON text that is none is refused with a reason', () => {
  for (const text of ['', '{', '{"a":1,}', 'nul', '01', '\ufeff{}', '{}{}', "{'a':1}", 'undefined']) {
    const parsed = parseJson(text)
    assert.ok(!parsed.ok && parsed.reason.length > 0, text)
  }
})

test('`__proto__` in a text is a member like any other', () => {
  const parsed = parseJson('{"__proto__":{"polluted":true}}')
  assert.ok(parsed.ok && isObject(parsed.value))
  assert.equal(Object.hasOwn(parsed.value, '__proto__'), true)
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

test('PY-85: an oversized integer literal is a number, not a failure', () => {
  assert.deepEqual(parseJson('9'.repeat(400)), { ok: true, value: Number.POSITIVE_INFINITY })
})
