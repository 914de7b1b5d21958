import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { type BindOptions, createServer } from '../../../src/index.ts'
import { accept, clientOf } from '../../support/answering.ts'
import { STATEFUL } from '../../support/messages.ts'
import { begin, errorIn, keysOf, logging, messagesIn, type Round, round, valueIn } from '../../support/rounds.ts'

const Text = v.object({ text: v.string() })
const KEYS = ['a key of at least thirty-two bytes']

const server = createServer({ name: 'test', version: '1.0.0' })
  .tool('ask', v.object({ n: v.optional(v.number()), m: v.optional(v.number()) }), async (_, ctx) => [
    await ctx.elicit('One?', Text),
    await ctx.elicit('Two?', Text),
  ])
  .tool('other', async (_, ctx) => [await ctx.elicit('One?', Text), await ctx.elicit('Two?', Text)])
  .tool('large', async (_, ctx) => {
    const large = await ctx.once('large', () => 'x'.repeat(2_000))
    await ctx.elicit('One?', Text)
    return large.length
  })
  .prompt('ask', async (_, ctx) => JSON.stringify(await ctx.elicit('One?', Text)))
  .resource('ask://one', async (_, ctx) => JSON.stringify(await ctx.elicit('One?', Text)))
  .resource('ask://two', async (_, ctx) => JSON.stringify(await ctx.elicit('One?', Text)))

const ONE = { 1: accept({ text: 'one' }) }

const REFUSED = { code: -32602, message: 'Invalid or expired requestState' }

const serve = (options: BindOptions = {}) => logging(server, { requestState: { keys: KEYS }, ...options })

