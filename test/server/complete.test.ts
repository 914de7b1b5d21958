import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { createServer, type Schema } from '../../src/index.ts'
import { initializeParams, resultOf, VERSIONS } from '../support/messages.ts'
import { errorOf, quiet, untyped } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

const complete = async (
  server: Parameters<typeof resultOf>[0],
  ref: object,
  name: string,
  value: string,
  context?: unknown,
) => {
  const params = { ref, argument: { name, value }, ...(context !== undefined && { context }) }
  return (await resultOf(server, '2026-07-28', 'completion/complete', params)).completion
}

const prompt = { type: 'ref/prompt', name: 'p' }

describe('completion/complete: a picklist completes itself', () => {
  const styles: readonly (readonly [string, Schema])[] = [
    ['v.picklist', v.object({ style: v.picklist(['friendly', 'formal', 'Funny']) })],
    ['an optional one', v.object({ style: v.optional(v.picklist(['friendly', 'formal', 'Funny'])) })],
    ['one with a default', v.object({ style: v.optional(v.picklist(['friendly', 'formal', 'Funny']), 'formal') })],
    ['v.enum', v.object({ style: v.enum({ a: 'friendly', b: 'formal', c: 'Funny' }) })],
    ['literals', v.object({ style: v.union([v.literal('friendly'), v.literal('formal'), v.literal('Funny')]) })],
    ['z.enum', z.object({ style: z.enum(['friendly', 'formal', 'Funny']).default('formal') })],
    ['arktype', type({ style: "'friendly' | 'formal' | 'Funny'" }) as never],
  ]
  for (const [name, schema] of styles) {
    it(name, async () => {
      const server = create().prompt('p', schema, () => 'p')
      const { values, ...rest } = await complete(server, prompt, 'style', '')
      assert.deepEqual([...values].sort(), ['Funny', 'formal', 'friendly'])
      assert.deepEqual(rest, { total: 3, hasMore: false })
      assert.deepEqual((await complete(server, prompt, 'style', 'f')).values.length, 3)
      assert.deepEqual((await complete(server, prompt, 'style', 'FR')).values, ['friendly'])
      assert.deepEqual(await complete(server, prompt, 'style', 'x'), { values: [], total: 0, hasMore: false })
    })
  }

  it('a completer of its own wins', async () => {
    const input = v.object({ style: v.picklist(['friendly', 'formal']) })
    const server = create().prompt('p', { input, complete: { style: () => ['own'] } }, () => 'p')
    assert.deepEqual((await complete(server, prompt, 'style', '')).values, ['own'])
  })
})

describe('completion/complete: completers', () => {
  const server = create().prompt(
    'p',
    {
      input: v.object({ city: v.string(), street: v.string(), free: v.string() }),
      complete: {
        city: (value) => ['Paris', 'Prague', 'Rome'].filter((city) => city.startsWith(value)),
        street: async (value, ctx) => [
          `${ctx.arguments['city'] ?? 'nowhere'}: ${value}`,
          Object.keys(ctx.arguments).join(),
        ],
      },
    },
    () => 'p',
  )

  it('get what was typed', async () => {
    assert.deepEqual(await complete(server, prompt, 'city', 'P'), {
      values: ['Paris', 'Prague'],
      total: 2,
      hasMore: false,
    })
  })

  it('2025-06-18 §CompleteRequest: find the arguments that are settled, and may answer late', async () => {
    const context = { arguments: { city: 'Rome', odd: 5, nothing: null } }
    assert.deepEqual((await complete(server, prompt, 'street', 'Via', context)).values, ['Rome: Via', 'city'])
    for (const other of [undefined, {}, { arguments: 5 }, 'x', null]) {
      assert.deepEqual((await complete(server, prompt, 'street', 'Via', other)).values, ['nowhere: Via', ''])
    }
  })

  it('see a context like any handler', async () => {
    const seen: unknown[] = []
    const own = create()
      .lifespan(() => ({ words: ['a'] }))
      .use((_, next) => next({ user: 'Ada' }))
      .prompt(
        'p',
        {
          input: v.object({ a: v.string() }),
          complete: {
            a: (_, ctx) => {
              seen.push(ctx.request.method, ctx.user)
              return ctx.lifespan.words
            },
          },
        },
        () => 'p',
      )
    assert.deepEqual((await complete(own, prompt, 'a', '')).values, ['a'])
    assert.deepEqual(seen, ['completion/complete', 'Ada'])
  })

  it('an argument without one has no completions, and that is no error', async () => {
    assert.deepEqual(await complete(server, prompt, 'free', 'x'), { values: [], total: 0, hasMore: false })
  })

  it('2026-07-28 §Completion Results: at most 100 reach the client, with the total and whether there are more', async () => {
    for (const [size, hasMore] of [
      [99, false],
      [100, false],
      [101, true],
      [5000, true],
    ] as const) {
      const all = Array.from({ length: size }, (_, index) => `v${index}`)
      const many = create().prompt('p', { input: v.object({ a: v.string() }), complete: { a: () => all } }, () => 'p')
      assert.deepEqual(await complete(many, prompt, 'a', ''), { values: all.slice(0, 100), total: size, hasMore })
    }
  })

  it('whatever is in the list arrives as a string', async () => {
    const odd = { input: v.object({ a: v.string() }), complete: { a: () => untyped([1, true, 'x']) } }
    assert.deepEqual(
      (
        await complete(
          create().prompt('p', odd, () => 'p'),
          prompt,
          'a',
          '',
        )
      ).values,
      ['1', 'true', 'x'],
    )
  })

  it('that give no array are mistakes, and are named', async () => {
    const odd = { input: v.object({ a: v.string() }), complete: { a: () => untyped('x') } }
    const params = { ref: prompt, argument: { name: 'a', value: '' } }
    assert.deepEqual(await errorOf(quiet(create().prompt('p', odd, () => 'p')), 'completion/complete', params), {
      code: -32603,
      message: 'prompt "p", complete: "a" must return an array, got "x"',
    })
  })

  it('that fail are internal errors', async () => {
    for (const completer of [
      () => {
        throw new Error('boom')
      },
      () => Promise.reject(new Error('boom')),
    ]) {
      const failing = create().prompt(
        'p',
        { input: v.object({ a: v.string() }), complete: { a: completer } },
        () => 'p',
      )
      const params = { ref: prompt, argument: { name: 'a', value: '' } }
      assert.deepEqual(await errorOf(quiet(failing), 'completion/complete', params), { code: -32603, message: 'boom' })
    }
  })
})

