import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeFailure } from './engine.ts'
import { FUZZERS } from './targets/index.ts'

const SEED = 1

for (const { name, run } of FUZZERS) {
  test(`${name}: what must hold of every input holds of these`, async () => {
    const { failure } = await run({ seed: SEED })
    assert.equal(failure && describeFailure(name, SEED, failure), undefined)
  })
}