describe('2026-07-28 Multi Round-Trip Requests, Server Requirements: a state that is refused', () => {
  /** Each way in which a state does not fit, and what the log says of it. */
  const cases: Readonly<
    Record<string, readonly [come: (first: Round, runtime: Parameters<typeof begin>[0]) => Promise<Round>, why: RegExp]>
  > = {
    'is no string': [(first) => first.answer(ONE, { requestState: 7 }), /it is not a string but number/],
    'is empty': [(first) => first.answer(ONE, { requestState: '' }), /it is cut short: 0 bytes are left/],
    'is no base64url': [(first) => first.answer(ONE, { requestState: 'not a state' }), /it is not base64url/],
    'is cut short': [
      (first) => first.answer(ONE, { requestState: first.state.slice(0, -8 - (first.state.length % 4)) }),
      /it has been changed or cut short since it was sealed/,
    ],
    'belongs to another tool': [
      ({ state }, runtime) =>
        round(
          runtime,
          'tools/call',
          { name: 'other', arguments: { n: 1 } },
          { inputResponses: ONE, requestState: state },
        ),
      /it was sealed for another tool, prompt or resource/,
    ],
    'belongs to other arguments': [
      ({ state }, runtime) =>
        round(runtime, 'tools/call', { name: 'ask', arguments: { n: 2 } }, { requestState: state }),
      /it was sealed for other arguments/,
    ],
    'belongs to another method': [
      ({ state }, runtime) => round(runtime, 'prompts/get', { name: 'ask' }, { requestState: state }),
      /it was sealed for another method/,
    ],
    'is too large': [
      (first) => first.answer(ONE, { requestState: 'a'.repeat(70_000) }),
      /it is too large: 70,000 bytes, and requestState.maxBytes is 65,536/,
    ],
  }
  for (const [name, [come, why]] of Object.entries(cases)) {
    it(`PY-136: ${name}`, async () => {
      const { runtime, logged } = serve()
      const { reply } = await come(await begin(runtime, 'ask', { n: 1 }), runtime)
      assert.deepEqual(reply.error, REFUSED)
      const [line = '', ...others] = logged()
      assert.deepEqual(others, [])
      assert.match(line, /^warn: refused a requestState: /)
      assert.match(line, why)
    })
  }

  it('PY-136: any byte of it was changed', async () => {
    const { runtime, logged } = serve()
    const first = await begin(runtime, 'other')
    const bytes = Buffer.from(first.state, 'base64url')
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes)
      changed[index] = (bytes[index] as number) ^ (1 << (index % 8))
      const { reply } = await first.answer(ONE, { requestState: changed.toString('base64url') })
      assert.deepEqual(reply.error, REFUSED, `byte ${index}`)
    }
    assert.equal(logged().length, bytes.length)
    assert.deepEqual(messagesIn(await first.answer(ONE)), { 2: 'Two?' })
  })

  it('PY-136: it has expired', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
    const { runtime, logged } = serve({ requestState: { keys: KEYS, ttlMs: 1_000 } })
    const first = await begin(runtime, 'ask')
    t.mock.timers.tick(1_001)
    assert.deepEqual((await first.answer(ONE)).reply.error, REFUSED)
    assert.deepEqual(logged(), [
      'warn: refused a requestState: it has expired: it was sealed 1,001 ms ago, and requestState.ttlMs is 1,000',
    ])
  })

  it('PY-136: it was sealed in the future, by a clock that is wrong', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 10_000_000 })
    const { runtime, logged } = serve()
    const first = await begin(runtime, 'ask')
    t.mock.timers.setTime(9_000_000)
    assert.deepEqual((await first.answer(ONE)).reply.error, REFUSED)
    assert.match(logged()[0] as string, /set the clocks of the replicas by the same time/)
  })

  it('PY-136: it was sealed with a key that is not known here: the log names the option', async () => {
    const [here, there] = [logging(server), logging(server)]
    const first = await begin(there.runtime, 'ask')
    const { reply } = await round(
      here.runtime,
      'tools/call',
      { name: 'ask', arguments: {} },
      { requestState: first.state },
    )
    assert.deepEqual(reply.error, REFUSED)
    assert.match(here.logged()[0] as string, /set requestState\.keys to the same keys on every replica/)
  })

  it('TS-51: the error is the same for tools, prompts and resources, and a stateful revision has no states', async () => {
    for (const [method, params] of [
      ['tools/call', { name: 'ask', arguments: {} }],
      ['prompts/get', { name: 'ask' }],
      ['resources/read', { uri: 'ask://one' }],
    ] as const) {
      const { runtime } = serve()
      for (const requestState of ['forged', (await begin(runtime, 'other')).state]) {
        const { reply } = await round(runtime, method, params, { inputResponses: ONE, requestState })
        assert.deepEqual(reply.error, REFUSED)
      }
      for (const version of STATEFUL) {
        const client = await clientOf(server, version)
        const answers = () => accept({ text: 'one' })
        // There is no elicitation before 2025-06-18; what matters is that the state was not looked at.
        const { reply } = await client.call(method, { ...params, requestState: 'forged' }, answers)
        assert.doesNotMatch(JSON.stringify(reply), /requestState/)
      }
    }
  })

  it('a resource is told by its URI, whatever other parameters say', async () => {
    const { runtime } = serve()
    const first = await round(runtime, 'resources/read', { uri: 'ask://one', name: 'same' })
    const { reply } = await round(
      runtime,
      'resources/read',
      { uri: 'ask://two', name: 'same' },
      { inputResponses: ONE, requestState: first.state },
    )
    assert.deepEqual(reply.error, REFUSED)
  })

  it('the handler does not run', async () => {
    let runs = 0
    const counting = createServer({ name: 'test', version: '1.0.0' }).tool('ask', async (_, ctx) => {
      runs++
      return ctx.elicit('One?', Text)
    })
    const first = await begin(logging(counting).runtime, 'ask')
    await first.answer(ONE, { requestState: 'forged' })
    assert.equal(runs, 1)
  })
})

