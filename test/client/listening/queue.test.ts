import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ChangeQueue } from '../../../src/client/listening/queue.ts'

it('a queue takes nothing behind its end, and ends once', async () => {
  const queue = new ChangeQueue()
  queue.add({ kind: 'tools' })
  queue.end(new Error('the first end'))
  queue.end()
  queue.add({ kind: 'prompts' })
  assert.deepEqual(await queue.take(), { kind: 'tools' })
  await assert.rejects(queue.take(), /the first end/)
  assert.equal(await queue.take(), undefined)
})
