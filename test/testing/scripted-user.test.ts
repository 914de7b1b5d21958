import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { createClient, type ElicitationAsk } from '../../src/client.ts'
import { createServer } from '../../src/index.ts'
import { scriptedUser, testServer } from '../../src/testing.ts'

const FORM = { mode: 'form', message: 'Who?', requestedSchema: { type: 'object' } } as const
const context = { signal: new AbortController().signal }

test('a user answers by the lines of the script, one after the other', async () => {
  const user = scriptedUser('accept', 'decline', 'cancel', { name: 'Ada' }, (ask: ElicitationAsk, { signal }) => ({
    action: 'accept',
    content: { message: ask.message, aborted: signal.aborted },
  }))
  const answers: unknown[] = []
  for (let line = 0; line < 5; line += 1) answers.push(await user.answer(FORM, context))
  assert.deepEqual(answers, [
    { action: 'accept', content: {} },
    { action: 'decline' },
    { action: 'cancel' },
    { action: 'accept', content: { name: 'Ada' } },
    { action: 'accept', content: { message: 'Who?', aborted: false } },
  ])
  assert.deepEqual(user.asks, [FORM, FORM, FORM, FORM, FORM])
  user.done()
})

test('a user who is asked too often, or not often enough, says so', async () => {
  const user = scriptedUser('accept', 'decline')
  assert.throws(() => user.done(), {
    name: 'AssertionError',
    message: /^the user was to be asked 2 times, and was 0 times/,
  })
  await user.answer(FORM, context)
  await user.answer(FORM, context)
  await assert.rejects(async () => user.answer(FORM, context), {
    name: 'AssertionError',
    message: 'the user was asked 3 times, and the script has 2: Who?',
  })
})

test('a user is given to a client, and answers a server', async () => {
  const server = createServer({ name: 'asking', version: '1.0.0' }).tool('ask', async (_, ctx) => {
    const answer = await ctx.elicit('Really?', v.object({ sure: v.boolean() }))
    return answer.action === 'accept' && answer.content.sure
  })
  const user = scriptedUser({ sure: true }, 'decline')
  const { client, close } = await testServer(server, { client: createClient().elicitation(user.answer) })
  assert.deepEqual([await client.tools.ask(), await client.tools.ask()], [true, false])
  assert.deepEqual(
    user.asks.map(({ message }) => message),
    ['Really?', 'Really?'],
  )
  user.done()
  await close()
})
