import assert from 'node:assert/strict'
import { test } from 'node:test'
import { McpError } from '../../src/errors.ts'
import { assertData, assertRejects, assertText, assertToolError } from '../../src/testing.ts'

const gave = (text: string, data: unknown = text) => ({ content: [{ type: 'text', text } as const], text, data })
const failed = (text: string) => ({ ...gave(text), isError: true })

test('a success has its text and its value; an error is no success', () => {
  assertText(gave('three'), 'three')
  assertText(gave('three'), /^thr/)
  assertData(gave('3', 3), 3)
  assertData(gave('{}', { a: [1] }), { a: [1] })
  assert.throws(() => assertText(gave('three'), 'four'), { name: 'AssertionError' })
  assert.throws(() => assertText(gave('three'), /four/), { name: 'AssertionError' })
  assert.throws(() => assertData(gave('3', 3), '3'), { name: 'AssertionError' })
  for (const check of [() => assertText(failed('no'), 'no'), () => assertData(failed('no'), 'no')]) {
    assert.throws(check, { name: 'AssertionError', message: 'the tool reported an error: no' })
  }
})

test('an error of a tool has its text; a success is none', () => {
  assertToolError(failed('Not today.'), 'Not today.')
  assertToolError(failed('Not today.'), /today/)
  assert.throws(() => assertToolError(failed('Not today.'), 'Today.'), { name: 'AssertionError' })
  assert.throws(() => assertToolError(failed('Not today.'), /tomorrow/), { name: 'AssertionError' })
  assert.throws(() => assertToolError(gave('fine'), 'fine'), {
    name: 'AssertionError',
    message: /^the tool was to report an error, and gave: fine/,
  })
})

test('a refusal has its code and its message; another failure, and a success, is none', async () => {
  const refused = () => Promise.reject(new McpError(-32602, 'No such tool'))
  await assertRejects(refused(), -32602)
  await assertRejects(refused(), -32602, /no such/i)
  await assert.rejects(assertRejects(refused(), -32601), { name: 'AssertionError', message: /^No such tool/ })
  await assert.rejects(assertRejects(refused(), -32602, /prompt/), { name: 'AssertionError' })
  await assert.rejects(assertRejects(Promise.reject(new Error('lost')), -32602), {
    name: 'AssertionError',
    message: 'it was to be refused with an McpError, and failed with Error: lost',
  })
  await assert.rejects(assertRejects(Promise.resolve('fine'), -32602), { name: 'AssertionError' })
})
