import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeBlocks } from './code-blocks.ts'

test('code blocks: each has its info string, its code and the line it begins at', () => {
  const page = ['# A', '```ts run', 'one()', '', 'two()', '```', 'text', '```', 'plain', '```', ''].join('\n')
  assert.deepEqual(codeBlocks(page), [
    { info: 'ts run', code: 'one()\n\ntwo()', line: 3 },
    { info: '', code: 'plain', line: 9 },
  ])
})

test('code blocks: a longer fence holds shorter ones, and one that never ends holds nothing', () => {
  const page = ['````text', '```ts', 'shown()', '```', '````', '```ts', 'never ends'].join('\n')
  assert.deepEqual(codeBlocks(page), [{ info: 'text', code: '```ts\nshown()\n```', line: 2 }])
})
