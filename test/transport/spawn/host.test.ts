import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Running, start, typescript, waitForOutput } from '../../../scripts/child.ts'
import { endAtExit } from '../../../src/transport/spawn/exit-guard.ts'
import type { SpawnOptions } from '../../../src/transport/spawn/spawn.ts'
import { type Behaviour, beacon, serverThat } from '../../support/children.ts'

const PROGRAM = join(import.meta.dirname, '..', '..', 'fixtures', 'spawning.ts')

type How = 'exit' | 'close' | 'congested'

/** Starts a program that has servers as its children. It is ended with its test at the latest. */
const host = (t: TestContext, how: How, servers: readonly SpawnOptions[]): Running => {
  const running = start(process.execPath, [...typescript, PROGRAM, how, JSON.stringify(servers)])
  t.after(running.end)
  return running
}

/** Goes on without its host, unless it is asked to end. */
const stubborn: Behaviour = ({ say, out, beget }) => {
  beget(({ say }) => {
    process.on('SIGTERM', () => void say('SIGTERM').then(() => process.exit(0)))
    void say('ready')
  }, 'descendant')
  process.on('SIGTERM', () => void say('SIGTERM').then(() => process.exit(0)))
  out('ready')
}

test('PY-59 a program that exits has its children end, and all that they have started', async (t) => {
  const { command, caller } = await beacon(t)
  const { ended } = host(t, 'exit', [command(stubborn, 'one'), command(stubborn, 'two')])
  for (const name of ['one', 'two']) {
    const { said, gone } = await caller(name)
    assert.equal(await said.next(), 'SIGTERM')
    await gone
  }
  const { code, stderr } = await ended
  assert.deepEqual([code, stderr], [0, ''])
})

test('children that were closed keep no program alive, and have none warned of too many listeners', async (t) => {
  const { command } = await beacon(t)
  const good: Behaviour = ({ out }) => {
    process.stdin.on('end', () => process.exit(0)).resume()
    out('ready')
  }
  const servers = Array.from({ length: 12 }, (_, number) => command(good, String(number)))
  const { code, stdout, stderr } = await host(t, 'close', servers).ended
  assert.deepEqual([code, stdout, stderr], [0, '', ''])
})

test('stderr can be passed on: in its order, whole, and no faster than it is read', async (t) => {
  const { command } = await beacon(t)
  const server = command(({ out }) => {
    const lines = Array.from({ length: 200_000 }, (_, number) => `${number} Zürich\n`)
    process.stderr.write(lines.join(''), () => out('written'))
    process.stdin.on('end', () => process.stderr.write('bye\n', () => process.exit(0))).resume()
  })
  const running = host(t, 'congested', [{ ...server, stderr: 'inherit' }])
  running.process.stderr?.pause()
  await waitForOutput(running, /^congested$/m, 60_000)
  running.process.stderr?.resume()
  const { code, stderr } = await running.ended
  const lines = stderr.split('\n')
  assert.equal(code, 0)
  assert.deepEqual(lines.slice(200_000), ['bye', ''])
  for (let number = 0; number < 200_000; number += 1) assert.equal(lines[number], `${number} Zürich`)
})

test('what a child wrote to stderr before it ended is passed on, even while nobody reads there', async (t) => {
  const { command, caller } = await beacon(t)
  const server = command(({ out, say }) => {
    const { writeSync } = require('node:fs') as typeof import('node:fs')
    let lines = 0
    let failures = 0
    // As much as the pipes take, again and again, until nobody has made room in them for a while.
    const fill = (): void => {
      try {
        for (;;) {
          if (writeSync(2, `${'x'.repeat(99)}\n`) < 100) break
          lines += 1
          failures = 0
        }
      } catch {
        failures += 1
      }
      if (failures < 1_000) setImmediate(fill)
      else void say(`${lines}`).then(() => out('written'))
    }
    // Its pipe must not block it.
    process.stderr.write('')
    process.stdin.on('end', () => process.exit(0)).resume()
    fill()
  })
  const { process: program, ended } = host(t, 'close', [{ ...server, stderr: 'inherit' }])
  program.stderr?.pause()
  const { said, gone } = await caller('server')
  const lines = Number(await said.next())
  await gone
  program.stderr?.resume()
  const { code, stderr } = await ended
  assert.equal(code, 0)
  const heard = stderr.split('\n').filter((line) => line === 'x'.repeat(99))
  assert.ok(lines > 0)
  assert.equal(heard.length, lines)
})

test('there is one listener for the exit of the program, as long as there are children', async (t) => {
  const before = process.listenerCount('exit')
  const servers = [await serverThat(t, () => undefined), await serverThat(t, () => undefined)] as const
  assert.equal(process.listenerCount('exit'), before + 1)
  await servers[0].transport.close(new Error('the first'))
  assert.equal(process.listenerCount('exit'), before + 1)
  await servers[1].transport.close(new Error('the second'))
  assert.equal(process.listenerCount('exit'), before)
})

test('what has been forgotten twice is forgotten once', () => {
  const before = process.listenerCount('exit')
  const [one, two] = [endAtExit(() => undefined), endAtExit(() => undefined)]
  one()
  one()
  assert.equal(process.listenerCount('exit'), before + 1)
  two()
  assert.equal(process.listenerCount('exit'), before)
})
