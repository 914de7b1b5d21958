import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settleConnect } from '../../src/client/settings.ts'

test('without a logger, the console hears what is of use to everybody, and not what is for whoever looks for it', (t) => {
  const heard: unknown[] = []
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    t.mock.method(console, level, (...message: unknown[]) => heard.push([level, ...message]))
  }
  const { logger } = settleConnect({})
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('said:', level)
  assert.deepEqual(heard, [
    ['info', 'said:', 'info'],
    ['warn', 'said:', 'warn'],
    ['error', 'said:', 'error'],
  ])
})
