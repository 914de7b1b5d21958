import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { accept, CANCEL, DECLINE } from '../../support/answering.ts'
import { begin, keysOf, logging, messagesIn, type Round, round, valueIn } from '../../support/rounds.ts'

const Text = v.object({ text: v.string() })
const say = (text: string) => accept({ text })

/** What the next runs say; a test changes it between rounds. */
const words = { question: 'Pay 10 €?' }

const server = createServer({ name: 'test', version: '1.0.0' })
  .tool('ask', async (_, ctx) => [await ctx.elicit('One?', Text), await ctx.elicit('Two?', Text)])
  .tool('two', async (_, ctx) => Promise.all([ctx.elicit('One?', Text), ctx.elicit('Two?', Text)]))
  .tool('pay', async (_, ctx) => [
    await ctx.elicit(words.question, Text, { key: 'pay' }),
    await ctx.elicit('Really?', Text, { key: 'sure' }),
  ])
  .tool('form', async (_, ctx) =>
    ctx.elicit('How many?', words.question === 'text' ? Text : v.object({ text: v.number() }), { key: 'n' }),
  )
  .tool('restless', async (_, ctx) => ctx.elicit(`Now, at ${Math.random()}?`, Text, { key: 'now' }))
  .tool('wizard', async (_, ctx) => {
    const pages: unknown[] = []
    for (let page = 1; page <= 25; page++) pages.push(await ctx.elicit(`Page ${page}?`, Text))
    return pages.length
  })
  .tool('mixed', async (_, ctx) =>
    Promise.all([ctx.elicit('Stable?', Text, { key: 'a' }), ctx.elicit(`At ${Math.random()}?`, Text, { key: 'b' })]),
  )

const { runtime, logged } = logging(server)

describe('2026-07-28 Multi Round-Trip Requests, Error Handling: answers', () => {
  it('a part of them: what is missing is asked for again, and nothing else', async () => {
    const first = await begin(runtime, 'two')
    assert.deepEqual(messagesIn(await first.answer({})), { 1: 'One?', 2: 'Two?' })
    const second = await first.answer({ 2: say('two') })
    assert.deepEqual(messagesIn(second), { 1: 'One?' })
    assert.deepEqual(valueIn(await second.answer({ 1: say('one') })), [say('one'), say('two')])
  })

  it('TS-48: responses count in the round that they came with; those that were accepted stay', async () => {
    const second = await (await begin(runtime, 'ask')).answer({ 1: say('one') })
    const again = await second.answer({ 1: say('another') })
    assert.deepEqual(messagesIn(again), { 2: 'Two?' })
    assert.deepEqual(valueIn(await again.answer({ 2: say('two') })), [say('one'), say('two')])
  })

  it('more than was asked for: the rest is ignored', async () => {
    const first = await begin(runtime, 'ask')
    const second = await first.answer({ 1: say('one'), 2: say('early'), other: 7 })
    assert.deepEqual(messagesIn(second), { 2: 'Two?' })
  })

  it('no object at all: a protocol error', async () => {
    const first = await begin(runtime, 'ask')
    for (const responses of ['text', 7, true, [say('one')]]) {
      const { reply } = await first.answer(responses)
      assert.deepEqual(reply.error, { code: -32602, message: 'tools/call: "inputResponses" must be an object' })
    }
  })

  it('misshapen ones, in place of one question: it is asked again', async () => {
    const first = await begin(runtime, 'ask')
    for (const answer of [
      null,
      7,
      'yes',
      [],
      {},
      { action: 'accept' },
      { method: 'elicitation/create', result: say('x') },
    ]) {
      assert.deepEqual(messagesIn(await first.answer({ 1: answer })), { 1: 'One?' })
    }
  })

  it('PY-133: a question that was declined or cancelled is settled', async () => {
    for (const answer of [DECLINE, CANCEL]) {
      const second = await (await begin(runtime, 'ask')).answer({ 1: answer })
      const third = await second.answer({})
      assert.deepEqual(messagesIn(third), { 2: 'Two?' })
      assert.deepEqual(valueIn(await third.answer({ 2: say('two') }))[0], answer)
    }
  })

  it('without a state, they are those to whichever questions have their keys', async () => {
    const both = { inputResponses: { 1: say('one'), 2: say('two') } }
    const only = await round(runtime, 'tools/call', { name: 'ask', arguments: {} }, both)
    assert.deepEqual(valueIn(only), [say('one'), say('two')])
  })
})

