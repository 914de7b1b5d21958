import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { start, typescript } from '../../scripts/child.ts'

const fuzz = (...args: readonly string[]) =>
  start(process.execPath, [...typescript, join(import.meta.dirname, 'main.ts'), ...args]).ended

test('npm run fuzz: one fuzzer, from one seed', async () => {
  const { code, stdout, stderr } = await fuzz('--only', 'header-value', '--seed', '3')
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(stdout, /^header-value: from the seed 3 1000 cases in \d+\.\d s, \d+ a second\n$/)
})

for (const args of [
  ['--only', 'nothing'],
  ['--seed', 'x'],
  ['--seconds', '-1'],
]) {
  test(`npm run fuzz: ${args.join(' ')} is answered with how to use it`, async () => {
    const { code, stdout, stderr } = await fuzz(args.join('='))
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /--only <name>.*header-value/s)
  })
}
