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
    const { failure } = await run({ seed: 1, shrinks: false })
    assert.ok(failure, 'nothing was found')
  })
}
