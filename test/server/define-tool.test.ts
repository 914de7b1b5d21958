import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { createServer, jsonSchema } from '../../src/index.ts'
import { resultOf } from '../support/messages.ts'
import { callTool, toolError, untyped } from './asking.ts'

const base = createServer({ name: 'test', version: '1.0.0' })
const sum = v.object({ a: v.number(), b: v.number() })

const listed = async (server: Parameters<typeof resultOf>[0]) =>
  (await resultOf(server, '2026-07-28', 'tools/list')).tools[0]

describe('tool: the three forms', () => {
  it('(name, fn)', async () => {
    const server = base.tool('now', (args) => Object.keys(args).length)
    assert.deepEqual(await listed(server), { name: 'now', inputSchema: { type: 'object', properties: {} } })
    assert.equal((await callTool(server, 'now', { unasked: 1 })).structuredContent, 0)
  })

  it('(name, schema, fn)', async () => {
    const server = base.tool('add', sum, ({ a, b }) => a + b)
    const { inputSchema } = await listed(server)
    assert.deepEqual(inputSchema.required, ['a', 'b'])
    assert.equal((await callTool(server, 'add', { a: 1, b: 2 })).structuredContent, 3)
  })

  it('(name, options, fn), with all options', async () => {
    const icons = [{ src: 'data:image/png;base64,AQ==' }]
    const server = base.tool(
      'add',
      {
        title: 'Addition',
        description: 'Adds',
        input: sum,
        output: v.object({ sum: v.number() }),
        annotations: { readOnlyHint: true },
        icons,
        meta: { 'example.com/a': 1 },
        timeoutMs: 1000,
        enabled: () => true,
      },
      ({ a, b }) => ({ sum: a + b }),
    )
    const { inputSchema, outputSchema, ...rest } = await listed(server)
    assert.deepEqual(rest, {
      name: 'add',
      title: 'Addition',
      description: 'Adds',
      annotations: { readOnlyHint: true },
      icons,
      _meta: { 'example.com/a': 1 },
    })
    assert.equal(inputSchema.type, 'object')
    assert.deepEqual(outputSchema.required, ['sum'])
  })

  it('(name, {}, fn), and options that are undefined', async () => {
    const nothing = { title: undefined, input: undefined, enabled: undefined, timeoutMs: undefined }
    const server = base.tool('a', untyped(nothing), () => 'a')
    assert.deepEqual(await listed(server), { name: 'a', inputSchema: { type: 'object', properties: {} } })
  })
})

describe('tool: names', () => {
  it('2026-07-28 §Tool Names: the examples of the specification, and the longest', async () => {
    for (const name of ['getUser', 'DATA_EXPORT_v2', 'admin.tools.list', 'a-b', '0', 'x'.repeat(128)]) {
      assert.equal(
        (
          await callTool(
            base.tool(name, () => 'ok'),
            name,
          )
        ).content[0].text,
        'ok',
      )
    }
  })

  const refused: readonly (readonly [unknown, string])[] = [
    ['', '""'],
    ['with space', '"with space"'],
    ['a,b', '"a,b"'],
    ['schön', '"schön"'],
    ['a\n', '"a\\n"'],
    ['a/b', '"a/b"'],
    ['x'.repeat(129), `"${'x'.repeat(78)}…`],
    [5, '5'],
    [5n, '5n'],
    [undefined, 'undefined'],
    [Symbol('a'), 'a symbol'],
  ]
  for (const [name, shown] of refused) {
    it(`refuses ${shown}`, () => {
      assert.throws(() => base.tool(untyped(name), () => 'a'), {
        name: 'DefinitionError',
        message: `tool ${shown}: a name of a tool has 1 to 128 of the characters A-Z a-z 0-9 _ - and .`,
      })
    })
  }

  it('2026-07-28 §Tool Names: are case-sensitive', async () => {
    const server = base.tool('get', () => 'lower').tool('GET', () => 'upper')
    assert.equal((await callTool(server, 'get')).content[0].text, 'lower')
    assert.equal((await callTool(server, 'GET')).content[0].text, 'upper')
  })
})

