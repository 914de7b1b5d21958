import assert from 'node:assert/strict'
import type { ToolCallResult } from '../client/types.ts'
import { McpError } from '../errors.ts'

/** Asserts that a tool has succeeded, with this text. */
export const assertText = (result: ToolCallResult, expected: string | RegExp): void => {
  assertSuccess(result)
  if (typeof expected === 'string') assert.equal(result.text, expected)
  else assert.match(result.text, expected)
}

/** Asserts that a tool has succeeded, with this value. */
export const assertData = (result: ToolCallResult, expected: unknown): void => {
  assertSuccess(result)
  assert.deepEqual(result.data, expected)
}

/** Asserts that a tool has reported an error, with this text. */
export const assertToolError = (result: ToolCallResult, expected: string | RegExp): void => {
  assert.equal(result.isError, true, `the tool was to report an error, and gave: ${result.text}`)
  if (typeof expected === 'string') assert.equal(result.text, expected)
  else assert.match(result.text, expected)
}

/** Asserts that a call is refused with this JSON-RPC error. */
export const assertRejects = async (call: PromiseLike<unknown>, code: number, message?: RegExp): Promise<void> => {
  await assert.rejects(Promise.resolve(call), (error) => {
    assert.ok(error instanceof McpError, `it was to be refused with an McpError, and failed with ${error}`)
    assert.equal(error.code, code, error.message)
    if (message) assert.match(error.message, message)
    return true
  })
}

const assertSuccess = ({ isError, text }: ToolCallResult): void => {
  assert.ok(isError !== true, `the tool reported an error: ${text}`)
}
