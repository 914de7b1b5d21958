import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AbortedError } from '../../src/errors.ts'
import { Call, type Outlet, silent } from '../../src/peer/call.ts'

const reason = (message = 'enough'): AbortedError => new AbortedError('cancelled', message)

const keeping = () => {
  const sent: string[] = []
  const outlet: Outlet = {
    send: (text) => {
      sent.push(text)
      return undefined
    },
  }
  return { sent, outlet }
}

test('a call knows what was asked', () => {
  const call = new Call(0, 'tools/call', { name: 'a' }, silent)
  assert.equal(call.id, 0)
  assert.equal(call.method, 'tools/call')
  assert.deepEqual(call.params, { name: 'a' })
  assert.equal(call.aborted, undefined)
  assert.equal(call.signal.aborted, false)
})

test('whoever waits for the abort of a call hears of it once, with no signal, and not after its end', () => {
  const [call, ended] = [new Call(1, 'a', undefined, silent), new Call(2, 'a', undefined, silent)]
  let heard = 0
  for (const one of [call, ended]) one.whenAborted(() => (heard += 1))
  ended.end()
  for (const one of [call, call, ended]) one.abort(reason())
  assert.equal(heard, 1)
})

test('a signal aborts with the reason of the call, whether it was looked at before or after', () => {
  const call = new Call(1, 'a', undefined, silent)
  const { signal } = call
  let heard: unknown
  signal.addEventListener('abort', () => {
    heard = signal.reason
  })
  const why = reason()
  call.abort(why)
  assert.equal(heard, why)
  assert.equal(call.signal, signal)

  const late = new Call(2, 'a', undefined, silent)
  late.abort(why)
  assert.equal(late.signal.aborted, true)
  assert.equal(late.signal.reason, why)
  assert.equal(late.aborted, why)
})

test('the first reason stays', () => {
  const call = new Call(1, 'a', undefined, silent)
  const first = reason('first')
  call.abort(first)
  call.abort(reason('second'))
  assert.equal(call.signal.reason, first)
  assert.equal(call.aborted, first)
})

test('a call that has ended is not aborted any more', () => {
  const call = new Call(1, 'a', undefined, silent)
  const { signal } = call
  call.end()
  call.abort(reason())
  assert.equal(signal.aborted, false)
  assert.equal(call.aborted, undefined)
})

test('2026-07-28 Progress: messages stop when the call has ended or was aborted', async () => {
  const { sent, outlet } = keeping()
  const ended = new Call(1, 'a', undefined, outlet)
  await ended.send('one')
  ended.end()
  await ended.send('two')
  const aborted = new Call(2, 'a', undefined, outlet)
  aborted.abort(reason())
  await aborted.send('three')
  assert.deepEqual(sent, ['one'])
})

test('a call passes on that its reader is slow', async () => {
  let makeRoom: () => void = () => undefined
  const room = new Promise<void>((resolve) => {
    makeRoom = resolve
  })
  const call = new Call(1, 'a', undefined, { send: () => room })
  assert.equal(call.send('x'), room)
  makeRoom()
  await room
})

test('the silent outlet takes everything and says nothing', () => {
  assert.equal(silent.send('x'), undefined)
})

test('what is sent anyway goes out after the end, too, and a call knows whether it has ended', () => {
  const { sent, outlet } = keeping()
  const call = new Call(1, 'a', undefined, outlet)
  assert.equal(call.ended, false)
  call.end()
  assert.equal(call.ended, true)
  call.send('too late')
  call.sendAnyway('taken back')
  assert.deepEqual(sent, ['taken back'])
})
