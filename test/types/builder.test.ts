import { describe, it } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { assistant, createServer, image, jsonSchema, result, text, user } from '../../src/index.ts'
import { compiled, is, same } from './equal.ts'

const base = createServer({ name: 'types', version: '1.0.0' })

describe('types of tools', () => {
  it('arguments come from the schema, as it gives them', () => {
    const input = v.object({ a: v.number(), b: v.optional(v.string()), c: v.optional(v.picklist(['x', 'y']), 'x') })
    base.tool('t', input, (args) => same<typeof args, { a: number; b?: string | undefined; c: 'x' | 'y' }>())
    base.tool('t', { input }, (args) => same<typeof args, { a: number; b?: string | undefined; c: 'x' | 'y' }>())
    base.tool('t', z.object({ a: z.number().default(1) }), ({ a }) => is<number>()(a))
    base.tool('t', type({ a: 'number', 'b?': "'x' | 'y'" }), ({ a, b }) => {
      is<number>()(a)
      is<'x' | 'y' | undefined>()(b)
    })
    base.tool('t', jsonSchema<{ a: number }>({ type: 'object' }), ({ a }) => is<number>()(a))
    base.tool('t', jsonSchema({ type: 'object' }), (args) => is<unknown>()(args))
    base.tool('t', v.object({ n: v.pipe(v.string(), v.transform(Number)) }), ({ n }) => is<number>()(n))
  })

  it('without a schema, there are none', () => {
    base.tool('t', (args) => {
      same<keyof typeof args, never>()
      // @ts-expect-error nothing is in them
      void args.a
    })
    base.tool('t', { description: 'd' }, (args) => same<keyof typeof args, never>())
  })

  it('with output, the handler returns what the schema takes, or result(…)', () => {
    const output = v.object({ n: v.pipe(v.string(), v.transform(Number), v.number()) })
    base.tool('t', { output }, () => ({ n: '1' }))
    base.tool('t', { output }, async () => ({ n: '1' }))
    base.tool('t', { output }, () => result({ content: 'none', isError: true }))
    base.tool('t', { output, input: v.object({ a: v.string() }) }, ({ a }) => ({ n: a }))
    base.tool('t', { output }, () => (Math.random() < 2 ? { n: '1' } : result({ structuredContent: { n: '1' } })))
    compiled(() => {
      // @ts-expect-error the schema takes a string
      base.tool('t', { output }, () => ({ n: 1 }))
      // @ts-expect-error the same, later
      base.tool('t', { output }, async () => ({ n: 1 }))
      // @ts-expect-error it has an output schema
      base.tool('t', { output }, () => undefined)
      // @ts-expect-error a block does not fit the schema
      base.tool('t', { output }, () => text('a'))
      // @ts-expect-error a member is missing
      base.tool('t', { output }, () => ({}))
    })
  })

  it('without output, the handler returns what it likes', () => {
    base
      .tool('a', () => 1)
      .tool('b', async () => ({ deep: [1] }))
      .tool('c', () => [text('a'), 'b', image(Uint8Array.of(), { mimeType: 'image/png' })])
      .tool('d', () => undefined)
      .tool('e', () => {})
      .tool('f', () => result({ structuredContent: { a: 1 } }))
  })

  it('options that do not exist, or are of another type, do not compile', () => {
    compiled(() => {
      // @ts-expect-error an option that does not exist
      base.tool('t', { descripton: 'd' }, () => 1)
      // @ts-expect-error not built yet
      base.tool('t', { scopes: ['a'] }, () => 1)
      // @ts-expect-error a string
      base.tool('t', { title: 5 }, () => 1)
      // @ts-expect-error a hint that does not exist
      base.tool('t', { annotations: { readonly: true } }, () => 1)
      // @ts-expect-error no schema
      base.tool('t', { input: { type: 'object' } }, () => 1)
      // @ts-expect-error a bare JSON Schema
      base.tool('t', { type: 'object' }, () => 1)
      // @ts-expect-error no handler
      base.tool('t', v.object({}))
      // @ts-expect-error no name
      base.tool(() => 1)
    })
  })
})

