import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Validator } from '@cfworker/json-schema'
import * as v from 'valibot'
import { createServer, jsonSchema, result, type Schema, text } from '../../src/index.ts'
import { resultOf, VERSIONS } from '../support/messages.ts'
import { callTool, quiet, toolError, untyped } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

const withOutput = (output: Schema, value: unknown) => create().tool('t', { output }, () => untyped(value))

const words = (...texts: string[]) => texts.map((one) => ({ type: 'text', text: one }))

const count = v.object({ count: v.number() })

describe('output: 2026-07-28 §Structured Content: servers provide results that conform to the schema', () => {
  it('the parsed value is sent, as structured content and as text', async () => {
    const { content, structuredContent } = await callTool(withOutput(count, { count: 1, secret: 'x' }), 't')
    assert.deepEqual(structuredContent, { count: 1 })
    assert.deepEqual(content, words('{"count":1}'))
  })

  it('the handler returns what the schema takes, the client gets what it gives', async () => {
    const output = v.object({
      at: v.pipe(
        v.date(),
        v.transform((date) => date.toISOString()),
        v.string(),
      ),
    })
    const server = create().tool('t', { output }, () => ({ at: new Date(0) }))
    const { structuredContent } = await callTool(server, 't')
    assert.deepEqual(structuredContent, { at: '1970-01-01T00:00:00.000Z' })
    const { tools } = await resultOf(server, '2026-07-28', 'tools/list')
    assert.deepEqual(tools[0].outputSchema.properties, { at: { type: 'string' } })
  })

  const refused: readonly (readonly [string, unknown, string])[] = [
    ['another value', { count: 'one' }, '"count" must be a number, got "one"'],
    ['nothing', undefined, 'must be an object, got undefined'],
    ['null', null, 'must be an object, got null'],
    ['a string', 'one', 'must be an object, got "one"'],
    ['a block', text('one'), '"count" is required'],
    ['{ content: […] } without the brand', { content: [] }, '"count" is required'],
  ]
  for (const [name, value, problem] of refused) {
    it(`${name} instead is a mistake of the server`, async () => {
      const message = `t: what it returned does not fit its output schema: ${problem}`
      for (const version of VERSIONS) assert.equal(await toolError(withOutput(count, value), 't', {}, version), message)
    })
  }

  it('PY-141: an optional member may be left out, and what comes then fits the schema that is listed', async () => {
    const output = v.object({
      count: v.number(),
      note: v.optional(v.string()),
      tags: v.optional(v.array(v.string()), []),
    })
    for (const value of [{ count: 1 }, { count: 1, note: undefined }, { count: 1, note: 'n', tags: ['t'] }]) {
      for (const version of VERSIONS) {
        const server = withOutput(output, value)
        const { structuredContent, content } = await callTool(server, 't', {}, version)
        const expected = { tags: [], ...JSON.parse(JSON.stringify(value)) }
        assert.deepEqual(JSON.parse(content[0].text), expected)
        if (structuredContent === undefined) continue
        assert.deepEqual(structuredContent, expected)
        const { tools } = await resultOf(quiet(server), version, 'tools/list')
        const { valid, errors } = new Validator(tools[0].outputSchema, '2020-12').validate(structuredContent)
        assert.ok(valid, JSON.stringify(errors))
      }
    }
  })

  it('a schema may be of any JSON type', async () => {
    const rows: readonly (readonly [Schema, unknown])[] = [
      [v.string(), 'text'],
      [v.number(), 0],
      [v.boolean(), false],
      [v.null(), null],
      [v.array(v.string()), ['a']],
      [v.tuple([v.string(), v.number()]), ['a', 1]],
      [v.picklist(['a', 'b']), 'b'],
      [jsonSchema({ type: ['string', 'null'] }), null],
    ]
    for (const [schema, value] of rows) {
      const server = withOutput(schema, value)
      const json = JSON.stringify(value)
      const { structuredContent, content } = await callTool(server, 't')
      assert.deepEqual([structuredContent, content], [value, words(json)])
      const before = await callTool(server, 't', {}, '2025-11-25')
      assert.deepEqual([before.structuredContent, before.content], [{ result: value }, words(json)])
      const { tools } = await resultOf(server, '2025-11-25', 'tools/list')
      assert.deepEqual(
        [tools[0].outputSchema.type, Object.keys(tools[0].outputSchema.properties)],
        ['object', ['result']],
      )
      assert.deepEqual((await callTool(server, 't', {}, '2024-11-05')).content, words(json))
      assert.equal((await resultOf(server, '2024-11-05', 'tools/list')).tools[0].outputSchema, undefined)
    }
  })

  it('where values may be objects or not, all are wrapped alike before 2026-07-28', async () => {
    const output = v.union([count, v.string()])
    for (const value of [{ count: 1 }, 'none', result({ structuredContent: { count: 1 } })]) {
      const { structuredContent, _meta } = await callTool(withOutput(output, value), 't', {}, '2025-11-25')
      assert.deepEqual(structuredContent, { result: value === 'none' ? 'none' : { count: 1 } })
      assert.equal(_meta['fluent-mcp/wrapped'], true)
    }
    const { structuredContent } = await callTool(withOutput(output, { count: 1 }), 't')
    assert.deepEqual(structuredContent, { count: 1 })
  })
})

