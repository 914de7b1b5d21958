import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer } from '../../src/index.ts'
import type { Loose } from '../support/answering.ts'
import { connect } from '../support/connection.ts'
import { initializeParams, request, STATEFUL } from '../support/messages.ts'
import { gate } from './asking.ts'

/** A server whose `initialize` waits for the test, and what was called behind it. */
const slowToOpen = () => {
  const { opened: allowed, open: allow } = gate()
  const calls: string[] = []
  const server = createServer({ name: 'test', version: '1.0.0' })
    .intercept(async ({ method }, next) => {
      if (method === 'initialize') await allowed
      return next()
    })
    .tool('note', () => {
      calls.push('note')
      return 'noted'
    })
    .tool('ask', async (_, ctx) => (await ctx.roots()).length)
  return { server, allow, calls }
}

for (const version of STATEFUL) {
  const capabilities = { roots: {} }
  const initialize = request(version, 'open', 'initialize', { ...initializeParams(version), capabilities })
  const call = (name: string) => request(version, 1, 'tools/call', { name })

  describe(`${version}: a client that goes away while its initialize is being answered`, () => {
    it('hears of no change, and leaves nobody behind who would', async () => {
      const { server, allow } = slowToOpen()
      const { runtime, connection, send, inbox } = connect(server)
      send(initialize)
      connection.disconnect()
      allow()
      await connection.drained()
      runtime.notify.toolsChanged()
      assert.equal(inbox.size, 0)
    })

    it('has nothing begun that waited behind it', async () => {
      const { server, allow, calls } = slowToOpen()
      const { connection, send, inbox } = connect(server)
      send(initialize, call('note'))
      connection.disconnect()
      allow()
      await connection.drained()
      assert.deepEqual(calls, [])
      assert.equal(inbox.size, 0)
    })

    it('PY-8: has its calls answered when only its input has ended, but cannot be asked', async () => {
      const { server, allow, calls } = slowToOpen()
      const { connection, send, next } = connect(server)
      send(initialize, call('note'), { ...call('ask'), id: 2 })
      connection.inputEnded()
      allow()
      assert.equal((await next()).id, 'open')
      const replies: Loose[] = [await next(), await next()]
      const textOf = (id: number) => replies.find((reply) => reply.id === id).result.content[0].text
      assert.equal(textOf(1), 'noted')
      assert.equal(textOf(2), 'ask: the client has gone away')
      assert.deepEqual(calls, ['note'])
      await connection.drained()
    })
  })
}
