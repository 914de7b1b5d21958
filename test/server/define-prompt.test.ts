import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { z } from 'zod'
import { createServer, jsonSchema } from '../../src/index.ts'
import { resultOf } from '../support/messages.ts'

const base = createServer({ name: 'test', version: '1.0.0' })
const define = base.prompt as (...args: unknown[]) => typeof base
const handler = () => 'a'

const listed = async (server: typeof base) => (await resultOf(server, '2026-07-28', 'prompts/list')).prompts[0]

describe('prompt: the three forms', () => {
  it('(name, fn)', async () => {
    assert.deepEqual(await listed(define.call(base, 'hello', handler)), { name: 'hello' })
  })

  it('(name, schema, fn): the arguments are listed as strings', async () => {
    const schema = v.object({
      name: v.pipe(v.string(), v.title('Name'), v.description('Of a person')),
      style: v.optional(v.picklist(['friendly', 'formal']), 'friendly'),
    })
    assert.deepEqual(await listed(define.call(base, 'greet', schema, handler)), {
      name: 'greet',
      arguments: [
        { name: 'name', title: 'Name', description: 'Of a person', required: true },
        { name: 'style', required: false },
      ],
    })
  })

  it('(name, options, fn), with all options', async () => {
    const icons = [{ src: 'https://example.com/a.png' }]
    const server = base.prompt(
      'greet',
      {
        title: 'Greeting',
        description: 'Greets',
        input: v.object({ name: v.string() }),
        icons,
        meta: { 'example.com/a': 1 },
        complete: { name: () => ['Ada'] },
        enabled: () => true,
      },
      ({ name }) => name,
    )
    const { prompts } = await resultOf(server, '2026-07-28', 'prompts/list')
    assert.deepEqual(prompts, [
      {
        name: 'greet',
        title: 'Greeting',
        description: 'Greets',
        arguments: [{ name: 'name', required: true }],
        icons,
        _meta: { 'example.com/a': 1 },
      },
    ])
  })

  it("the schema's own title and description are used", async () => {
    const schema = v.pipe(v.object({}), v.title('Greeting'), v.description('Greets'))
    assert.deepEqual(await listed(define.call(base, 'greet', schema, handler)), {
      name: 'greet',
      title: 'Greeting',
      description: 'Greets',
    })
  })

  it('names are free, but not empty', async () => {
    assert.equal((await listed(define.call(base, 'Write a greeting!', handler))).name, 'Write a greeting!')
  })
})

describe('prompt: mistakes', () => {
  const options = 'The options are title, description, icons, meta, enabled, input, complete'
  const mistakes: readonly (readonly [readonly unknown[], string])[] = [
    [['', handler], 'prompt "": a prompt needs a name, a string that is not empty'],
    [['  ', handler], 'prompt "  ": a prompt needs a name, a string that is not empty'],
    [[undefined, handler], 'prompt undefined: a prompt needs a name, a string that is not empty'],
    [['p'], 'prompt "p": the last argument must be the handler, a function (args, ctx) => …'],
    [['p', { output: v.string() }, handler], `prompt "p": there is no option "output". ${options}`],
    [['p', { timeoutMs: 5 }, handler], `prompt "p": there is no option "timeoutMs". ${options}`],
    [['p', { name: v.string() }, handler], 'prompt "p": this is an object of schemas; wrap it in v.object({ … })'],
    [
      ['p', v.string(), handler],
      'prompt "p": the arguments of a prompt are an object of strings; write v.object({ … })',
    ],
    [
      ['p', v.object({ count: v.number() }), handler],
      'prompt "p": argument "count" is a number, but prompt arguments are strings on the wire; write v.pipe(v.string(), v.transform(Number), v.number())',
    ],
    [
      ['p', z.object({ on: z.boolean() }), handler],
      `prompt "p": argument "on" is a boolean, but prompt arguments are strings on the wire; write v.pipe(v.picklist(['true', 'false']), v.transform((text) => text === 'true'))`,
    ],
    [
      ['p', jsonSchema({ type: 'object', properties: { list: { type: 'array' } } }), handler],
      'prompt "p": argument "list" is an array, but prompt arguments are strings on the wire; write v.pipe(v.string(), v.parseJson(), v.array(…))',
    ],
    [
      ['p', { input: v.object({ name: v.string() }), complete: { nam: handler } }, handler],
      'prompt "p", complete: there is no "nam" to complete; it has name. Did you mean "name"?',
    ],
    [
      ['p', { complete: { name: handler } }, handler],
      'prompt "p", complete: there is no "name" to complete; it has none.',
    ],
    [
      ['p', { input: v.object({ name: v.string() }), complete: { name: 'Ada' } }, handler],
      'prompt "p", complete: "name" must be a function (value, ctx) => string[]',
    ],
    [['p', { enabled: false }, handler], 'prompt "p": enabled must be a function ({ auth }) => boolean, got false'],
  ]
  for (const [args, message] of mistakes) {
    it(message, () => {
      assert.throws(() => define.apply(base, [...args]), { name: 'DefinitionError', message })
    })
  }
})