describe('a state that is accepted', () => {
  it('for the same arguments in another order, and with any other _meta', async () => {
    const { runtime } = serve()
    const first = await begin(runtime, 'ask', { n: 1, m: 2 })
    const params = { name: 'ask', arguments: { m: 2, n: 1 }, _meta: { progressToken: 1, 'example.com/a': 1 } }
    const second = await round(runtime, 'tools/call', params, { inputResponses: ONE, requestState: first.state })
    assert.deepEqual(keysOf(second), ['2'])
  })

  it('more than once: a round can be answered again, also differently', async () => {
    const { runtime } = serve()
    const second = await (await begin(runtime, 'ask')).answer(ONE)
    const answers = ['yes', 'no'].map((text) => accept({ text }))
    for (const answer of answers) {
      assert.deepEqual(valueIn(await second.answer({ 2: answer }))[1], answer)
    }
  })

  it('PY-138: each round is sealed anew, so that every question has the whole time', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
    const { runtime } = serve({ requestState: { keys: KEYS, ttlMs: 1_000 } })
    const first = await begin(runtime, 'ask')
    t.mock.timers.tick(1_000)
    const second = await first.answer(ONE)
    t.mock.timers.tick(1_000)
    assert.equal(valueIn(await second.answer({ 2: accept({ text: 'two' }) })).length, 2)
    assert.notEqual(first.state, second.state)
  })

  it('by every process that has the key, in turn, the handler of each in any of its rounds', async () => {
    const both = [serve(), serve()] as const
    const params = { name: 'ask', arguments: {} }
    const first = await round(both[0].runtime, 'tools/call', params)
    const second = await round(both[1].runtime, 'tools/call', params, {
      inputResponses: ONE,
      requestState: first.state,
    })
    const inputResponses = { 2: accept({ text: 'two' }) }
    const last = await round(both[0].runtime, 'tools/call', params, { inputResponses, requestState: second.state })
    assert.deepEqual(valueIn(last), [accept({ text: 'one' }), accept({ text: 'two' })])
    assert.deepEqual([...both[0].logged(), ...both[1].logged()], [])
  })

  it('while keys are exchanged: the first seals, all open', async () => {
    const old = serve()
    const [before, after] = [
      serve({ requestState: { keys: [...KEYS, 'another key of thirty-two bytes!!'] } }),
      serve({ requestState: { keys: ['another key of thirty-two bytes!!', ...KEYS] } }),
    ]
    const params = { name: 'ask', arguments: {} }
    const first = await round(old.runtime, 'tools/call', params)
    const second = await round(after.runtime, 'tools/call', params, { inputResponses: ONE, requestState: first.state })
    const inputResponses = { 2: accept({ text: 'two' }) }
    const last = await round(before.runtime, 'tools/call', params, { inputResponses, requestState: second.state })
    assert.equal(valueIn(last).length, 2)
  })

  it('PY-136: null is as good as nothing', async () => {
    const { runtime } = serve()
    const params = { name: 'ask', arguments: {} }
    for (const more of [
      { requestState: null },
      { inputResponses: null },
      { requestState: null, inputResponses: null },
    ]) {
      assert.deepEqual(keysOf(await round(runtime, 'tools/call', params, more)), ['1'])
    }
    const answered = { requestState: null, inputResponses: ONE }
    assert.deepEqual(keysOf(await round(runtime, 'tools/call', params, answered)), ['2'])
  })
})

describe('requestState.maxBytes', () => {
  it('a state that grows larger fails the call, and says what to do in the log', async () => {
    const { runtime, logged } = serve({ requestState: { keys: KEYS, maxBytes: 1_000 } })
    const { reply } = await begin(runtime, 'large')
    assert.equal(reply.error.code, -32603)
    assert.match(
      reply.error.message,
      /^The state of this call is [\d,]+ bytes once it is sealed, and requestState\.maxBytes allows 1,000; keep less/,
    )
    assert.deepEqual(logged(), ['error: tools/call failed:'])
    assert.deepEqual(keysOf(await begin(runtime, 'ask')), ['1'])
  })

  it('is no mistake of the model', async () => {
    const { runtime } = serve({ requestState: { keys: KEYS, maxBytes: 1_000 }, maskErrors: true })
    const { reply } = await begin(runtime, 'large')
    assert.match(reply.error.message, /^internal error, reference /)
    assert.throws(() => errorIn({ reply } as Round))
  })
})
