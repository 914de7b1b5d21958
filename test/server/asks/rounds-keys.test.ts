import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema } from '@modelcontextprotocol/core'
import * as v from 'valibot'
import { type Context, createServer } from '../../../src/index.ts'
import { accept } from '../../support/answering.ts'
import { begin, errorIn, keysOf, messagesIn, round, valueIn } from '../../support/rounds.ts'
import { quiet } from '../asking.ts'

const Text = v.object({ text: v.string() })
const say = (text: string) => accept({ text })

const elicit = async (ctx: Context, message: string, key?: string): Promise<string> => {
  const answer = await ctx.elicit(message, Text, key === undefined ? {} : { key })
  return answer.action === 'accept' ? answer.content.text : answer.action
}

const SAMPLE = { messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }], maxTokens: 1 } as const

/** Asks `first`, then `second`. */
const both = async (ctx: Context, first: string, second: string): Promise<string> =>
  `${await elicit(ctx, first)} ${await elicit(ctx, second)}`

const runtime = quiet(
  createServer({ name: 'test', version: '1.0.0' })
    .tool('one', async (_, ctx) => [await elicit(ctx, 'One?')])
    .tool('in-a-row', async (_, ctx) => [
      await elicit(ctx, 'One?'),
      await elicit(ctx, 'Two?', 'named'),
      await elicit(ctx, 'Three?'),
    ])
    .tool('at-once', async (_, ctx) =>
      Promise.all([elicit(ctx, 'One?'), elicit(ctx, 'Two?', 'b'), elicit(ctx, 'Three?')]),
    )
    .tool('all-kinds', async (_, ctx) => {
      const [text, url, sample, roots] = await Promise.all([
        ctx.elicit('Text?', Text, { key: 'text' }),
        ctx.elicitUrl('Go', 'https://example.com', { key: 'url' }),
        ctx.sample(SAMPLE, { key: 'sample' }),
        ctx.roots({ key: 'roots' }),
      ])
      return { text, url, sample, roots }
    })
    .tool('branches', async (_, ctx) => Promise.all([both(ctx, 'A1?', 'A2?'), both(ctx, 'B1?', 'B2?')]))
    .tool('odd', async (_, ctx) =>
      Promise.all(['__proto__', 'constructor', '', 'toString'].map((key) => elicit(ctx, `${key}?`, key))),
    )
    .tool('twice', async (_, ctx) => [await elicit(ctx, 'One?', 'k'), await elicit(ctx, 'Two?', 'k')])
    .tool('numbered', async (_, ctx) => [await elicit(ctx, 'One?', '1'), await elicit(ctx, 'Two?')])
    .resource('ask://who', (_, ctx) => elicit(ctx, 'Who?'))
    .tool('read', async (_, ctx) => [
      await elicit(ctx, 'First?'),
      (await ctx.readResource('ask://who')).contents[0]?.text,
      await elicit(ctx, 'Last?'),
    ]),
)

describe('2026-07-28 Multi Round-Trip Requests, InputRequiredResult', () => {
  it('a question ends the round with a map of requests and a state, and nothing else', async () => {
    const { reply } = await begin(runtime, 'one')
    const { _meta, requestState, ...rest } = reply.result
    assert.deepEqual(rest, {
      resultType: 'input_required',
      inputRequests: {
        1: {
          method: 'elicitation/create',
          params: {
            message: 'One?',
            requestedSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
          },
        },
      },
    })
    assert.match(requestState, /^[\w-]+$/)
    assert.deepEqual(Object.keys(_meta), ['io.modelcontextprotocol/serverInfo'])
  })

  it('TS-55: has the server in _meta, and no hint for a cache', async () => {
    const { reply } = await begin(runtime, 'all-kinds')
    assert.equal('ttlMs' in reply.result || 'cacheScope' in reply.result, false)
    assert.deepEqual(reply.result._meta['io.modelcontextprotocol/serverInfo'], { name: 'test', version: '1.0.0' })
  })
})

