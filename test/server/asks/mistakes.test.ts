import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { type Context, createServer } from '../../../src/index.ts'
import { clientOf, errorTextOf, type Loose } from '../../support/answering.ts'

const Form = v.object({})
const HELLO = { role: 'user', content: { type: 'text', text: 'Hello' } }
const MESSAGE = "{ role: 'user', content: { type: 'text', text: 'Hello' } }"
const ONCE = "ctx.once takes a key and a function: ctx.once('reserve', () => reserve())"

type Ask = (ctx: { readonly [Name in keyof Context]: Loose }) => unknown

const mistakes: readonly (readonly [ask: Ask, message: string])[] = [
  [(ctx) => ctx.elicit(Form, 'Sure?'), 'ctx.elicit: the message must be a string, got an object'],
  [(ctx) => ctx.elicit(), 'ctx.elicit: the message must be a string, got undefined'],
  [
    (ctx) => ctx.elicit('Sure?', Form, { kye: 'a' }),
    'ctx.elicit: there is no option "kye". Did you mean "key"? The options are key',
  ],
  [(ctx) => ctx.elicit('Sure?', Form, { key: 5 }), 'ctx.elicit: key must be a string, got 5'],
  [(ctx) => ctx.elicit('Sure?', Form, 'a'), 'ctx.elicit: the options are an object, got "a"'],
  [(ctx) => ctx.elicit('Sure?', Form, null), 'ctx.elicit: the options are an object, got null'],
  [(ctx) => ctx.elicitUrl(new URL('https://a.example')), 'ctx.elicitUrl: the message must be a string, got an object'],
  [
    (ctx) => ctx.elicitUrl('Go', 'https://a.example', { ids: 'a' }),
    'ctx.elicitUrl: there is no option "ids". Did you mean "id"? The options are key, id',
  ],
  [(ctx) => ctx.elicitUrl('Go', 'https://a.example', null), 'ctx.elicitUrl: the options are an object, got null'],
  [(ctx) => ctx.roots('a'), 'ctx.roots: the options are an object, got "a"'],
  [
    (ctx) => ctx.sample({ messages: [HELLO], maxTokens: 1 }, { id: 'a' }),
    'ctx.sample: there is no option "id". The options are key',
  ],
  [
    (ctx) => ctx.sample('Hello'),
    `ctx.sample: what is asked must be an object such as { messages: [${MESSAGE}], maxTokens: 100 }, got "Hello"`,
  ],
  [
    (ctx) => ctx.sample({ prompt: 'Hello', maxTokens: 1 }),
    `ctx.sample: messages must be an array such as [${MESSAGE}], got undefined`,
  ],
  [
    (ctx) => ctx.sample({ messages: [HELLO, 'Hello'], maxTokens: 1 }),
    `ctx.sample: messages[1] must be a message such as ${MESSAGE}, got "Hello"`,
  ],
  [
    (ctx) => ctx.sample({ messages: [{ ...HELLO, role: 'system' }], maxTokens: 1 }),
    `ctx.sample: messages[0].role must be 'user' or 'assistant', got "system"`,
  ],
  [
    (ctx) => ctx.sample({ messages: [{ ...HELLO, content: 'Hello' }], maxTokens: 1 }),
    `ctx.sample: messages[0].content must be content such as { type: 'text', text: 'Hello' }, got "Hello"`,
  ],
  [(ctx) => ctx.sample({ messages: [HELLO] }), 'ctx.sample: maxTokens must be a whole number above 0, got undefined'],
  [
    (ctx) => ctx.sample({ messages: [HELLO], maxTokens: 0 }),
    'ctx.sample: maxTokens must be a whole number above 0, got 0',
  ],
  [(ctx) => ctx.once(() => 1), ONCE],
  [(ctx) => ctx.once('a', 1), ONCE],
]

for (const version of ['2025-11-25', '2026-07-28'] as const) {
  describe(`${version}: a mistake in what a handler asks`, () => {
    for (const [ask, message] of mistakes) {
      it(message, async () => {
        const server = createServer({ name: 'test', version: '1.0.0' }).tool('ask', (_, ctx) => ask(ctx as Loose))
        const talk = await (await clientOf(server, version)).call('tools/call', { name: 'ask' })
        assert.equal(errorTextOf(talk), `ask: ${message}`)
        assert.deepEqual(talk.asked, [])
      })
    }
  })
}
