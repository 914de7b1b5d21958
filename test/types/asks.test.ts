import { describe, it } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import {
  type AsJson,
  type Context,
  isSuspension,
  jsonSchema,
  type Notify,
  type Root,
  type Runtime,
  type SampleParams,
  type SampleResult,
  type SamplingContent,
  type SuspensionError,
} from '../../src/index.ts'
import { compiled, same } from './equal.ts'

declare const ctx: Context
declare const error: unknown

type Answer<Content> =
  | { readonly action: 'accept'; readonly content: Content }
  | { readonly action: 'decline' }
  | { readonly action: 'cancel' }

describe('types of questions', () => {
  it('elicit: the content is what the schema gives, and there where it was accepted', () => {
    compiled(async () => {
      const form = v.object({
        name: v.string(),
        seats: v.optional(v.number(), 1),
        meal: v.optional(v.picklist(['meat', 'fish'])),
      })
      const answer = await ctx.elicit('Book?', form)
      same<typeof answer, Answer<{ name: string; seats: number; meal?: 'meat' | 'fish' | undefined }>>()
      // @ts-expect-error it may have been declined
      void answer.content
      if (answer.action === 'accept') same<typeof answer.content.seats, number>()

      const byZod = await ctx.elicit('Book?', z.object({ seats: z.number().default(1) }))
      same<typeof byZod, Answer<{ seats: number }>>()
      const byArkType = await ctx.elicit('Book?', type({ seats: 'number' }))
      same<typeof byArkType, Answer<{ seats: number }>>()
      const byJson = await ctx.elicit('Book?', jsonSchema<{ seats: number }>({ type: 'object' }))
      same<typeof byJson, Answer<{ seats: number }>>()
      const unknown = await ctx.elicit('Book?', jsonSchema({ type: 'object' }))
      same<typeof unknown, Answer<unknown>>()
      const parsed = await ctx.elicit(
        'When?',
        v.object({
          at: v.pipe(
            v.string(),
            v.transform((at) => new Date(at)),
          ),
        }),
      )
      same<typeof parsed, Answer<{ at: Date }>>()
    })
  })

  it('elicitUrl: there is nothing besides the action', () => {
    compiled(async () => {
      const answer = await ctx.elicitUrl('Go there', 'https://example.com')
      same<typeof answer, { readonly action: 'accept' | 'decline' | 'cancel' }>()
      // @ts-expect-error what is entered there does not pass through the client
      void answer.content
    })
  })

  it('sample: what the client needs, and what the model said', () => {
    compiled(async () => {
      const said = await ctx.sample({
        messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }],
        maxTokens: 1,
      })
      same<typeof said, SampleResult>()
      same<typeof said.content, SamplingContent | readonly SamplingContent[]>()
      same<typeof said.model, string>()
      same<typeof said.stopReason, string | undefined>()
      // @ts-expect-error the number of tokens is required
      await ctx.sample({ messages: [] })
      // @ts-expect-error nobody else speaks
      await ctx.sample({ messages: [{ role: 'system', content: { type: 'text', text: '' } }], maxTokens: 1 })
      const params = { messages: [], maxTokens: 1, toolChoice: { mode: 'auto' }, includeContext: 'none' } as const
      same<typeof params extends SampleParams ? true : false, true>()
    })
  })

  it('roots', () => {
    compiled(async () => {
      const roots = await ctx.roots()
      same<typeof roots, readonly Root[]>()
    })
  })

  it('each takes a key', () => {
    compiled(async () => {
      await ctx.elicit('Sure?', v.object({}), { key: 'a' })
      await ctx.elicitUrl('Go', 'https://example.com', { key: 'a' })
      await ctx.sample({ messages: [], maxTokens: 1 }, { key: 'a' })
      await ctx.roots({ key: 'a' })
      // @ts-expect-error a key is a string
      await ctx.roots({ key: 1 })
    })
  })
})

describe('types of once', () => {
  it('the result is what JSON leaves of it', () => {
    compiled(async () => {
      const plain = await ctx.once('k', async () => ({ id: 1, tags: ['a'] }))
      same<typeof plain, { id: number; tags: string[] }>()
      const dated = await ctx.once('k', () => ({ at: new Date(), left: undefined as string | undefined }))
      same<typeof dated, { at: string; left: string | undefined }>()
      const nothing = await ctx.once('k', () => {})
      same<typeof nothing, void>()
      // @ts-expect-error a key comes first
      await ctx.once(() => 1)
      // @ts-expect-error a function, not its result
      await ctx.once('k', 1)
    })
  })

  it('AsJson', () => {
    same<AsJson<string | number | boolean | null | undefined>, string | number | boolean | null | undefined>()
    same<AsJson<Date>, string>()
    same<AsJson<URL[]>, string[]>()
    same<AsJson<readonly [1, Date]>, readonly [1, string]>()
    same<AsJson<{ a: () => void; b: symbol; [Symbol.iterator]: number; c: { d: Date } }>, { c: { d: string } }>()
    same<AsJson<{ toJSON(): { at: Date } }>, { at: string }>()
    same<AsJson<() => void>, undefined>()
    same<AsJson<unknown>, unknown>()
    same<AsJson<{ a?: Date }>, { a?: string }>()
  })

  it('idempotencyKey is a string', () => {
    compiled(() => same<typeof ctx.idempotencyKey, string>())
  })
})

describe('types of what belongs to questions', () => {
  it('isSuspension narrows what was caught', () => {
    compiled(() => {
      if (isSuspension(error)) same<typeof error, SuspensionError>()
    })
  })

  it('handlers and hosts tell of changes by the same functions', () => {
    same<Context['notify'], Notify>()
    same<Runtime['notify'], Notify>()
    compiled(() => {
      const { notify } = ctx
      notify.toolsChanged()
      notify.resourceUpdated('note://1')
      // @ts-expect-error which one?
      notify.resourceUpdated()
    })
  })
})