describe('types of resources', () => {
  it('variables come from the URI', () => {
    base.resource('a://b', (args) => same<keyof typeof args, never>())
    base.resource('a://{b}', (args) => same<typeof args, { readonly b: string }>())
    base.resource('a://{b}/{+c}{?d,e}', (args) => {
      is<string>()(args.b)
      is<string>()(args.c)
      is<string | undefined>()(args.d)
      // @ts-expect-error there is no such variable
      void args.f
    })
    base.resource('a://x{/path*}', ({ path }) => is<readonly string[]>()(path))
    base.resource('a://{b}', { mimeType: 'text/plain' }, ({ b }) => is<string>()(b))
  })

  it('completions and unsafe variables are those of the URI', () => {
    base.resource('a://{b}/{c}', { complete: { b: () => ['x'] }, allowUnsafe: ['c'] }, () => 1)
    base.resource('a://{b}/{c}', { complete: { b: async (value) => [value] }, allowUnsafe: true }, () => 1)
    compiled(() => {
      // @ts-expect-error there is no such variable
      base.resource('a://{b}', { complete: { c: () => ['x'] } }, () => 1)
      // @ts-expect-error a list of strings
      base.resource('a://{b}', { complete: { b: () => [1] } }, () => 1)
      // @ts-expect-error there is no such variable
      base.resource('a://{b}', { allowUnsafe: ['c'] }, () => 1)
      // @ts-expect-error an option that does not exist
      base.resource('a://{b}', { input: v.object({}) }, () => 1)
      // @ts-expect-error an item needs a URI
      base.resource('a://{b}', { list: () => [{ name: 'a' }] }, () => 1)
      // @ts-expect-error public or private
      base.resource('a://{b}', { cache: { scope: 'all' } }, () => 1)
    })
  })
})

describe('types of prompts', () => {
  it('arguments come from the schema', () => {
    const input = v.object({ name: v.string(), style: v.optional(v.picklist(['a', 'b']), 'a') })
    base.prompt('p', input, (args) => {
      same<typeof args, { name: string; style: 'a' | 'b' }>()
      return args.name
    })
    base.prompt('p', (args) => {
      same<keyof typeof args, never>()
      return 'p'
    })
    base.prompt('p', { input, complete: { name: () => ['Ada'], style: (value) => [value] } }, ({ name }) => name)
    compiled(() => {
      // @ts-expect-error there is no such argument
      base.prompt('p', { input, complete: { other: () => ['a'] } }, () => 'p')
      // @ts-expect-error an option that does not exist
      base.prompt('p', { output: input }, () => 'p')
      // @ts-expect-error an option of tools
      base.prompt('p', { timeoutMs: 5 }, () => 'p')
    })
  })

  it('returns messages, and what becomes messages', () => {
    base
      .prompt('a', () => 'text')
      .prompt('b', async () => user('text'))
      .prompt('c', () => [user('a'), assistant(text('b')), 'c', text('d')])
      .prompt('d', () => text('d'))
    compiled(() => {
      // @ts-expect-error a number is no message
      base.prompt('p', () => 5)
      // @ts-expect-error nothing is no message
      base.prompt('p', () => undefined)
      // @ts-expect-error without the brand
      base.prompt('p', () => ({ role: 'user', content: 'a' }))
      // @ts-expect-error a result is for tools
      base.prompt('p', () => result({ content: 'a' }))
    })
  })
})

describe('types of methods', () => {
  it('parameters and results come from the schemas', () => {
    const n = v.object({ n: v.pipe(v.string(), v.transform(Number), v.number()) })
    base.method('x/y', { params: n, result: n }, (params) => {
      same<typeof params, { n: number }>()
      return { n: '1' }
    })
    base.method('x/y', {}, (params) => {
      same<typeof params, Readonly<Record<string, unknown>>>()
      return {}
    })
    compiled(() => {
      // @ts-expect-error the schema takes a string
      base.method('x/y', { result: n }, () => ({ n: 1 }))
      // @ts-expect-error an option that does not exist
      base.method('x/y', { parms: n }, () => ({}))
    })
  })
})

describe('types of content', () => {
  it('a helper takes what it can send', () => {
    compiled(() => {
      // @ts-expect-error a string
      text(5)
      // @ts-expect-error bytes, or base64 with its type
      image('logo.png')
      // @ts-expect-error the type is missing
      image({ base64: '' })
      // @ts-expect-error unbranded content
      result({ content: [{ type: 'text', text: 'a' }] })
      // @ts-expect-error a member that does not exist
      result({ _meta: {} })
      // @ts-expect-error unbranded content
      user({ type: 'text', text: 'a' })
    })
  })
})