describe('keys of questions', () => {
  it('the given one, or the place in the order of those without', async () => {
    const first = await begin(runtime, 'in-a-row')
    assert.deepEqual(messagesIn(first), { 1: 'One?' })
    const second = await first.answer({ 1: say('a') })
    assert.deepEqual(messagesIn(second), { named: 'Two?' })
    const third = await second.answer({ named: say('b') })
    assert.deepEqual(messagesIn(third), { 2: 'Three?' })
    assert.deepEqual(valueIn(await third.answer({ 2: say('c') })), ['a', 'b', 'c'])
  })

  it('what is asked at once is asked in one round', async () => {
    const first = await begin(runtime, 'at-once')
    assert.deepEqual(messagesIn(first), { 1: 'One?', b: 'Two?', 2: 'Three?' })
    const last = await first.answer({ 2: say('c'), b: say('b'), 1: say('a') })
    assert.deepEqual(valueIn(last), ['a', 'b', 'c'])
  })

  it('questions of every kind in one round', async () => {
    const first = await begin(runtime, 'all-kinds')
    const { text, url, sample: sampling, roots, ...others } = first.asked ?? {}
    assert.deepEqual(others, {})
    assert.ok(ElicitRequestSchema.safeParse(text).success)
    assert.deepEqual(url.params, { mode: 'url', message: 'Go', url: 'https://example.com' })
    assert.ok(CreateMessageRequestSchema.safeParse(sampling).success)
    assert.ok(ListRootsRequestSchema.safeParse(roots).success)
    const sample = { role: 'assistant', content: { type: 'text', text: 'Ho' }, model: 'm' }
    const last = await first.answer({ text: say('t'), url: accept(), sample, roots: { roots: [{ uri: 'file:///a' }] } })
    assert.deepEqual(valueIn(last), { text: say('t'), url: accept(), sample, roots: [{ uri: 'file:///a' }] })
  })

  it('branches that go on side by side share their rounds', async () => {
    const first = await begin(runtime, 'branches')
    assert.deepEqual(messagesIn(first), { 1: 'A1?', 2: 'B1?' })
    const second = await first.answer({ 1: say('a1'), 2: say('b1') })
    assert.deepEqual(messagesIn(second), { 3: 'A2?', 4: 'B2?' })
    assert.deepEqual(valueIn(await second.answer({ 3: say('a2'), 4: say('b2') })), ['a1 a2', 'b1 b2'])
  })

  it('a branch that has its answer goes on in the round that asks another again', async () => {
    const first = await begin(runtime, 'branches')
    const second = await first.answer({ 1: say('a1') })
    assert.deepEqual(messagesIn(second), { 2: 'B1?', 3: 'A2?' })
    const third = await second.answer({ 2: say('b1'), 3: say('a2') })
    assert.deepEqual(messagesIn(third), { 4: 'B2?' })
    assert.deepEqual(valueIn(await third.answer({ 4: say('b2') })), ['a1 a2', 'b1 b2'])
  })

  it('a resource that is read on the way asks as part of the same call', async () => {
    const first = await begin(runtime, 'read')
    const second = await first.answer({ 1: say('f') })
    assert.deepEqual(messagesIn(second), { 2: 'Who?' })
    const third = await second.answer({ 2: say('w') })
    assert.deepEqual(valueIn(await third.answer({ 3: say('l') })), ['f', 'w', 'l'])
  })

  it('PY-134: questions of two closures of one function keep apart, also on another replica', async () => {
    const asker = (what: string) => (ctx: Context) => elicit(ctx, what)
    const [left, right] = [asker('Left?'), asker('Right?')]
    const server = createServer({ name: 'test', version: '1.0.0' }).tool('both', async (_, ctx) =>
      Promise.all([left(ctx), right(ctx)]),
    )
    const replica = () => quiet(server, { requestState: { keys: ['a key of at least thirty-two bytes'] } })
    const { asked, state } = await begin(replica(), 'both')
    assert.deepEqual(
      Object.values(asked ?? {})
        .map(({ params }) => params.message)
        .sort(),
      ['Left?', 'Right?'],
    )
    const answers = Object.fromEntries(
      Object.entries(asked ?? {}).map(([key, { params }]) => [key, say(`to ${params.message}`)]),
    )
    const call = { name: 'both', arguments: {} }
    const last = await round(replica(), 'tools/call', call, { inputResponses: answers, requestState: state })
    assert.deepEqual(valueIn(last), ['to Left?', 'to Right?'])
  })

  it('PY-150: a resource that is read on the way gets no answer that was meant for the tool, or sent ahead', async () => {
    const vault = createServer({ name: 'test', version: '1.0.0' })
      .resource('vault://code', (_, ctx) => elicit(ctx, 'The code?', 'code'))
      .resource('vault://name', (_, ctx) => elicit(ctx, 'The name?', 'name'))
      .tool('open', async (_, ctx) => [
        await elicit(ctx, 'Your name?', 'name'),
        (await ctx.readResource('vault://code')).contents[0]?.text,
      ])
      .tool('mixed-up', async (_, ctx) => [
        await elicit(ctx, 'Your name?', 'name'),
        (await ctx.readResource('vault://name')).contents[0]?.text,
      ])
    const second = await (await begin(quiet(vault), 'open')).answer({ name: say('Ada'), code: say('1234') })
    assert.deepEqual(messagesIn(second), { code: 'The code?' })
    assert.deepEqual(valueIn(await second.answer({ code: say('5678') })), ['Ada', '5678'])
    const mixedUp = await (await begin(quiet(vault), 'mixed-up')).answer({ name: say('Ada') })
    assert.match(errorIn(mixedUp), /The key "name" is used twice in one run/)
  })

  it('any string is a key, those of every object included', async () => {
    const first = await begin(runtime, 'odd')
    assert.deepEqual(keysOf(first), ['__proto__', 'constructor', '', 'toString'])
    const none = await first.answer({})
    assert.deepEqual(keysOf(none), ['__proto__', 'constructor', '', 'toString'])
    const answers = JSON.parse(
      '{"__proto__":{"action":"decline"},"constructor":{"action":"cancel"},"":{"action":"decline"}}',
    )
    const second = await none.answer(answers)
    assert.deepEqual(keysOf(second), ['toString'])
    assert.deepEqual(valueIn(await second.answer({ toString: say('t') })), ['decline', 'cancel', 'decline', 't'])
  })

  it('a key used twice in one run is a mistake', async () => {
    for (const [name, key] of [
      ['twice', 'k'],
      ['numbered', '1'],
    ] as const) {
      const second = await (await begin(runtime, name)).answer({ [key]: say('a') })
      const problem = `The key ${JSON.stringify(key)} is used twice in one run; give each question its own`
      assert.equal(errorIn(second), `${name}: ${problem}`)
    }
  })
})
