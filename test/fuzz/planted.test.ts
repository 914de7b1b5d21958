import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PLANTED } from './planted.ts'
import { FUZZERS } from './targets/index.ts'

test('something is planted for every fuzzer', () => {
  const names = new Set(PLANTED.map(([, { name }]) => name))
  assert.deepEqual(
    FUZZERS.filter(({ name }) => !names.has(name)).map(({ name }) => name),
    [],
  )
})

for (const [what, { name, run }] of PLANTED) {
  test(`${name} finds ${what}`, async () => {
    // One of them is found by its hanging: half a second is as good as five.
    const { failure } = await run({ seed: 1, shrinks: false, hangsMs: 500 })
    assert.ok(failure, 'nothing was found')
  })
}
