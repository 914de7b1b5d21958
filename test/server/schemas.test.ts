import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { createServer, jsonSchema, type Schema } from '../../src/index.ts'
import { resultOf, VERSIONS } from '../support/messages.ts'
import { callTool, errorOf, quiet, toolError } from './asking.ts'

const base = createServer({ name: 'test', version: '1.0.0' })

const document = {
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
} as const

/** The same schema in the words of every library. */
const objects: readonly (readonly [string, Schema<unknown, { a: number; b: number }>])[] = [
  ['valibot', v.object({ a: v.number(), b: v.number() })],
  ['zod', z.object({ a: z.number(), b: z.number() })],
  ['arktype', type({ a: 'number', b: 'number' })],
  ['jsonSchema()', jsonSchema<{ a: number; b: number }>(document) as Schema<unknown, { a: number; b: number }>],
]

describe('schemas of every library', () => {
  for (const [library, schema] of objects) {
    const server = base
      .tool('add', schema, ({ a, b }) => a + b)
      .tool('pair', { output: schema }, () => ({ a: 1, b: 2, extra: 3 }))
      .tool('wrong', { output: schema }, () => ({ a: 1, b: 'two' }))

    it(`${library}: 2026-07-28 §Tool: the input is listed as an object`, async () => {
      for (const version of VERSIONS) {
        const { tools } = await resultOf(server, version, 'tools/list')
        const { type, properties, required } = tools[0].inputSchema
        assert.equal(type, 'object')
        assert.deepEqual(properties, document.properties)
        assert.deepEqual(required, document.required)
      }
    })

    it(`${library}: arguments are checked, on the first call and later`, async () => {
      for (const version of VERSIONS) {
        assert.equal((await callTool(server, 'add', { a: 1, b: 2 }, version)).content[0].text, '3')
        assert.match(await toolError(server, 'add', { a: 1, b: 'two' }, version), /^add: "b".*(number|"two")/)
        assert.match(await toolError(server, 'add', { a: 1 }, version), /^add: .*b/)
      }
    })

    it(`${library}: 2025-06-18 §Output Schema: what is returned is checked, and listed`, async () => {
      const { tools } = await resultOf(server, '2025-06-18', 'tools/list')
      assert.deepEqual(tools[1].outputSchema.properties, document.properties)
      const { structuredContent, isError } = await callTool(server, 'pair')
      assert.equal(isError, undefined)
      assert.deepEqual([structuredContent.a, structuredContent.b], [1, 2])
      assert.match(
        await toolError(server, 'wrong'),
        /^wrong: what it returned does not fit its output schema: "b".*(number|"two")/,
      )
    })
  }

  it('valibot drops what the schema does not know, and sends what it parsed', async () => {
    const output = v.object({ n: v.pipe(v.string(), v.transform(Number), v.number()) })
    const server = base.tool('t', { output }, () => ({ n: '3', secret: 'x' }))
    const { structuredContent, content } = await callTool(server, 't')
    assert.deepEqual(structuredContent, { n: 3 })
    assert.deepEqual(content, [{ type: 'text', text: '{"n":3}' }])
  })

  it('hands the handler what the schema made of the arguments', async () => {
    const inputs: readonly (readonly [Schema<unknown, { n: unknown }>, unknown])[] = [
      [v.object({ n: v.optional(v.number(), 5) }), 5],
      [z.object({ n: z.number().default(5) }), 5],
      [type({ n: 'number = 5' }) as never, 5],
      [v.object({ n: v.optional(v.pipe(v.string(), v.transform(Number)), '7') }), 7],
    ]
    for (const [input, expected] of inputs) {
      const server = base.tool('t', input, ({ n }) => JSON.stringify(n))
      assert.equal((await callTool(server, 't')).content[0].text, JSON.stringify(expected))
    }
  })

  it('waits for schemas that answer late', async () => {
    const late = v.objectAsync({
      n: v.pipeAsync(
        v.number(),
        v.checkAsync(async (n) => n > 1, 'must be above 1'),
      ),
    })
    const server = base
      .tool('in', late, ({ n }) => n)
      .tool('out', { output: late }, () => ({ n: 1 }))
      .prompt(
        'p',
        v.objectAsync({
          n: v.pipeAsync(
            v.string(),
            v.checkAsync(async (n) => n !== 'x', 'is x'),
          ),
        }),
        () => 'p',
      )
      .method('x/y', { params: late, result: late }, ({ n }) => ({ n: n - 1 }))
    assert.equal((await callTool(server, 'in', { n: 2 })).structuredContent, 2)
    assert.match(await toolError(server, 'in', { n: 1 }), /above 1/)
    assert.match(await toolError(server, 'out'), /above 1/)
    assert.match((await errorOf(server, 'prompts/get', { name: 'p', arguments: { n: 'x' } })).message, /is x/)
    assert.deepEqual(await resultOf(server, '2025-11-25', 'x/y', { n: 3 }), { n: 2 })
    assert.equal((await errorOf(server, 'x/y', { n: 1 })).code, -32602)
    assert.equal((await errorOf(quiet(server), 'x/y', { n: 2 })).code, -32603)
  })

  it('two copies of valibot, or anything else that follows the standard, fit by structure', async () => {
    const foreign: Schema<unknown, { n: number }> = {
      '~standard': {
        version: 1,
        vendor: 'somebody',
        validate: (value) =>
          typeof (value as { n?: unknown }).n === 'number'
            ? { value: value as { n: number } }
            : { issues: [{ message: 'n must be a number', path: ['n'] }] },
        jsonSchema: {
          input: () => ({ type: 'object', properties: { n: { type: 'number' } } }),
          output: () => ({ type: 'object', properties: { n: { type: 'number' } } }),
        },
      },
    }
    const server = base.tool('t', { input: foreign, output: foreign }, ({ n }) => ({ n }))
    assert.deepEqual((await callTool(server, 't', { n: 1 })).structuredContent, { n: 1 })
    assert.match(await toolError(server, 't', { n: 'x' }), /^t: "n".*must be a number/)
  })

  it('TSBUG-15: one schema may serve many entries, and is left as it was', async () => {
    const shared = Object.freeze(v.object({ style: v.picklist(['a', 'b']) }))
    const server = base
      .tool('one', { input: shared, output: shared }, (args) => args)
      .tool('two', shared, ({ style }) => style)
      .prompt('one', shared, ({ style }) => style)
      .prompt('two', { input: shared, complete: { style: () => ['own'] } }, ({ style }) => style)
    assert.deepEqual((await callTool(server, 'one', { style: 'a' })).structuredContent, { style: 'a' })
    assert.equal((await callTool(server, 'two', { style: 'b' })).content[0].text, 'b')
    const values = async (name: string) =>
      (
        await resultOf(server, '2026-07-28', 'completion/complete', {
          ref: { type: 'ref/prompt', name },
          argument: { name: 'style', value: '' },
        })
      ).completion.values
    assert.deepEqual([await values('one'), await values('two')], [['a', 'b'], ['own']])
  })

  it('a schema without JSON Schema says what to use', () => {
    const bare = { '~standard': { version: 1 as const, vendor: 'somebody', validate: () => ({ value: {} }) } }
    assert.throws(() => base.tool('t', bare, () => 1), { name: 'DefinitionError', message: /^tool "t", input: / })
  })

  it('a transformation that throws is a failure of the tool, not of the server', async () => {
    const input = v.object({
      n: v.pipe(
        v.number(),
        v.transform(() => {
          throw new Error('boom')
        }),
      ),
    })
    assert.equal(
      await toolError(
        base.tool('t', input, () => 1),
        't',
        { n: 1 },
      ),
      't: boom',
    )
  })
})

describe('prompts with schemas of every library', () => {
  const names: readonly (readonly [string, Schema<unknown, { name: string }>])[] = [
    ['valibot', v.object({ name: v.string() })],
    ['zod', z.object({ name: z.string() })],
    ['arktype', type({ name: 'string' })],
    [
      'jsonSchema()',
      jsonSchema({ type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }) as never,
    ],
  ]
  for (const [library, schema] of names) {
    it(library, async () => {
      const server = base.prompt('greet', schema, ({ name }) => `Hello, ${name}!`)
      const { prompts } = await resultOf(server, '2025-11-25', 'prompts/list')
      assert.deepEqual(prompts[0].arguments, [{ name: 'name', required: true }])
      const { messages } = await resultOf(server, '2025-11-25', 'prompts/get', {
        name: 'greet',
        arguments: { name: 'Ada' },
      })
      assert.equal(messages[0].content.text, 'Hello, Ada!')
      const { code, message } = await errorOf(server, 'prompts/get', { name: 'greet' })
      assert.equal(code, -32602)
      assert.match(message, /name/)
    })
  }
})
