import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import * as v from 'valibot'
import { type ConnectOptions, createClient } from '../../src/client.ts'
import { createServer } from '../../src/index.ts'
import { SOON } from '../support/links.ts'
import { keepingLogger } from '../support/messages.ts'

const BROKEN = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' })

const server = createServer({ name: 'asking', version: '1.0.0' })
  .tool('ask', async (_, ctx) => (await ctx.elicit('Go on?', v.object({}))).action)
  .tool('fine', () => 'fine')

/** A client whose answers to the server are lost, the first so many of them. */
const connect = async (t: TestContext, losses: number, options: ConnectOptions = {}) => {
  const running = await server.listen({ port: 0, logger: keepingLogger() })
  t.after(() => running.close({ drainMs: 1 }))
  let lost = 0
  const losing: typeof fetch = (url, init) => {
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {}
    const isAnswer = body.id !== undefined && body.method === undefined
    if (!isAnswer || lost >= losses) return fetch(url, init)
    lost += 1
    // The server has seen it or not: nobody knows.
    const seen = lost % 2 === 0 ? fetch(url, init) : Promise.resolve()
    return seen.then(() => Promise.reject(new TypeError('fetch failed', { cause: BROKEN })))
  }
  const client = createClient().elicitation(() => ({ action: 'decline' }))
  const settings = { fetch: losing, reconnect: SOON, logger: keepingLogger(), ...options }
  const connection = await client.connect(running.url, { revisions: ['2025-11-25'], ...settings })
  t.after(() => connection.close())
  return { connection, lost: () => lost }
}

describe('an answer to the server that is lost on the way', () => {
  for (const losses of [1, 2, 5]) {
    it(`${losses} times: is sent again, and the call is answered`, async (t) => {
      const { connection, lost } = await connect(t, losses)
      assert.equal((await connection.callTool('ask')).text, 'decline')
      assert.equal((await connection.callTool('fine')).text, 'fine')
      while (lost() < losses) await new Promise((resolve) => setImmediate(resolve))
    })
  }

  it('while it waits for another attempt: closing does not wait', async (t) => {
    const { connection, lost } = await connect(t, 1, { reconnect: { attempts: 5, delayMs: 600_000 } })
    const call = assert.rejects(connection.callTool('ask'), { name: 'ConnectionError', code: 'closed' })
    while (lost() === 0) await new Promise((resolve) => setImmediate(resolve))
    await connection.close()
    await call
  })
})
