import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AbortedError } from '../../src/errors.ts'
import { Call, silent } from '../../src/peer/call.ts'
import { InFlight } from '../../src/peer/in-flight.ts'

const call = (): Call => new Call(1, 'a', undefined, silent)

test('2026-07-28 Requests: a key is taken until its call is removed', () => {
  const calls = new InFlight<string | number>()
  const first = call()
  assert.equal(calls.add(1, first), true)
  assert.equal(calls.add(1, call()), false)
  assert.equal(calls.get(1), first)
  calls.remove(1)
  assert.equal(calls.get(1), undefined)
  assert.equal(calls.add(1, call()), true)
})

test('PY-11: keys of different types are different keys', () => {
  const calls = new InFlight<string | number>()
  assert.equal(calls.add('1', call()), true)
  assert.equal(calls.add(1, call()), true)
  assert.equal(calls.add(0, call()), true)
  assert.equal(calls.add('', call()), true)
})

test('TS-46 all are aborted at once, for one reason', () => {
  const calls = new InFlight<number>()
  const two = [call(), call()]
  for (const [key, one] of two.entries()) calls.add(key, one)
  const reason = new AbortedError('disconnected', 'gone')
  calls.abortAll(reason)
  for (const one of two) assert.equal(one.signal.reason, reason)
})

test('idle settles when nothing is in flight: at once, or for all who wait', async () => {
  const calls = new InFlight<number>()
  await calls.idle()
  calls.add(1, call())
  calls.add(2, call())
  const settled: string[] = []
  const waiting = ['a', 'b'].map((name) => calls.idle().then(() => settled.push(name)))
  calls.remove(1)
  await Promise.resolve()
  assert.deepEqual(settled, [])
  calls.remove(2)
  await Promise.all(waiting)
  assert.deepEqual(settled, ['a', 'b'])
  calls.remove(2)
  await calls.idle()
})
