import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChildProcessError } from '../../../src/transport/spawn/child-process-error.ts'
import { type Behaviour, serverThat } from '../../support/children.ts'

const GRACE_MS = 2_000

/** Ends with its stdin, and says so. */
const good: Behaviour = ({ say, onLine }) => {
  let count = 0
  onLine(() => {
    count += 1
  })
  process.on('SIGTERM', () => void say('SIGTERM'))
  process.stdin.on('end', () => void say(`${count} lines, then the end`).then(() => process.exit(0)))
}

/** Goes on after the end of its stdin, until it is asked to end. */
const stubborn: Behaviour = ({ say, onWord }) => {
  onWord(() => void say('here'))
  process.on('SIGTERM', () => void say('SIGTERM').then(() => process.exit(1)))
  process.stdin.on('end', () => void say('end')).resume()
}

/** Cannot be asked to end. */
const stuck: Behaviour = ({ say }) => {
  process.on('SIGTERM', () => void say('SIGTERM'))
  process.stdin.on('end', () => void say('end')).resume()
}

const problemOf = (error: Error | undefined) => {
  assert.ok(error instanceof ChildProcessError, String(error))
  return error.problem
}

/** All that promises lead to, without a turn of the event loop. */
const microtasks = async (): Promise<void> => {
  for (let count = 0; count < 50; count += 1) await undefined
}

test('PY-54, PY-55: a child that ends with its stdin gets all that was sent, and no signal', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, caller, closed, heard } = await serverThat(t, good)
  for (let number = 0; number < 500; number += 1) void transport.send(`${number} ${'x'.repeat(10_000)}`)
  await transport.close()
  assert.equal(await closed, undefined)
  assert.equal(await caller.said.next(), '500 lines, then the end')
  t.mock.timers.tick(10 * GRACE_MS)
  await caller.gone
  assert.equal(caller.said.size, 0)
  assert.deepEqual(heard, ['closed'])
})

test('PY-54 a child that goes on is asked to end when the grace is over, and not a millisecond before', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, caller, closed } = await serverThat(t, stubborn)
  const closing = transport.close()
  assert.equal(await caller.said.next(), 'end')
  t.mock.timers.tick(GRACE_MS - 1)
  caller.tell('?')
  assert.equal(await caller.said.next(), 'here')
  t.mock.timers.tick(1)
  assert.equal(await caller.said.next(), 'SIGTERM')
  assert.equal(await closed, undefined)
  await closing
  await caller.gone
  assert.equal(caller.said.size, 0)
})

test('a child that cannot be asked is ended by force, and that is told', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, caller, closed } = await serverThat(t, stuck)
  const closing = transport.close()
  assert.equal(await caller.said.next(), 'end')
  t.mock.timers.tick(GRACE_MS)
  assert.equal(await caller.said.next(), 'SIGTERM')
  t.mock.timers.tick(GRACE_MS)
  await closing
  const error = await closed
  assert.equal(problemOf(error), 'killed')
  assert.match(String(error), /\(process \d+\) had to be killed: it did not end with its stdin, nor by SIGTERM$/)
  await caller.gone
})

test('PY-61 a child that survives even that is left behind', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, caller, closed } = await serverThat(t, stuck)
  const closing = transport.close()
  assert.equal(await caller.said.next(), 'end')
  // Its end by SIGKILL cannot be seen before the event loop turns, which is after the last grace.
  for (let step = 0; step < 3; step += 1) {
    t.mock.timers.tick(GRACE_MS)
    await microtasks()
  }
  await closing
  const error = await closed
  assert.equal(problemOf(error), 'left-behind')
  assert.match(String(error), /is left behind: not even SIGKILL could end it$/)
  await caller.gone
})

test('PY-61 a child that does not end well after its stdin has its code told', async (t) => {
  const { transport, closed } = await serverThat(t, () => {
    process.stdin.on('end', () => process.stderr.write('the file is full', () => process.exit(4))).resume()
  })
  await transport.close()
  const error = await closed
  assert.equal(problemOf(error), 'exited')
  assert.match(String(error), /has exited with code 4\. The end of its stderr:\nthe file is full$/)
})