describe('tool: mistakes', () => {
  const handler = () => 'a'
  const options = 'The options are title, description, icons, meta, enabled, input, output, annotations, timeoutMs'
  const mistakes: readonly (readonly [readonly unknown[], string])[] = [
    [[], 'tool "t": the last argument must be the handler, a function (args, ctx) => …'],
    [[sum], 'tool "t": the last argument must be the handler, a function (args, ctx) => …'],
    [[handler, sum], 'tool "t": the last argument must be the handler, a function (args, ctx) => …'],
    [
      [{ descripton: 'x' }, handler],
      `tool "t": there is no option "descripton". Did you mean "description"? ${options}`,
    ],
    [[{ scopes: ['a'] }, handler], `tool "t": there is no option "scopes". ${options}`],
    [[{ title: 5 }, handler], 'tool "t": title must be a string, got 5'],
    [[{ description: ['a'] }, handler], 'tool "t": description must be a string, got an array'],
    [[{ annotations: 'readOnly' }, handler], 'tool "t": annotations must be an object, got "readOnly"'],
    [[{ meta: 5 }, handler], 'tool "t": meta must be an object, got 5'],
    [[{ enabled: true }, handler], 'tool "t": enabled must be a function ({ auth }) => boolean, got true'],
    [[{ icons: {} }, handler], `tool "t": icons must be an array such as [{ src: 'https://…' }], got an object`],
    ...([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5'] as const).map((timeoutMs) => {
      const shown = typeof timeoutMs === 'string' ? '"5"' : timeoutMs
      const message = `tool "t": timeoutMs must be a whole number of milliseconds above 0, got ${shown}`
      return [[{ timeoutMs }, handler], message] as const
    }),
    [
      [{ type: 'object', properties: {} }, handler],
      'tool "t": this is a bare JSON Schema; wrap it in jsonSchema({ … })',
    ],
    [[{ a: v.string() }, handler], 'tool "t": this is an object of schemas; wrap it in v.object({ … })'],
    [[{ a: z.string() }, handler], 'tool "t": this is an object of schemas; wrap it in z.object({ … })'],
    [[{ a: type('string') }, handler], 'tool "t": this is an object of schemas; wrap it in type({ … })'],
    [
      [{ input: { type: 'object' } }, handler],
      'tool "t", input: this is a bare JSON Schema; wrap it in jsonSchema({ … })',
    ],
    [
      [{ output: { a: v.string() } }, handler],
      'tool "t", output: this is an object of schemas; wrap it in v.object({ … })',
    ],
    [
      [{ input: v.string }, handler],
      'tool "t", input: this is a function; where it makes a schema, call it: v.string()',
    ],
    [
      ['Adds two numbers', handler],
      'tool "t": this is no schema, got "Adds two numbers"; pass one of valibot, zod ≥ 4.2, ArkType ≥ 2.1.28, or jsonSchema({ … })',
    ],
    [
      [{ input: v.string() }, handler],
      'tool "t", input: the arguments of a tool are an object; write v.object({ … }) around the schema',
    ],
    [
      [v.array(v.string()), handler],
      'tool "t", input: the arguments of a tool are an object; write v.object({ … }) around the schema',
    ],
  ]
  for (const [args, message] of mistakes) {
    it(message, () => {
      assert.throws(() => (base.tool as (...all: unknown[]) => unknown)('t', ...args), {
        name: 'DefinitionError',
        message,
      })
    })
  }
})

