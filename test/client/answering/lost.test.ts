import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import { type ConnectOptions, createClient } from '../../../src/client.ts'
import { createServer } from '../../../src/index.ts'
import { SOON } from '../../support/links.ts'
import { keepingLogger } from '../../support/messages.ts'

/** A network that loses the first answers of a client, or only what the server says to them. */
const losing = (answers: number, isHeard: boolean): typeof fetch => {
  let lost = 0
  return async (input, init) => {
    const isLost = String(init?.body).includes('"result"') && lost < answers
    if (!isLost) return fetch(input, init)
    lost += 1
    if (isHeard) await (await fetch(input, init)).arrayBuffer()
    throw new TypeError('the network has failed')
  }
}

const ask = async (t: TestContext, options: ConnectOptions) => {
  const server = createServer({ name: 'asking', version: '1.0.0' }).tool('ask', async (_, ctx) => {
    const answer = await ctx.elicit('Who?', v.object({ name: v.string() }))
    return answer.action === 'accept' ? answer.content.name : answer.action
  })
  const running = await server.listen({ port: 0, logger: keepingLogger() })
  t.after(() => running.close({ drainMs: 1 }))
  const connection = await createClient()
    .elicitation(() => ({ action: 'accept', content: { name: 'Ada' } }))
    .connect(running.url, { revisions: ['2025-11-25'], logger: keepingLogger(), ...options })
  t.after(() => connection.close())
  return connection.callTool('ask')
}

test('an answer that is lost on its way is sent again, until the server has it', async (t) => {
  const { text } = await ask(t, { fetch: losing(3, false), reconnect: { attempts: 3, ...SOON } })
  assert.equal(text, 'Ada')
})

test('an answer of which nobody knows whether it has come may come twice', async (t) => {
  const { text } = await ask(t, { fetch: losing(1, true), reconnect: SOON })
  assert.equal(text, 'Ada')
})

const lostForGood: readonly (readonly [string, ConnectOptions['reconnect']])[] = [
  ['after the last attempt', { attempts: 2, ...SOON }],
  ['where there is to be none', false],
]

for (const [when, reconnect] of lostForGood) {
  test(`a call whose question cannot be answered is lost with its connection ${when}`, async (t) => {
    const call = ask(t, {
      fetch: losing(Number.POSITIVE_INFINITY, false),
      ...(reconnect !== undefined && { reconnect }),
    })
    await assert.rejects(call, { name: 'ConnectionError', code: 'disconnected' })
  })
}
