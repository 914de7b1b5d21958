import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../src/index.ts'
import { ask, VERSIONS } from '../support/messages.ts'
import { errorOf, toolError } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

describe('tools/call', () => {
  const server = create()
    .tool('add', () => 1)
    .tool('launch', { enabled: () => false }, () => 2)

  it('2026-07-28 Tools, Error Handling: are protocol errors, with the nearest one that is open', async () => {
    for (const version of VERSIONS) {
      assert.deepEqual(await errorOf(server, 'tools/call', { name: 'ad' }, version), {
        code: -32602,
        message: 'Unknown tool "ad". Did you mean "add"?',
        data: { name: 'ad' },
      })
      for (const name of ['launch', 'launc']) {
        assert.equal((await errorOf(server, 'tools/call', { name }, version)).message, `Unknown tool "${name}".`)
      }
    }
  })

  it('2026-07-28 Tools, Error Handling: so are malformed requests', async () => {
    const rows: readonly (readonly [object, string])[] = [
      [{}, 'tools/call: "name" must be a string'],
      [{ name: 5 }, 'tools/call: "name" must be a string'],
      [{ name: 'add', arguments: [] }, 'tools/call: "arguments" must be an object'],
      [{ name: 'add', arguments: 'a' }, 'tools/call: "arguments" must be an object'],
    ]
    for (const version of VERSIONS) {
      for (const [params, message] of rows) {
        assert.deepEqual(await errorOf(server, 'tools/call', { ...params }, version), { code: -32602, message })
      }
    }
    assert.equal(
      await toolError(
        create().tool('t', v.object({ a: v.number() }), () => 1),
        't',
      ),
      't: "a" is required',
    )
  })

  it('arguments of null are none: some clients write that', async () => {
    const { result } = await ask(server, '2026-07-28', 'tools/call', { name: 'add', arguments: null })
    assert.equal(result.structuredContent, 1)
  })
})
