import assert from 'node:assert/strict'
import fs, { writeSync } from 'node:fs'
import { test } from 'node:test'
import { takeStdout } from '../../src/transport/stdout.ts'

const NAMES = [
  'write',
  'writeSync',
  'writev',
  'writevSync',
  'writeFile',
  'writeFileSync',
  'appendFile',
  'appendFileSync',
] as const

test('stdout is taken once, and given back as it was', () => {
  const before = NAMES.map((name) => fs[name])
  const { write, end } = process.stdout
  const imported = writeSync
  const listeners = process.stderr.listenerCount('error')
  for (let round = 0; round < 2; round += 1) {
    const taken = takeStdout()
    try {
      assert.throws(takeStdout, { name: 'DefinitionError', message: /another server speaks/ })
      assert.notEqual(process.stdout.write, write)
      assert.notEqual(writeSync, imported)
      for (const name of NAMES) assert.notEqual(fs[name], before[NAMES.indexOf(name)], name)
    } finally {
      taken.release()
    }
    assert.equal(process.stdout.write, write)
    assert.equal(process.stdout.end, end)
    assert.equal(writeSync, imported)
    assert.deepEqual(
      NAMES.map((name) => fs[name]),
      before,
    )
  }
  assert.equal(process.stderr.listenerCount('error'), listeners)
})

test('files are written to as ever while stdout is taken', () => {
  const path = `${import.meta.dirname}/../../.build/stdout-test-${process.pid}`
  fs.mkdirSync(`${import.meta.dirname}/../../.build`, { recursive: true })
  const taken = takeStdout()
  try {
    fs.writeFileSync(path, 'one')
    fs.appendFileSync(path, ' two')
    const descriptor = fs.openSync(path, 'a')
    fs.writeSync(descriptor, ' three')
    fs.closeSync(descriptor)
    assert.equal(fs.readFileSync(path, 'utf8'), 'one two three')
  } finally {
    taken.release()
    fs.rmSync(path, { force: true })
  }
})
