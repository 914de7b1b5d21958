import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChildProcessError } from '../../../src/transport/spawn/child-process-error.ts'
import { serverThat } from '../../support/children.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The facts of an error, without what varies from run to run. */
const factsOf = (error: Error | undefined) => {
  assert.ok(error instanceof ChildProcessError)
  const { code, problem, exitCode, signal, stderr } = error
  const message = error.message.replace(process.execPath, 'node').replace(/\d+/, 'N')
  return { code, problem, exitCode, signal, stderr, message }
}

const NOTHING = { code: 'disconnected', exitCode: null, signal: null, stderr: '' } as const

test('a child that ends by itself is told of: what it is called, how it ended, and what it last wrote to stderr', async (t) => {
  const { closed, heard } = await serverThat(t, () => {
    process.stderr.write(`${'x'.repeat(3_000)}\nthere is no key\n`, () => process.exit(3))
  })
  const { stderr, message, ...facts } = factsOf(await closed)
  assert.deepEqual(facts, { code: 'disconnected', problem: 'exited', exitCode: 3, signal: null })
  assert.equal(stderr, `${'x'.repeat(3_000)}\nthere is no key\n`)
  assert.match(
    message,
    /^the server "node" \(process N\) has exited with code 3\. The end of its stderr:\nx+\nthere is no key$/,
  )
  assert.ok(message.length < 2_100)
  assert.deepEqual(heard, ['closed'])
})

test('a child that nobody has asked to end has failed, even with code 0', async (t) => {
  const { closed } = await serverThat(t, ({ onWord }) => onWord(() => process.exit(0)), {}).then((server) => {
    server.caller.tell('end')
    return server
  })
  assert.deepEqual(factsOf(await closed), {
    ...NOTHING,
    problem: 'exited',
    exitCode: 0,
    message: 'the server "node" (process N) has exited with code 0',
  })
})

test('a child that a signal ends is told of', async (t) => {
  const { closed, transport } = await serverThat(t, () => undefined)
  process.kill(transport.pid as number, 'SIGKILL')
  assert.deepEqual(factsOf(await closed), {
    ...NOTHING,
    problem: 'exited',
    signal: 'SIGKILL',
    message: 'the server "node" (process N) was ended by SIGKILL',
  })
})

test('PY-56 what a child has written before it ends arrives, even at a receiver that has enough for now', async (t) => {
  const { caller, texts, closed, heard } = await serverThat(
    t,
    ({ out, say }) => {
      const { writeSync } = require('node:fs') as typeof import('node:fs')
      out('first')
      let lines = 0
      let failures = 0
      // As much as the pipe takes, again and again, until nobody has made room in it for a while.
      const fill = (): void => {
        try {
          for (;;) {
            if (writeSync(1, `${'x'.repeat(99)}\n`) < 100) break
            lines += 1
            failures = 0
          }
        } catch {
          failures += 1
        }
        if (failures < 1_000) setImmediate(fill)
        else process.stderr.write('gone', () => void say(`${lines}`).then(() => process.exit(0)))
      }
      fill()
    },
    {},
    () => new Promise(() => undefined),
  )
  assert.equal(await texts.next(), 'first')
  const lines = Number(await caller.said.next())
  assert.equal(factsOf(await closed).stderr, 'gone')
  assert.ok(lines > 0)
  assert.equal(heard.length, lines + 2)
  assert.ok(heard.slice(1, -1).every((text) => text === 'x'.repeat(99)))
  assert.equal(heard.at(-1), 'closed')
})

test('a last line without a line break arrives, too', async (t) => {
  const { closed, heard } = await serverThat(t, () => {
    process.stdout.write('first\nlast', () => process.exit(0))
  })
  assert.equal(factsOf(await closed).exitCode, 0)
  assert.deepEqual(heard, ['first', 'last', 'closed'])
})

