import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import * as v from 'valibot'
import { place, report, show } from '../../../src/model/schema/problems.ts'
import { problemsOf } from './check.ts'

describe('show', () => {
  const values: readonly (readonly [value: unknown, text: string])[] = [
    ['two', '"two"'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    [5, '5'],
    [-0.5, '-0.5'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [10n, '10n'],
    [[1], 'an array'],
    [{ a: 1 }, 'an object'],
    [new Date(0), 'a date'],
    [() => 1, 'a function'],
    [Symbol('x'), 'a symbol'],
  ]
  for (const [value, text] of values) it(text, () => assert.equal(show(value), text))

  it('never shows more than 80 characters', () => {
    assert.equal(show('x'.repeat(1_000_000)), `"${'x'.repeat(78)}…`)
    assert.equal(show(10n ** 1000n).length, 80)
    fc.assert(fc.property(fc.anything(), (value) => show(value).length <= 80))
  })
})

describe('report', () => {
  it('names a place as code would', () => {
    assert.equal(place(['items', 0, 'name']), '"items[0].name"')
    assert.equal(place([0, 1]), '"[0][1]"')
    assert.equal(place([Symbol.iterator, 'a']), '"Symbol(Symbol.iterator).a"')
    assert.equal(place(['x'.repeat(1_000_000)]).length, 80)
  })

  it('says the same thing once', () => {
    const problem = { path: ['a'], text: 'is required' }
    assert.equal(
      report([1, 2], () => problem),
      '"a" is required',
    )
  })

  it('names eight problems and counts the others', async () => {
    const entries = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, v.string()]))
    const names = Array.from({ length: 8 }, (_, index) => `"k${index}" is required`)
    assert.equal(await problemsOf(v.object(entries), {}), `${names.join('; ')}; and 3 more`)
  })

  it('names twenty choices and counts the others', async () => {
    const choices = Array.from({ length: 25 }, (_, index) => index)
    const named = choices.slice(0, 20).join(', ')
    assert.equal(await problemsOf(v.picklist(choices), 'x'), `must be one of ${named} and 5 more, got "x"`)
  })

  it('stays short and in one line, whatever the value', async () => {
    const schema = v.strictObject({ a: v.union([v.string(), v.strictObject({ b: v.number() })]) })
    const values = fc.dictionary(fc.string(), fc.jsonValue())
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const problems = await problemsOf(schema, { ...value, '\n': 1 })
        assert.ok(problems.length < 1_000 && !problems.includes('\n'), problems)
      }),
    )
  })
})