describe('completion/complete: templates', () => {
  const server = create()
    .resource('repo://{owner}/{name}', { complete: { owner: () => ['a', 'b'] } }, () => 'r')
    .resource('other://{owner}', { complete: { owner: () => ['other'] } }, () => 'r')
    .resource('plain://static', () => 's')

  it('2026-07-28 §CompleteRequest: by the template, and by a URI that it matches', async () => {
    for (const uri of ['repo://{owner}/{name}', 'repo://x/y', 'repo:///']) {
      assert.deepEqual((await complete(server, { type: 'ref/resource', uri }, 'owner', '')).values, ['a', 'b'], uri)
    }
  })

  it('an unknown template, or the URI of a single resource, is an error that names it', async () => {
    for (const uri of ['nothing://{a}', 'plain://static', 'x']) {
      const params = { ref: { type: 'ref/resource', uri }, argument: { name: 'owner', value: '' } }
      assert.deepEqual(await errorOf(server, 'completion/complete', params), {
        code: -32602,
        message: `Unknown resource template "${uri}"`,
        data: { uri },
      })
    }
  })
})

describe('completion/complete: 2026-07-28 Completion, Error Handling', () => {
  const server = create()
    .prompt('p', v.object({ style: v.picklist(['a']) }), () => 'p')
    .prompt('hidden', { input: v.object({ style: v.picklist(['a']) }), enabled: () => false }, () => 'h')
    .resource('hidden://{a}', { enabled: () => false, complete: { a: () => ['secret'] } }, () => 'h')
  const argument = { name: 'style', value: '' }
  const ref = 'completion/complete: "ref" must be a "ref/prompt" with a "name", or a "ref/resource" with a "uri"'
  const named = 'completion/complete: "argument" must have a "name" and a "value", both strings'

  const rows: readonly (readonly [object, string])[] = [
    [{ ref: { type: 'ref/prompt', name: 'q' }, argument }, 'Unknown prompt "q".'],
    [{ ref: { type: 'ref/prompt', name: 'hidden' }, argument }, 'Unknown prompt "hidden".'],
    [
      { ref: { type: 'ref/resource', uri: 'hidden://{a}' }, argument: { name: 'a', value: '' } },
      'Unknown resource template "hidden://{a}"',
    ],
    [
      { ref: prompt, argument: { name: 'stile', value: '' } },
      'completion/complete: there is no argument "stile". Did you mean "style"?',
    ],
    [
      { ref: prompt, argument: { name: 'toString', value: '' } },
      'completion/complete: there is no argument "toString".',
    ],
    [{ ref: prompt }, named],
    [{ ref: prompt, argument: { name: 'style' } }, named],
    [{ ref: prompt, argument: { name: 5, value: '' } }, named],
    [{ ref: prompt, argument: { name: 'style', value: 5 } }, named],
    [{ ref: prompt, argument: 'style' }, named],
    [{ argument }, ref],
    [{ ref: 'p', argument }, ref],
    [{ ref: { type: 'ref/prompt' }, argument }, ref],
    [{ ref: { type: 'ref/resource', uri: 5 }, argument }, ref],
    [{ ref: { type: 'ref/tool', name: 'p' }, argument }, ref],
    [{}, ref],
  ]
  for (const [params, message] of rows) {
    it(`${JSON.stringify(params)}: ${message}`, async () => {
      for (const version of VERSIONS) {
        const error = await errorOf(server, 'completion/complete', { ...params }, version)
        assert.deepEqual([error.code, error.message], [-32602, message])
      }
    })
  }

  it('2025-03-26 §Capabilities: is there only with something to complete', async () => {
    const without = create()
      .prompt('p', v.object({ a: v.string() }), () => 'p')
      .resource('a://{b}', () => 'b')
    const params = { ref: prompt, argument: { name: 'a', value: '' } }
    for (const version of VERSIONS) {
      assert.equal((await errorOf(without, 'completion/complete', params, version)).code, -32601)
    }
    const capabilities = async (own: Parameters<typeof resultOf>[0]) =>
      (await resultOf(own, '2025-11-25', 'initialize', initializeParams('2025-11-25'))).capabilities
    assert.equal('completions' in (await capabilities(without)), false)
    assert.deepEqual((await capabilities(server)).completions, {})
  })
})