test('PY-60 what a child that ended well leaves running lives on, and delays nothing', async (t) => {
  const { closed, caller, other, heard } = await serverThat(t, ({ beget, onWord, out }) => {
    beget(({ say, onWord }) => {
      process.on('SIGTERM', () => void say('SIGTERM'))
      process.stdout.on('error', ({ message }) => void say(message))
      onWord((word) => (word === 'end' ? process.exit(0) : process.stdout.write('{}\n')))
    }, 'background')
    onWord(() => {
      out('last')
      process.exit(0)
    })
  })
  const background = await other('background')
  caller.tell('end')
  assert.equal(factsOf(await closed).exitCode, 0)
  assert.deepEqual(heard, ['last', 'closed'])
  background.tell('write')
  assert.equal(await background.said.next(), 'write EPIPE')
  background.tell('end')
  await background.gone
})

test('PY-55 a background child that writes without end is not listened to for ever', async (t) => {
  const { closed, caller, other, heard } = await serverThat(
    t,
    ({ beget, onWord }) => {
      beget(() => {
        process.stdout.on('error', () => process.exit(0))
        const write = (): void => {
          process.stdout.write('{}\n')
          setImmediate(write)
        }
        write()
      }, 'background')
      onWord(() => process.exit(0))
    },
    { graceMs: 50 },
  )
  const background = await other('background')
  caller.tell('end')
  assert.equal(factsOf(await closed).exitCode, 0)
  assert.equal(heard.at(-1), 'closed')
  await background.gone
})

test('PY-59 what a child that ends badly leaves running is ended, too', async (t) => {
  const { closed, caller, other } = await serverThat(t, ({ beget, onWord }) => {
    beget(({ say }) => {
      process.on('SIGTERM', () => void say('SIGTERM').then(() => process.exit(0)))
      void say('ready')
    }, 'orphan')
    onWord(() => process.exit(1))
  })
  const orphan = await other('orphan')
  assert.equal(await orphan.said.next(), 'ready')
  caller.tell('end')
  assert.equal(factsOf(await closed).exitCode, 1)
  assert.equal(await orphan.said.next(), 'SIGTERM')
  await orphan.gone
})

test('TSBUG-13 whoever waits for a child that dies meanwhile is let go, and what is sent later is dropped', async (t) => {
  const { transport, closed } = await serverThat(t, () => undefined)
  const waits: Promise<void>[] = []
  while (waits.length < 3) {
    const wait = transport.send('x'.repeat(10_000))
    if (wait) waits.push(wait)
    else await turn()
  }
  process.kill(transport.pid as number, 'SIGKILL')
  await Promise.all(waits)
  assert.equal(factsOf(await closed).signal, 'SIGKILL')
  assert.equal(transport.send('late'), undefined)
})

test('PY-57 a child that reads its stdin no more, but lives, is given up with the reason', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { transport, caller, closed } = await serverThat(t, ({ say }) => {
    const { closeSync } = require('node:fs') as typeof import('node:fs')
    closeSync(0)
    void say('closed')
  })
  assert.equal(await caller.said.next(), 'closed')
  // Whoever waits is let go at once, whatever becomes of the child.
  await transport.send('x'.repeat(100_000))
  t.mock.timers.tick(2_000)
  const { problem, message } = factsOf(await closed)
  assert.equal(problem, 'deaf')
  assert.equal(message, 'the server "node" (process N) has closed its stdin, and goes on running')
  await caller.gone
})

test('a child that closes its stdout, but lives, is given up with the reason', async (t) => {
  const { caller, closed, heard } = await serverThat(
    t,
    ({ out, say }) => {
      const { closeSync } = require('node:fs') as typeof import('node:fs')
      out('last')
      closeSync(1)
      void say('closed')
    },
    { graceMs: 50 },
  )
  const { problem, message } = factsOf(await closed)
  assert.equal(problem, 'mute')
  assert.equal(message, 'the server "node" (process N) has closed its stdout, and goes on running')
  assert.deepEqual(heard, ['last', 'closed'])
  await caller.gone
})