test('PY-56 a child that is blocked because nobody reads can end', async (t) => {
  // No grace is ever over: without its stdout being read, it would stay.
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, texts, closed, heard } = await serverThat(
    t,
    ({ out, say }) => {
      out('first')
      process.stdout.write(`${'x'.repeat(100)}\n`.repeat(100_000), () => {
        process.stdin.on('end', () => process.exit(0)).resume()
      })
      void say('ready')
    },
    {},
    () => new Promise(() => undefined),
  )
  assert.equal(await texts.next(), 'first')
  const before = heard.length
  await transport.close()
  assert.equal(await closed, undefined)
  // Whoever has closed it wants no more.
  assert.deepEqual(heard.slice(before), ['closed'])
})

test('a child that closes its stdout because it is closed has not failed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, caller, closed } = await serverThat(t, ({ say }) => {
    const { closeSync } = require('node:fs') as typeof import('node:fs')
    process.on('SIGTERM', () => process.exit(0))
    process.stdin.on('end', () => {
      closeSync(1)
      void say('end')
    })
    process.stdin.resume()
  })
  const closing = transport.close()
  assert.equal(await caller.said.next(), 'end')
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(GRACE_MS)
  await closing
  assert.equal(await closed, undefined)
})

test('nothing more of a chunk is delivered once the receiver has closed', async (t) => {
  let close: () => void = () => undefined
  const { transport, closed, heard } = await serverThat(
    t,
    ({ onLine }) => {
      onLine(() => process.stdout.write(Buffer.from('one\ntwo\n\xff\nthree\n', 'latin1')))
      process.stdin.on('end', () => process.exit(0))
    },
    {},
    () => close(),
  )
  close = () => void transport.close()
  void transport.send('go')
  assert.equal(await closed, undefined)
  assert.deepEqual(heard, ['one', 'closed'])
})

test('PY-57 a child that never reads what it was sent does not keep the transport from closing', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, caller, closed } = await serverThat(t, () => undefined)
  const waits = Array.from({ length: 100 }, () => transport.send('x'.repeat(100_000)))
  const closing = transport.close()
  t.mock.timers.tick(GRACE_MS)
  await Promise.all([closing, ...waits])
  assert.equal(await closed, undefined)
  await caller.gone
})

test('PY-59 the whole tree is reached, even when its first process has gone', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, caller, other, closed } = await serverThat(t, ({ beget }) => {
    beget(({ say }) => {
      process.on('SIGTERM', () => void say('SIGTERM'))
      void say('ready')
    }, 'descendant')
  })
  const descendant = await other('descendant')
  assert.equal(await descendant.said.next(), 'ready')
  const closing = transport.close()
  t.mock.timers.tick(GRACE_MS)
  assert.equal(await descendant.said.next(), 'SIGTERM')
  await caller.gone
  assert.equal(await closed, undefined)
  t.mock.timers.tick(GRACE_MS)
  await descendant.gone
  await closing
})

test('PY-60 what a child that ended well has started lives on', async (t) => {
  const { transport, other, closed } = await serverThat(t, ({ beget }) => {
    beget(({ say, onWord }) => {
      process.on('SIGTERM', () => void say('SIGTERM'))
      onWord((word) => (word === 'end' ? process.exit(0) : void say('here')))
    }, 'background')
    process.stdin.on('end', () => process.exit(0)).resume()
  })
  const background = await other('background')
  await transport.close()
  assert.equal(await closed, undefined)
  background.tell('?')
  assert.equal(await background.said.next(), 'here')
  background.tell('end')
  await background.gone
})

test('with an error, nothing is waited for: the child is asked to end at once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, caller, closed } = await serverThat(t, ({ say }) => {
    process.on('SIGTERM', () => void say('SIGTERM').then(() => process.exit(0)))
    void say('ready')
  })
  assert.equal(await caller.said.next(), 'ready')
  const error = new Error('it talks nonsense')
  await transport.close(error)
  assert.equal(await closed, error)
  assert.equal(await caller.said.next(), 'SIGTERM')
})

test('whoever waits for the end can stop waiting by an error', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, caller, closed } = await serverThat(t, stubborn)
  const closing = transport.close()
  assert.equal(await caller.said.next(), 'end')
  const error = new Error('that is long enough')
  await Promise.all([transport.close(error), transport.close(new Error('again')), transport.close(), closing])
  assert.equal(await closed, error)
  assert.equal(await caller.said.next(), 'SIGTERM')
})
