import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Logger } from '../../src/index.ts'
import { unfailing } from '../../src/model/unfailing.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

const loggerThat = (write: (...message: unknown[]) => never): Logger => ({
  debug: write,
  info: write,
  warn: write,
  error: write,
})

test('what a logger throws, or rejects with, goes no further, and it has been called once', async () => {
  const failing: readonly (() => never)[] = [
    () => assert.fail('full'),
    () => Promise.reject(new Error('full')) as never,
    () => undefined as never,
  ]
  for (const fail of failing) {
    for (const level of LEVELS) {
      const written: unknown[] = []
      const logger = unfailing(
        loggerThat((...message) => {
          written.push(message)
          return fail()
        }),
      )
      assert.equal(logger[level]('a message', 1), undefined)
      assert.deepEqual(written, [['a message', 1]])
    }
  }
})
