import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { ABLE, accept, type Loose } from '../../support/answering.ts'
import { initializeParams, request } from '../../support/messages.ts'
import { type Child, GOOD_END, start } from '../../support/stdio.ts'

const VERSION = '2025-11-25'

/** A child whose call has asked. */
const asking = async (t: TestContext): Promise<{ readonly child: Child; readonly question: Loose }> => {
  const child = start(t, 'asking-main.ts')
  await child.ask(request(VERSION, 0, 'initialize', { ...initializeParams(VERSION), capabilities: ABLE }))
  child.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  const params = { name: 'after-once', arguments: { which: 'elicit' } }
  const question: Loose = await child.ask(request(VERSION, 'call', 'tools/call', params))
  assert.equal(question.method, 'elicitation/create')
  return { child, question }
}

describe('asking over stdio', () => {
  it('stdin ends while a question is open: nobody can answer it, and the call says so', async (t) => {
    const { child } = await asking(t)
    child.process.stdin.end()
    const { id, result } = await child.next()
    assert.deepEqual([id, result.isError], ['call', true])
    assert.equal(result.content[0].text, 'after-once: the client has gone away')
    assert.deepEqual(await child.ended, GOOD_END)
  })

  it('a signal while a question is open: it may still be answered, and nothing new is begun', async (t) => {
    const { child, question } = await asking(t)
    child.process.kill('SIGTERM')
    // Until the signal has arrived, requests are answered.
    let refused: Loose
    for (let id = 0; refused === undefined; id++) refused = (await child.ask(request(VERSION, id, 'ping'))).error
    assert.equal(refused.message, 'The server is closing')
    child.send({ jsonrpc: '2.0', id: question.id, result: accept({ text: 'in time' }) })
    const { id, result } = await child.next()
    assert.equal(id, 'call')
    assert.deepEqual(JSON.parse(result.content[0].text)[1], accept({ text: 'in time' }))
    assert.deepEqual(await child.ended, GOOD_END)
  })

  it('2026-07-28 Subscriptions, Graceful Closure: stdin ends while somebody listens', async (t) => {
    const child = start(t, 'asking-main.ts')
    const params = { notifications: { toolsListChanged: true } }
    await child.ask(request('2026-07-28', 'sub', 'subscriptions/listen', params))
    child.process.stdin.end()
    const cancelled: Loose = await child.next()
    assert.equal(cancelled.method, 'notifications/cancelled')
    const { id, result } = await child.next()
    assert.deepEqual([id, result.resultType], ['sub', 'complete'])
    assert.deepEqual(await child.ended, GOOD_END)
  })
})
