import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer } from '../../src/index.ts'
import { opened } from '../support/connection.ts'
import { request, VERSIONS, type Version } from '../support/messages.ts'
import { gate } from './asking.ts'

/** A server whose layer cleans up behind each call, in a way that the test chooses. */
const cleaning = (cleanUp: () => unknown) => {
  const steps: string[] = []
  const { opened: started, open: start } = gate()
  const server = createServer({ name: 'test', version: '1.0.0' })
    .use(async (_, next) => {
      try {
        return await next()
      } finally {
        steps.push('cleaning up')
        await cleanUp()
        steps.push('cleaned up')
      }
    })
    .tool('work', () => 'done')
    .tool('fail', () => {
      throw new Error('boom')
    })
    .tool('wait', async (_, ctx) => {
      start()
      await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)))
    })
  return { server, steps, started }
}

const DONE = ['cleaning up', 'cleaned up']

const call = (version: Version, name: string) => request(version, 1, 'tools/call', { name })

describe('what a layer does behind a call', () => {
  for (const version of VERSIONS) {
    it(`PY-37 ${version}: happens whatever came of the call, before it is answered`, async () => {
      for (const [name, text] of [
        ['work', 'done'],
        ['fail', 'fail: boom'],
      ] as const) {
        const { server, steps } = cleaning(() => new Promise(setImmediate))
        const { ask } = await opened(server, version)
        assert.equal((await ask(call(version, name))).result.content[0].text, text)
        assert.deepEqual(steps, DONE)
      }
    })

    it(`PY-37 ${version}: what fails in it is answered as a failure, and logged`, async () => {
      const { server } = cleaning(() => {
        throw new Error('no room left')
      })
      const { ask, logger } = await opened(server, version)
      const { result } = await ask(call(version, 'work'))
      assert.deepEqual(result.content, [{ type: 'text', text: 'work: no room left' }])
      assert.equal(result.isError, true)
      assert.deepEqual(
        logger.lines.map(({ message }) => message),
        ['tools/call failed:'],
      )
    })

    it(`PY-37 ${version}: what hangs in it is left behind at the timeout, and the call is answered`, async (t) => {
      t.mock.timers.enable({ apis: ['setTimeout'] })
      const { server, steps } = cleaning(() => new Promise(() => undefined))
      const { send, next } = await opened(server, version, { timeoutMs: 5_000 })
      send(call(version, 'work'))
      await new Promise(setImmediate)
      assert.deepEqual(steps, ['cleaning up'])
      t.mock.timers.tick(5_000)
      assert.equal((await next()).result.content[0].text, 'work: timed out after 5000 ms')
    })

    it(`PY-38 ${version}: goes on after the call was cancelled, and after its client has gone`, async () => {
      for (const end of ['cancel', 'disconnect'] as const) {
        const { server, steps, started } = cleaning(() => new Promise(setImmediate))
        const { connection, send, inbox } = await opened(server, version)
        send(call(version, 'wait'))
        await started
        if (end === 'disconnect') connection.disconnect()
        else send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
        await connection.drained()
        assert.deepEqual(steps, DONE)
        assert.equal(inbox.size, 0)
      }
    })
  }
})