describe('answers belong to their questions', () => {
  const ask = async (): Promise<Round> => {
    words.question = 'Pay 10 €?'
    return begin(runtime, 'pay')
  }

  it('PY-132: a question that is worded differently is asked again, whatever the answer was', async () => {
    for (const answer of [say('yes'), DECLINE, CANCEL]) {
      const first = await ask()
      words.question = 'Pay 1,000 €?'
      const second = await first.answer({ pay: answer })
      assert.deepEqual(messagesIn(second), { pay: 'Pay 1,000 €?' })
      assert.deepEqual(messagesIn(await second.answer({ pay: answer })), { sure: 'Really?' })
    }
  })

  it('PY-132: also when its answer had been accepted in a round before', async () => {
    const second = await (await ask()).answer({ pay: say('yes') })
    words.question = 'Pay 1,000 €?'
    const third = await second.answer({ sure: say('yes'), pay: say('yes') })
    assert.deepEqual(messagesIn(third), { pay: 'Pay 1,000 €?' })
  })

  it('a question that was never asked is not answered in advance', async () => {
    const second = await (await ask()).answer({ pay: say('yes'), sure: say('yes') })
    assert.deepEqual(messagesIn(second), { sure: 'Really?' })
  })

  it('another form is another question', async () => {
    words.question = 'text'
    const first = await begin(runtime, 'form')
    words.question = 'number'
    assert.deepEqual(keysOf(await first.answer({ n: say('1') })), ['n'])
  })

  it('questions without keys that change places are asked again rather than mixed up', async () => {
    const order = ['A?', 'B?']
    const swapping = createServer({ name: 'test', version: '1.0.0' }).tool('swap', async (_, ctx) =>
      Promise.all(order.map((message) => ctx.elicit(message, Text))),
    )
    const first = await begin(logging(swapping).runtime, 'swap')
    order.reverse()
    const second = await first.answer({ 1: say('a'), 2: say('b') })
    assert.deepEqual(messagesIn(second), { 1: 'B?', 2: 'A?' })
  })
})

describe('rounds that go nowhere', () => {
  const times = async (from: Round, count: number, answers: object): Promise<Round> => {
    let last = from
    for (let index = 0; index < count; index++) last = await last.answer(answers)
    return last
  }

  it('PY-114: ten in a row without a newly accepted answer, and the question is named', async () => {
    const tenth = await times(await begin(runtime, 'ask'), 9, {})
    assert.deepEqual(messagesIn(tenth), { 1: 'One?' })
    const { reply } = await tenth.answer({})
    const message = '10 rounds in a row brought no answer that could be accepted: "One?" never settles'
    assert.deepEqual(reply.error, { code: -32603, message })
  })

  it('an answer at the last moment', async () => {
    const tenth = await times(await begin(runtime, 'ask'), 9, {})
    const second = await tenth.answer({ 1: say('at last') })
    assert.deepEqual(messagesIn(second), { 2: 'Two?' })
    // The count begins anew.
    const eleventh = await times(second, 10, {})
    assert.deepEqual(messagesIn(eleventh), { 2: 'Two?' })
    assert.match((await eleventh.answer({})).reply.error.message, /"Two\?" never settles$/)
  })

  it('a question that never reads the same, and all of those that are open', async () => {
    const tenth = await times(await begin(runtime, 'restless'), 9, { now: say('yes') })
    assert.match((await tenth.answer({ now: say('yes') })).reply.error.message, /: "Now, at 0\.\d+\?" never settles$/)
    const mixed = await times(await begin(runtime, 'mixed'), 9, { b: say('yes') })
    assert.match(
      (await mixed.answer({ b: say('yes') })).reply.error.message,
      /: "Stable\?", "At 0\.\d+\?" never settles$/,
    )
  })

  it('many rounds that go somewhere are none too many', async () => {
    let last = await begin(runtime, 'wizard')
    for (let page = 1; page <= 25; page++) last = await last.answer({ [page]: say(`${page}`) })
    assert.equal(valueIn(last), 25)
  })

  it('nothing of all this is a failure of the server', () => {
    assert.deepEqual(logged(), [])
  })
})
