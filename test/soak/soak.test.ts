import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { start, typescript } from '../../scripts/child.ts'
import { Ledger } from './ledger.ts'
import { WAYS } from './life.ts'
import { section, summary, withSection } from './report.ts'
import { soak } from './soak.ts'

const SEED = 20_260_728

test('many clients come, call, are cut off and come again: each hears its own, nothing happens twice, nothing is left', async () => {
  const outcome = await soak({ seed: SEED, clients: 160, waves: 2, together: 80, processes: 0 })
  assert.deepEqual(outcome.problems, [], summary(outcome))
  for (const [what, count] of Object.entries(outcome.counts)) {
    if (what !== 'gaps') assert.ok(count > 0, `${what}: ${count}`)
  }
  const kinds = WAYS.map(([way, version]) => `${way}, ${version}`)
  assert.deepEqual([...outcome.clients.keys()].sort(), kinds.sort())
  const text = section(outcome)
  assert.match(text, /Problems: none\./)
  const page = withSection('# Reliability\n\n## Faults\n\nSome.\n', text)
  assert.equal(withSection(page, text), page)
  assert.match(page, /^# Reliability\n\n## Faults\n\nSome\.\n\n<!-- load.* -->\n## Load\n/)
})

describe('what the ledger finds', () => {
  const cases: readonly (readonly [string, (ledger: Ledger, serial: number) => void, RegExp])[] = [
    ['a call that was never settled', () => undefined, /never settled/],
    [
      'a call that was executed twice',
      (ledger, serial) => {
        for (const _ of [1, 2]) {
          ledger.begun('one', serial)
          ledger.done('one', serial)
        }
        ledger.settled(serial, 'failed')
      },
      /executed more than once/,
    ],
    [
      'a call that was answered without being executed',
      (ledger, serial) => ledger.settled(serial, 'answered'),
      /not exec/,
    ],
    [
      'a call that the server takes for that of another',
      (ledger, serial) => {
        ledger.settled(serial, 'failed')
        ledger.begun('two', serial)
      },
      /of two, which one has made/,
    ],
  ]
  for (const [what, happens, problem] of cases) {
    test(what, () => {
      const ledger = new Ledger()
      happens(ledger, ledger.call('one', 'echo'))
      ledger.close()
      assert.equal(ledger.problems.length, 1)
      assert.match(ledger.problems[0] ?? '', problem)
    })
  }
})

test('npm run soak -- --clients x is answered with how to use it', async () => {
  const { code, stdout, stderr } = await start(process.execPath, [
    ...typescript,
    join(import.meta.dirname, 'main.ts'),
    '--clients=x',
  ]).ended
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /--seed <number>/)
})
