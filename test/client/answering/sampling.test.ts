import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../../src/client.ts'
import { askClient } from '../../support/asking-client.ts'
import { VERSIONS } from '../../support/messages.ts'

const SAID = { role: 'assistant', content: { type: 'text', text: 'Hello.' }, model: 'small', stopReason: 'endTurn' }
const ASKED = { messages: [{ role: 'user', content: { type: 'text', text: 'Hello?' } }], maxTokens: 5 }
const TOOLS = { ...ASKED, tools: [{ name: 'add', inputSchema: { type: 'object' } }] }

const METHOD = 'sampling/createMessage'

const wrongly = (problem: string) => ({
  error: { code: -32603, message: `The sampling handler of the client answered wrongly: ${problem}` },
})

const undeclared = {
  error: { code: -32602, message: 'sampling/createMessage: this client has not declared tools' },
}

for (const version of VERSIONS) {
  const hasTools = version >= '2025-11-25'

  test(`${version}: the model is asked what the server asks, and its answer goes back as it is`, async () => {
    const seen: unknown[] = []
    const client = createClient().sampling(async (params, { signal }) => {
      seen.push(params, signal.aborted)
      return SAID as never
    })
    assert.deepEqual(await askClient(client, version, { method: METHOD, params: ASKED }), { result: SAID })
    assert.deepEqual(seen, [ASKED, false])
  })

  test(`${version}: tools are for models of clients that have declared them, where the revision has them`, async () => {
    for (const params of [TOOLS, { ...ASKED, toolChoice: { mode: 'auto' } }]) {
      for (const tools of [true, false]) {
        let isAsked = false
        const client = createClient().sampling(
          () => {
            isAsked = true
            return SAID as never
          },
          { tools },
        )
        const answer = await askClient(client, version, { method: METHOD, params })
        assert.deepEqual(answer, tools && hasTools ? { result: SAID } : undeclared)
        assert.equal(isAsked, tools && hasTools)
      }
    }
  })

  test(`PY-108; ${version}: an answer that no model gives is an error of the server's call`, async () => {
    for (const [answer, problem] of [
      [undefined, 'it must return { role, content, model }'],
      ['Hello.', 'it must return { role, content, model }'],
      [{ ...SAID, role: 'system' }, '"role" must be assistant or user'],
      [{ ...SAID, content: 'Hello.' }, '"content" must be content with a "type", or an array of that'],
      [{ ...SAID, content: [{}] }, '"content" must be content with a "type", or an array of that'],
      [{ ...SAID, model: undefined }, '"model" must be the name of the model'],
    ] as const) {
      const client = createClient().sampling(() => answer as never)
      assert.deepEqual(await askClient(client, version, { method: METHOD, params: ASKED }), wrongly(problem))
    }
  })

  test(`${version}: a question without messages is refused, and the model is not asked`, async () => {
    const client = createClient().sampling(() => assert.fail('asked'))
    for (const params of [{}, { messages: 'Hello?' }]) {
      assert.deepEqual(await askClient(client, version, { method: METHOD, params }), {
        error: { code: -32602, message: 'sampling/createMessage: "messages" must be an array' },
      })
    }
  })
}
