import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { accept, CANCEL, clientOf, DECLINE, errorTextOf, Refused, returned } from '../../support/answering.ts'

const Form = v.object({ day: v.pipe(v.string(), v.isoDate()), seats: v.optional(v.number(), 1) })

const slow = v.pipeAsync(
  v.string(),
  v.checkAsync(async (text) => text !== 'bad', 'is bad'),
)
const Slow = v.objectAsync({ it: slow })

const server = createServer({ name: 'test', version: '1.0.0' })
  .tool('book', (_, ctx) => ctx.elicit('Which day?', Form))
  .tool('slow', (_, ctx) => ctx.elicit('What?', Slow))
  .prompt('book', async (_, ctx) => JSON.stringify(await ctx.elicit('Which day?', Form)))
  .resource('test://book', (_, ctx) => ctx.elicit('Which day?', Form))
  .tool('catch', async (_, ctx) => {
    try {
      return await ctx.elicit('Which day?', Form)
    } catch (error) {
      return { caught: (error as Error).message }
    }
  })

const STATEFUL = ['2025-06-18', '2025-11-25'] as const
const ALL = [...STATEFUL, '2026-07-28'] as const

describe('2025-11-25 Elicitation, Response Actions', () => {
  it('accept has the parsed content; decline and cancel have none, whatever came with them', async () => {
    for (const version of ALL) {
      const client = await clientOf(server, version)
      const answered = async (answer: unknown) =>
        returned(await client.call('tools/call', { name: 'book' }, () => answer))
      assert.deepEqual(await answered(accept({ day: '2026-07-28', more: 1 })), {
        action: 'accept',
        content: { day: '2026-07-28', seats: 1 },
      })
      assert.deepEqual(await answered(DECLINE), { action: 'decline' })
      assert.deepEqual(await answered({ ...CANCEL, content: { day: 'x' } }), { action: 'cancel' })
    }
  })

  it('checks that take their time', async () => {
    for (const version of ALL) {
      const client = await clientOf(server, version)
      const answers = [accept({ it: 'bad' }), accept({ it: 'good' })]
      const talk = await client.call('tools/call', { name: 'slow' }, (_, index) => answers[index])
      if (version === '2026-07-28') assert.deepEqual(returned(talk), { action: 'accept', content: { it: 'good' } })
      else assert.match(errorTextOf(talk), /"it": is bad/)
    }
  })
})

/** Answers that fit no form, and what is said of them. */
const MISFITS: readonly (readonly [answer: unknown, problem: RegExp])[] = [
  [accept({ day: 'Monday' }), /day/],
  [accept({ day: 1 }), /"?day"? must be/],
  [accept({}), /day/],
  [accept(), /object/],
  [accept(null), /object/],
  [accept('text'), /object/],
  [{ action: 'maybe', content: { day: '2026-07-28' } }, /"action" must be accept, decline or cancel/],
  [{ content: { day: '2026-07-28' } }, /"action" must be/],
  ['accept', /"action" must be/],
  [null, /"action" must be/],
  [[], /"action" must be/],
]

describe('an answer that does not fit', () => {
  it('PY-133: is an error that names the problem, and no cancel, on stateful revisions', async () => {
    for (const version of STATEFUL) {
      const client = await clientOf(server, version)
      for (const [answer, problem] of MISFITS) {
        const text = errorTextOf(await client.call('tools/call', { name: 'book' }, () => answer))
        assert.match(text, /^The client's answer does not fit \(Which day\?\): /)
        assert.match(text, problem)
      }
    }
  })

  it('can be caught, and is neither masked nor logged: the server has done nothing wrong', async () => {
    const client = await clientOf(server, '2025-11-25', { maskErrors: true })
    const bad = () => accept({ day: 1 })
    assert.match(returned(await client.call('tools/call', { name: 'catch' }, bad)).caught, /does not fit/)
    assert.match(errorTextOf(await client.call('tools/call', { name: 'book' }, bad)), /does not fit/)
    const { error } = (await client.call('prompts/get', { name: 'book' }, bad)).reply
    assert.match(error.message, /does not fit/)
    assert.deepEqual(client.connected.logger.lines, [])
  })

  it('PY-132: is asked for again on 2026-07-28', async () => {
    const client = await clientOf(server, '2026-07-28')
    for (const [misfit] of MISFITS) {
      const talk = await client.call('tools/call', { name: 'book' }, (_, index) =>
        index === 0 ? misfit : accept({ day: '2026-07-28' }),
      )
      assert.equal(talk.asked.length, 2)
      assert.deepEqual(talk.asked[0], talk.asked[1])
      assert.equal(returned(talk).content.day, '2026-07-28')
    }
  })
})

describe('an error in place of an answer', () => {
  it('is an McpError in the handler, and the error of the call where nobody catches it', async () => {
    for (const version of STATEFUL) {
      const client = await clientOf(server, version)
      const refuse = () => new Refused(-1, 'The user is asleep', { until: 7 })
      assert.equal(returned(await client.call('tools/call', { name: 'catch' }, refuse)).caught, 'The user is asleep')
      for (const [method, params] of [
        ['tools/call', { name: 'book' }],
        ['prompts/get', { name: 'book' }],
        ['resources/read', { uri: 'test://book' }],
      ] as const) {
        const { error } = (await client.call(method, params, refuse)).reply
        assert.deepEqual(error, { code: -1, message: 'The user is asleep', data: { until: 7 } })
      }
    }
  })
})
