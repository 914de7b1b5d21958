import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { compileSchema, type Schema } from '../../../src/model/schema/index.ts'
import { isFrozen, jsonOf, problemsOf } from './check.ts'

const object = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }

describe('compileSchema', () => {
  it('gives what the schema makes of a value, at once', () => {
    const { validate } = compileSchema(v.pipe(v.string(), v.transform(Number)), 'input', 'tool "t", input')
    assert.deepEqual(validate('5'), { ok: true, value: 5 })
    assert.deepEqual(validate(5), { ok: false, problems: 'must be a string, got 5' })
  })

  it('waits where the schema waits', async () => {
    const schema = v.pipeAsync(
      v.string(),
      v.checkAsync(async (text) => text === 'x', 'no'),
    )
    const { validate } = compileSchema(schema, 'input', 'tool "t", input')
    const checked = validate('x')
    assert.ok(checked instanceof Promise)
    assert.deepEqual(await checked, { ok: true, value: 'x' })
    assert.deepEqual(await validate('y'), { ok: false, problems: 'no, got "y"' })
  })

  it('waits for a promise that is not of the platform', async () => {
    const { '~standard': standard } = v.string()
    const foreign = { then: (resolve: (result: unknown) => void) => resolve({ value: 'late' }) }
    const schema = { ...v.string(), '~standard': { ...standard, validate: () => foreign } } as unknown as Schema
    const checked = compileSchema(schema, 'input', 'tool "t", input').validate('x')
    assert.ok(checked instanceof Promise)
    assert.deepEqual(await checked, { ok: true, value: 'late' })
  })

  it('lets an error of a transformation through', () => {
    const schema = v.pipe(
      v.string(),
      v.transform(() => assert.fail('mine')),
    )
    const { validate } = compileSchema(schema, 'input', 'tool "t", input')
    assert.throws(() => validate('x'), /^AssertionError.*: mine$/)
  })

  it('takes another copy of valibot', async () => {
    const copy: typeof v = await import(`${import.meta.resolve('valibot')}?copy`)
    assert.notEqual(copy.object, v.object)
    const schema = copy.object({ a: v.number(), b: copy.optional(copy.pipe(copy.string(), copy.title('B'))) })
    assert.deepEqual(jsonOf(schema), {
      ...object,
      properties: { a: { type: 'number' }, b: { type: 'string', title: 'B' } },
    })
    assert.equal(await problemsOf(schema, { a: 'x' }), '"a" must be a number, got "x"')
  })

  it('is frozen', () => {
    const compiled = compileSchema(z.object({ a: z.array(z.string()) }), 'input', 'tool "t", input')
    assert.ok(Object.isFrozen(compiled) && isFrozen(compiled.json))
  })
})

describe('compileSchema: zod', () => {
  it('writes both sides, without $schema', () => {
    const schema = z.object({ a: z.string().transform(Number).pipe(z.number()) })
    assert.deepEqual(jsonOf(schema, 'input'), { ...object, properties: { a: { type: 'string' } } })
    assert.deepEqual(jsonOf(schema, 'output'), { ...object, additionalProperties: false })
  })

  it('keeps metadata', () => {
    const schema = z.object({ a: z.string().meta({ title: 'A', description: 'D', 'x-mcp-header': 'Region' }) })
    assert.deepEqual(jsonOf(schema)['properties'], {
      a: { type: 'string', title: 'A', description: 'D', 'x-mcp-header': 'Region' },
    })
  })

  it('reports its own messages', async () => {
    const schema = z.object({ a: z.number(), b: z.string().min(3, 'too short'), c: z.array(z.string()).optional() })
    assert.equal(
      await problemsOf(schema, { a: 'two', b: 'x', c: [5] }),
      [
        '"a": Invalid input: expected number, received string, got "two"',
        '"b": too short, got "x"',
        '"c[0]": Invalid input: expected string, received number, got 5',
      ].join('; '),
    )
    assert.equal(await problemsOf(schema, { a: 1 }), '"b": Invalid input: expected string, received undefined')
    assert.equal(await problemsOf(schema, null), 'Invalid input: expected object, received null, got null')
  })

  it('reports a union in one line', async () => {
    const schema = z.object({ u: z.union([z.string(), z.object({ k: z.literal('x') })]) })
    assert.equal(
      await problemsOf(schema, { u: { k: 3 } }),
      [
        '"u" fits none of its forms: "u": Invalid input: expected string, received object, got an object',
        '"u.k": Invalid input: expected "x", got 3',
      ].join(', or '),
    )
  })
})

describe('compileSchema: ArkType', () => {
  it('writes both sides, without $schema', () => {
    assert.deepEqual(jsonOf(type({ a: 'number' })), object)
    assert.deepEqual(jsonOf(type({ a: 'string.numeric.parse' }), 'output'), object)
  })

  it('reports its own messages, which name the place', async () => {
    const schema = type({ a: 'number', b: { c: 'string[]' } })
    assert.equal(
      await problemsOf(schema, { a: 'two', b: { c: [4] } }),
      ['"a" must be a number (was a string), got "two"', '"b.c[0]" must be a string (was a number), got 4'].join('; '),
    )
    assert.equal(await problemsOf(schema, { b: { c: [] } }), '"a" must be a number (was missing)')
    assert.equal(await problemsOf(schema, 4), 'must be an object (was a number), got 4')
  })
})

describe('compileSchema: any other Standard Schema', () => {
  const standard = { version: 1, vendor: 'other', validate: () => ({ issues: [{ message: 'no' }] }) } as const
  const write = () => ({ type: 'string' })

  it('with Standard JSON Schema works', async () => {
    const other: Schema = { '~standard': { ...standard, jsonSchema: { input: write, output: write } } }
    assert.deepEqual(jsonOf(other), { type: 'string' })
    assert.equal(await problemsOf(other, 5), 'no, got 5')
  })

  it('may name the steps of a path by key, and places that are not there', async () => {
    const validate = () => ({ issues: [{ message: 'no', path: [{ key: 'a' }, 'b', 0] }] })
    const other: Schema = { '~standard': { ...standard, validate, jsonSchema: { input: write, output: write } } }
    assert.equal(await problemsOf(other, { a: null }), '"a.b[0]": no')
  })

  for (const [vendor, fix] of [
    ['zod', 'update zod to 4.2 or later'],
    ['arktype', 'update ArkType to 2.1.28 or later'],
    ['other', 'use valibot, zod ≥ 4.2 or ArkType ≥ 2.1.28'],
  ]) {
    it(`without Standard JSON Schema: ${fix}`, () => {
      const old = { '~standard': { ...standard, vendor } } as Schema
      assert.throws(() => jsonOf(old), {
        name: 'DefinitionError',
        message: `tool "t", input: this schema of ${vendor} has no Standard JSON Schema, so it cannot be sent; ${fix}, or describe it as jsonSchema({ … })`,
      })
    })
  }

  it('that fails to write itself down', () => {
    const fail = () => assert.fail('too hard')
    const other: Schema = { '~standard': { ...standard, jsonSchema: { input: fail, output: fail } } }
    assert.throws(() => jsonOf(other, 'output'), {
      name: 'DefinitionError',
      message:
        'tool "t", output: other cannot write this schema as JSON Schema: too hard; use types that JSON has, or describe it as jsonSchema({ … })',
    })
  })
})
