import assert from 'node:assert/strict'
import { isObject } from '../../src/wire/json.ts'
import { readMessage } from '../../src/wire/message.ts'

/** A response, a request or a notification; or an error that could not be told whom it answers. */
const checkOne = (value: unknown): void => {
  assert.ok(isObject(value), `no message: ${JSON.stringify(value)}`)
  const { id, error, ...rest } = value
  const isAnonymous = (id === null || id === undefined) && isObject(error) && !('method' in rest)
  const given = isAnonymous ? { ...value, id: 0 } : value
  assert.notEqual(readMessage(given).kind, 'invalid', JSON.stringify(value))
  assert.ok('method' in value || 'result' in value !== 'error' in value, JSON.stringify(value))
}

/** A message of JSON-RPC, or a batch of them. */
export const checkMessages = (value: unknown): void => {
  if (!Array.isArray(value)) return checkOne(value)
  assert.ok(value.length > 0, 'an empty batch')
  for (const one of value) checkOne(one)
}

/** The same of a text, which has to be one line. */
export const checkText = (text: string): unknown => {
  assert.doesNotMatch(text, /[\r\n]/)
  const value: unknown = JSON.parse(text)
  checkMessages(value)
  return value
}

// Linear work takes a few milliseconds for the inputs that are made here.
const MOST_WORK_MS = 300

/** Measures the time of the processor, which does not depend on what else it does. */
export const boundedWork = <Result>(what: string, run: () => Result): Result => {
  const before = process.cpuUsage()
  const result = run()
  const { user } = process.cpuUsage(before)
  assert.ok(user < MOST_WORK_MS * 1000, `${what} took ${user / 1000} ms of work`)
  return result
}
