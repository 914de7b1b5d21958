import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { backoff, pause } from '../../src/client/pause.ts'

test('a pause takes its time, and leaves nothing on its signals', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const signals = [new AbortController().signal, new AbortController().signal] as const
  let isOver = false
  const paused = pause(100, ...signals).then(() => {
    isOver = true
  })
  t.mock.timers.tick(99)
  await undefined
  assert.equal(isOver, false)
  t.mock.timers.tick(1)
  await paused
  for (const signal of signals) assert.equal(getEventListeners(signal, 'abort').length, 0)
})

test('a pause ends with any of its signals, for the reason of that, also before it has begun', async () => {
  const controllers = [new AbortController(), new AbortController()] as const
  const [first, second] = [controllers[0].signal, controllers[1].signal]
  const paused = assert.rejects(pause(3_600_000, first, second), { message: 'enough' })
  controllers[1].abort(new Error('enough'))
  await paused
  await assert.rejects(pause(3_600_000, first, second), { message: 'enough' })
  assert.equal(getEventListeners(first, 'abort').length, 0)
  assert.equal(getEventListeners(second, 'abort').length, 0)
})

test('each attempt waits twice as long as the one before, give or take a quarter, up to a limit', (t) => {
  const options = { delayMs: 100, maxDelayMs: 1_000 }
  for (const [random, factor] of [
    [0, 0.75],
    [0.5, 1],
    [1, 1.25],
  ] as const) {
    t.mock.method(Math, 'random', () => random)
    assert.deepEqual(
      [1, 2, 3, 4, 5, 100].map((attempt) => backoff(options, attempt) / factor),
      [100, 200, 400, 800, 1_000, 1_000],
    )
  }
})