describe('output: result(…)', () => {
  it('has its structured content checked and parsed; content of its own stays', async () => {
    const made = result({ content: 'One.', structuredContent: { count: 1, secret: 'x' }, meta: { own: 1 } })
    const { content, structuredContent, _meta } = await callTool(withOutput(count, made), 't')
    assert.deepEqual([content, structuredContent, _meta.own], [words('One.'), { count: 1 }, 1])
  })

  it('content that was made from the value is made from the parsed one', async () => {
    const made = result({ structuredContent: { count: 1, secret: 'x' } })
    assert.deepEqual((await callTool(withOutput(count, made), 't')).content, words('{"count":1}'))
  })

  it('must have structured content that fits', async () => {
    const misfit = result({ structuredContent: { count: 'one' } })
    assert.equal(
      await toolError(withOutput(count, misfit), 't'),
      't: what it returned does not fit its output schema: "count" must be a number, got "one"',
    )
    assert.equal(
      await toolError(withOutput(count, result({ content: 'One.' })), 't'),
      't: it has an output schema, so that its result(…) needs structuredContent',
    )
  })

  it('with isError needs to fit nothing', async () => {
    const bare = result({ content: 'Nothing was free.', isError: true })
    assert.equal(await toolError(withOutput(count, bare), 't'), 'Nothing was free.')
    const odd = result({ structuredContent: { other: 1 }, isError: true })
    const { structuredContent, isError } = await callTool(withOutput(count, odd), 't')
    assert.deepEqual([structuredContent, isError], [{ other: 1 }, true])
  })
})

describe('output: listed', () => {
  it('2025-06-18 §Output Schema: its root is an object; a schema of objects stays as it is', async () => {
    for (const version of ['2025-06-18', '2025-11-25', '2026-07-28'] as const) {
      const { tools } = await resultOf(withOutput(count, {}), version, 'tools/list')
      assert.deepEqual([tools[0].outputSchema.type, tools[0].outputSchema.required], ['object', ['count']])
    }
  })

  it('a tool without one has none', async () => {
    const server = quiet(create().tool('t', () => 1))
    for (const version of VERSIONS) {
      assert.equal('outputSchema' in (await resultOf(server, version, 'tools/list')).tools[0], false)
    }
  })

  it('types that JSON cannot carry are refused when the tool is defined', () => {
    assert.throws(() => withOutput(v.object({ at: v.date() }), {}), {
      name: 'DefinitionError',
      message: /^tool "t", output: "at" is a date, which JSON cannot carry; write /,
    })
  })
})