describe('tool: what the schema says of itself', () => {
  it('its title and description are used, for valibot, zod and JSON Schema', async () => {
    const schemas = [
      v.pipe(sum, v.title('Addition'), v.description('Adds')),
      z.object({ a: z.number() }).meta({ title: 'Addition', description: 'Adds' }),
      jsonSchema({ type: 'object', title: 'Addition', description: 'Adds' }),
    ]
    for (const schema of schemas) {
      const { title, description } = await listed(base.tool('add', schema, () => 1))
      assert.deepEqual({ title, description }, { title: 'Addition', description: 'Adds' })
    }
  })

  it('the options win', async () => {
    const input = v.pipe(sum, v.title('Addition'), v.description('Adds'))
    const { title, description } = await listed(base.tool('add', { title: 'Own', description: 'Too', input }, () => 1))
    assert.deepEqual({ title, description }, { title: 'Own', description: 'Too' })
  })
})

describe('tool: x-mcp-header', () => {
  const region = (header: unknown, type = 'string') =>
    jsonSchema({ type: 'object', properties: { region: { type, 'x-mcp-header': header as string } } })

  it('2026-07-28 §x-mcp-header: the annotation is listed, and its header is asked for', async () => {
    const server = base.tool('query', region('Region'), (args) => Object.values(args as object))
    const { inputSchema } = await listed(server)
    assert.equal(inputSchema.properties.region['x-mcp-header'], 'Region')
    const call = { name: 'query', arguments: { region: 'us-west1' } }
    const withHeader = await resultOf(server, '2026-07-28', 'tools/call', call, { 'mcp-param-region': 'us-west1' })
    assert.deepEqual(withHeader.structuredContent, ['us-west1'])
    // Revisions that do not know the header do without.
    assert.deepEqual((await callTool(server, 'query', { region: 'x' }, '2025-11-25')).structuredContent, {
      result: ['x'],
    })
  })

  it('TS-28; 2026-07-28 §x-mcp-header: a definition that breaks its rules is refused, naming the parameter', () => {
    for (const schema of [region(''), region('a b'), region('Region', 'number'), region(5)]) {
      assert.throws(
        () => base.tool('query', schema, () => 1),
        /^DefinitionError: tool "query", input: "region" has x-mcp/,
      )
    }
  })
})

describe('tool: arguments', () => {
  const add = base.tool('add', sum, ({ a, b }) => a + b)

  it('2026-07-28 Tools, Error Handling: what does not fit is told to the model, field by field', async () => {
    assert.equal(await toolError(add, 'add', { a: 1, b: 'two' }), 'add: "b" must be a number, got "two"')
    assert.equal(await toolError(add, 'add', { a: 1 }), 'add: "b" is required')
    assert.equal(await toolError(add, 'add'), 'add: "a" is required; "b" is required')
  })

  it('does not run the handler then', async () => {
    let ran = false
    const server = base.tool('t', sum, () => {
      ran = true
    })
    await toolError(server, 't', { a: 'x' })
    assert.equal(ran, false)
  })

  it('PY-139: strings are not decoded as JSON', async () => {
    const server = base.tool('t', v.object({ text: v.string() }), ({ text }) => text)
    assert.equal((await callTool(server, 't', { text: '[1,2]' })).content[0].text, '[1,2]')
    assert.equal(await toolError(add, 'add', { a: '1', b: 2 }), 'add: "a" must be a number, got "1"')
  })

  it('PY-142: may be called like members that every object has', async () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', 'schema', 'copy', 'then']
    const input = jsonSchema({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) })
    const server = base.tool('t', input, (args) => JSON.stringify(args))
    const args = Object.fromEntries(names.map((name, index) => [name, index]))
    assert.equal((await callTool(server, 't', args)).content[0].text, JSON.stringify(args))
  })

  it('cannot reach a prototype', async () => {
    const server = base.tool('t', v.looseObject({}), (args) => ({
      keys: Object.keys(args),
      polluted: 'polluted' in {},
      inherited: (args as { polluted?: unknown }).polluted === undefined,
    }))
    const args = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')
    const { structuredContent } = await callTool(server, 't', args)
    assert.deepEqual([structuredContent.polluted, structuredContent.inherited], [false, true])
  })
})
