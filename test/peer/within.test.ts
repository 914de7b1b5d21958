import assert from 'node:assert/strict'
import { test } from 'node:test'
import { within } from '../../src/peer/within.ts'

test('what settles in time is waited for, and nobody is told that it is late', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await within(10, Promise.resolve('early'), () => assert.fail('it was not late'))
  t.mock.timers.tick(10)
})

test('what fails in time fails, and leaves no timer behind', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const failed = within(10, Promise.reject(new Error('no')), () => assert.fail('it was not late'))
  await assert.rejects(failed, /^Error: no$/)
  t.mock.timers.tick(10)
})

test('what takes longer is left, not a millisecond before', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const told: string[] = []
  const never = new Promise<never>(() => undefined)
  const both = Promise.all([within(10, never, () => told.push('late')), within(10, never)]).then(() =>
    told.push('left'),
  )
  t.mock.timers.tick(9)
  assert.deepEqual(told, [])
  t.mock.timers.tick(1)
  await both
  assert.deepEqual(told, ['late', 'left'])
})
