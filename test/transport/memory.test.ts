import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AbortedError, createMemoryTransports, type TransportReceiver } from '../../src/index.ts'
import { callerOn } from '../support/transports.ts'

const noting = (texts: string[], message: TransportReceiver['message'] = () => undefined): TransportReceiver => ({
  message: (text) => {
    texts.push(text)
    return message(text)
  },
  malformed: (reason) => void texts.push(`malformed: ${reason}`),
  ended: () => void texts.push('ended'),
  closed: (error) => void texts.push(error ? `closed: ${error.message}` : 'closed'),
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** How large a text is, whatever is in it. */
const sized = (length: number): string => 'x'.repeat(length)

test('texts arrive in their order, in both directions, and never within the call that sends them', async () => {
  const [near, far] = createMemoryTransports()
  const [toNear, toFar]: [string[], string[]] = [[], []]
  await near.start(noting(toNear))
  await far.start(noting(toFar, (text) => void far.send(`answer to ${text}`)))
  near.send('one')
  near.send('two')
  assert.deepEqual(toFar, [])
  await turn()
  assert.deepEqual(toFar, ['one', 'two'])
  assert.deepEqual(toNear, ['answer to one', 'answer to two'])
})

test('PY-27: what was sent before the start is kept until then, and so is the end', async () => {
  const [near, far] = createMemoryTransports()
  near.send('one')
  near.close()
  await turn()
  const texts: string[] = []
  far.start(noting(texts))
  await turn()
  assert.deepEqual(texts, ['one', 'closed'])
})

test('an end is started once', () => {
  const [near] = createMemoryTransports()
  near.start(noting([]))
  assert.throws(() => near.start(noting([])), { name: 'DefinitionError', message: /started already/ })
})

for (const [name, error, expected] of [
  ['without an error: what was sent before arrives', undefined, ['one', 'two', 'closed']],
  ['with an error: nothing more arrives', new Error('gave up'), ['closed: gave up']],
] as const) {
  test(`close is heard by both sides, once, ${name}`, async () => {
    const [near, far] = createMemoryTransports()
    const [toNear, toFar]: [string[], string[]] = [[], []]
    near.start(noting(toNear))
    far.start(noting(toFar))
    near.send('one')
    near.send('two')
    far.send('late')
    near.close(error)
    assert.equal(near.send('after'), undefined)
    assert.equal(far.send('after'), undefined)
    near.close()
    far.close(new Error('again'))
    await turn()
    assert.deepEqual(toFar, expected)
    assert.deepEqual(toNear, [error ? 'closed: gave up' : 'closed'])
  })
}

test('whoever closes gets nothing more of what is on its way', async () => {
  const [near, far] = createMemoryTransports()
  const texts: string[] = []
  near.start(noting(texts, () => near.close()))
  far.send('one')
  far.send('two')
  await turn()
  assert.deepEqual(texts, ['one', 'closed'])
})

test('a sender waits while too much is on its way, and goes on when it was taken', async () => {
  const [near, far] = createMemoryTransports()
  assert.equal(near.send(sized(64 * 1024)), undefined)
  const waits = [near.send('more'), near.send('and more')]
  let settled = 0
  for (const wait of waits) void wait?.then(() => (settled += 1))
  await turn()
  assert.equal(settled, 0)
  await callerOn({ ...far, start: (receiver) => far.start({ ...receiver, message: () => undefined }) })
  await turn()
  assert.equal(settled, 2)
  assert.equal(near.send('short'), undefined)
})

test('a receiver that has enough for now gets the next text when it says so', async () => {
  const [near, far] = createMemoryTransports()
  const texts: string[] = []
  const holds: (() => void)[] = []
  far.start(noting(texts, () => new Promise((resolve) => holds.push(resolve))))
  near.send('one')
  near.send('two')
  await turn()
  assert.deepEqual(texts, ['one'])
  holds[0]?.()
  await turn()
  assert.deepEqual(texts, ['one', 'two'])
})

test('the end is heard by a receiver that has enough for now, behind what was sent before', async () => {
  const [near, far] = createMemoryTransports()
  const texts: string[] = []
  far.start(noting(texts, () => new Promise(() => undefined)))
  near.send('one')
  near.send('two')
  await turn()
  near.close()
  await turn()
  assert.deepEqual(texts, ['one', 'two', 'closed'])
})

test('PY-27: who waits for a side that never starts is let go when it is over', async () => {
  const [near] = createMemoryTransports()
  const wait = near.send(sized(65 * 1024))
  near.close()
  await wait
})

test('what is on its way is bounded: a side that takes nothing is given up', async () => {
  const [near, far] = createMemoryTransports()
  const megabyte = sized(1024 * 1024)
  let sent = 0
  while (near.send(megabyte) !== undefined && sent < 100) sent += 1
  assert.equal(sent, 65)
  const { closed, inbox } = await callerOn(far)
  const error = await closed
  assert.ok(error instanceof AbortedError)
  assert.deepEqual([error.code, error.message, inbox.size], ['disconnected', 'the other side does not read', 0])
})

test('whatever is sent, and whenever it is taken, arrives once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(100_000), fc.boolean()), { maxLength: 20 }), async (steps) => {
      const [near, far] = createMemoryTransports()
      const lengths: number[] = []
      const { closed } = await callerOn({
        ...far,
        start: (receiver) =>
          far.start({
            ...receiver,
            message: (text) => {
              lengths.push(text.length)
              return steps[lengths.length - 1]?.[1] ? turn() : undefined
            },
          }),
      })
      for (const [length] of steps) await near.send(sized(length))
      near.close()
      await closed
      assert.deepEqual(
        lengths,
        steps.map(([length]) => length),
      )
    }),
    { numRuns: 50 },
  )
})
