import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AbortedError, McpError } from '../../src/errors.ts'
import { Pending } from '../../src/peer/pending.ts'
import type { Response } from '../../src/wire/message.ts'

const GONE = new AbortedError('disconnected', 'gone')

/** Requests of one side, and what went to the other. */
const begin = () => {
  const pending = new Pending()
  const sent: unknown[] = []
  const ask = (method: string, params?: object, signal = new AbortController().signal): Promise<unknown> =>
    pending.request((text) => sent.push(JSON.parse(text)), method, params, signal)
  return { pending, sent, ask }
}

const answer = (id: string | number, result: unknown): Response => ({ kind: 'response', id, result, error: undefined })

test('a request goes out with an id of its own, and without params where there are none', async () => {
  const { pending, sent, ask } = begin()
  const first = ask('roots/list')
  const second = ask('elicitation/create', { message: 'Really?' })
  assert.deepEqual(sent, [
    { jsonrpc: '2.0', id: 1, method: 'roots/list' },
    { jsonrpc: '2.0', id: 2, method: 'elicitation/create', params: { message: 'Really?' } },
  ])
  assert.equal(pending.size, 2)
  assert.equal(pending.settle(answer(2, 'two')), true)
  assert.equal(pending.settle(answer(1, 'one')), true)
  assert.deepEqual(await Promise.all([first, second]), ['one', 'two'])
  assert.equal(pending.size, 0)
})

test('an error in place of an answer rejects with its code, message and data', async () => {
  const { pending, ask } = begin()
  const asked = ask('sampling/createMessage')
  pending.settle({ kind: 'response', id: 1, result: undefined, error: { code: -1, message: 'No', data: { why: 1 } } })
  await assert.rejects(asked, (error: McpError) => {
    assert.ok(error instanceof McpError)
    assert.deepEqual([error.code, error.message, error.data], [-1, 'No', { why: 1 }])
    return true
  })
})

test('an answer that nobody waits for is told apart, and changes nothing', async () => {
  const { pending, ask } = begin()
  assert.equal(pending.settle(answer(1, 'early')), false)
  const asked = ask('roots/list')
  assert.equal(pending.settle(answer('1', 'of another type')), false)
  assert.equal(pending.settle(answer(7, 'of another request')), false)
  assert.equal(pending.settle(answer(1, 'the one')), true)
  assert.equal(pending.settle(answer(1, 'the same again')), false)
  assert.equal(await asked, 'the one')
})

test('PY-2, PY-15; 2025-11-25 Cancellation: a request that is given up is cancelled, and its answer comes too late', async () => {
  const { pending, sent, ask } = begin()
  const controller = new AbortController()
  const asked = ask('roots/list', undefined, controller.signal)
  controller.abort(new AbortedError('timeout', 'late'))
  await assert.rejects(asked, { code: 'timeout' })
  assert.deepEqual(sent[1], { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
  assert.equal(pending.settle(answer(1, 'late')), false)
  assert.equal(pending.size, 0)
})

test('TS-44, PY-2: a request that is given up before it was sent sends nothing', async () => {
  const { sent, ask } = begin()
  await assert.rejects(ask('roots/list', undefined, AbortSignal.abort(GONE)), GONE)
  assert.deepEqual(sent, [])
})

test('TS-44: what was settled is not cancelled by a signal that aborts afterwards', async () => {
  const { pending, sent, ask } = begin()
  const controller = new AbortController()
  const answered = ask('roots/list', undefined, controller.signal)
  const refused = ask('roots/list', undefined, controller.signal)
  pending.settle(answer(1, 'one'))
  pending.settle({ kind: 'response', id: 2, result: undefined, error: { code: 1, message: 'No' } })
  controller.abort(GONE)
  assert.equal(await answered, 'one')
  await assert.rejects(refused, { code: 1 })
  assert.equal(sent.length, 2)
})

test('PY-17: at its end everything that waits is rejected, and so is everything that comes later', async () => {
  const { pending, sent, ask } = begin()
  const controller = new AbortController()
  const asked = ask('roots/list', undefined, controller.signal)
  pending.close(GONE)
  pending.close(new AbortedError('closed', 'again'))
  controller.abort()
  await assert.rejects(asked, GONE)
  await assert.rejects(ask('roots/list'), GONE)
  assert.equal(sent.length, 1)
  assert.equal(pending.size, 0)
})

test('a request that cannot be sent is rejected with what keeps it from being sent, and nothing waits', async () => {
  const pending = new Pending()
  const ended: string[] = []
  const waiting = pending.wait(
    () => {
      throw GONE
    },
    () => ended.push('over'),
  )
  await assert.rejects(waiting, GONE)
  assert.deepEqual(ended, ['over'])
  assert.equal(pending.size, 0)
})

test('whoever waits hears once that it is over, however that comes', async () => {
  const pending = new Pending()
  const ended: number[] = []
  const wait = (): Promise<unknown> => {
    let given = 0
    return pending.wait(
      (id) => {
        given = id
      },
      () => ended.push(given),
    )
  }
  const [answered, refused, given, left] = [wait(), wait(), wait(), wait()]
  pending.settle(answer(1, 'one'))
  pending.settle({ kind: 'response', id: 2, result: undefined, error: { code: 1, message: 'No' } })
  assert.equal(pending.reject(3, new Error('enough')), true)
  assert.equal(pending.reject(3, new Error('again')), false)
  pending.close(GONE)
  assert.equal(await answered, 'one')
  await assert.rejects(refused, { code: 1 })
  await assert.rejects(given, { message: 'enough' })
  await assert.rejects(left, GONE)
  assert.deepEqual(ended, [1, 2, 3, 4])
  await assert.rejects(wait(), GONE)
  assert.equal(ended.length, 4)
})
