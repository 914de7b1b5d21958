import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { withTemporaryFolder } from '../../scripts/child.ts'
import { pack, unpack } from '../../scripts/package.ts'
import { serveSite } from './site.ts'
import { visit } from './visit.ts'

interface Answer {
  readonly status: number
  readonly text: string
}

interface Outcome {
  readonly valibot: Answer
  readonly refused: Answer
  readonly jsonSchema: Answer
  readonly initialize: Answer
}

let outcome: Outcome
let troubles: readonly string[]

before(async () => {
  await withTemporaryFolder(async (folder) => {
    const site = await serveSite('page.mjs', await unpack(await pack(folder), folder))
    try {
      ;({ outcome, troubles } = await visit<Outcome>(site.url))
    } finally {
      site.close()
    }
  })
})

test('Chromium loads the packed package without an error and without a missing module', () => {
  assert.deepEqual(troubles, [])
})

test('server.fetch of the packed package answers a tools/call of 2026-07-28 inside Chromium', () => {
  assert.equal(outcome.valibot.status, 200)
  const { result } = JSON.parse(outcome.valibot.text)
  assert.equal(result.resultType, 'complete')
  assert.deepEqual(result.content, [{ type: 'text', text: '5' }])
})

test('arguments that fail their schema are refused inside Chromium too', () => {
  const { result } = JSON.parse(outcome.refused.text)
  assert.equal(result.isError, true)
  assert.match(result.content[0].text, /"b" must be a number, got "three"/)
})

test('a tool with a raw JSON Schema, whose interpreter is loaded on first use, works inside Chromium', () => {
  assert.deepEqual(JSON.parse(outcome.jsonSchema.text).result.content, [{ type: 'text', text: 'HELLO' }])
})

test('server.fetch of the packed package answers an initialize of 2025-06-18 inside Chromium', () => {
  assert.equal(outcome.initialize.status, 200)
  const text = /^data: ?(.*)$/m.exec(outcome.initialize.text)?.[1] ?? outcome.initialize.text
  const { result } = JSON.parse(text)
  assert.equal(result.protocolVersion, '2025-06-18')
  assert.deepEqual(result.serverInfo, { name: 'in-a-browser', version: '1.0.0' })
})
