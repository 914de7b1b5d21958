import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import * as v from 'valibot'
import { createServer } from '../../src/index.ts'
import { opened } from '../support/connection.ts'
import { type Params, request, resultOf, VERSIONS } from '../support/messages.ts'
import { exchange, quiet } from './asking.ts'

const server = createServer({ name: 'test', version: '1.0.0' })
  .tool('echo', v.looseObject({}), (args) => args)
  .prompt('echo', v.object({ style: v.picklist(['a', 'b']) }), ({ style }) => style)
  .resource('a://b', () => 'b')
  .resource('a://{x}/{+y}{?z}', { complete: { x: (value) => [value] }, list: () => ['a://1/2'] }, (args) => args)
  .tool('hidden', { enabled: () => false }, () => 'h')

const METHODS = [
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
] as const

/** Params that are right in places, and anything at all in others. */
const params = fc.record(
  {
    name: fc.oneof(fc.constantFrom('echo', 'hidden', 'ech', '__proto__'), fc.jsonValue()),
    uri: fc.oneof(
      fc.constantFrom('a://b', 'a://1/2', 'a://../x'),
      fc.string().map((text) => `a://${text}`),
      fc.jsonValue(),
    ),
    arguments: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
    cursor: fc.oneof(fc.base64String(), fc.jsonValue()),
    ref: fc.oneof(
      fc.constant({ type: 'ref/prompt', name: 'echo' }),
      fc.constant({ type: 'ref/resource', uri: 'a://{x}/{+y}{?z}' }),
      fc.jsonValue(),
    ),
    argument: fc.oneof(fc.record({ name: fc.constantFrom('style', 'x', 'y'), value: fc.string() }), fc.jsonValue()),
    context: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

describe('whatever the parameters are', () => {
  for (const version of VERSIONS) {
    it(`${version}: each request gets one result or one error, and nothing is taken for a failure of the server`, async () => {
      const connected = await opened(server, version)
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...METHODS), params, async (method, given) => {
          const { reply, notifications } = await exchange(connected, version, method, given as Params)
          assert.deepEqual(notifications, [])
          assert.equal(reply.id, 1)
          assert.notEqual('result' in reply, 'error' in reply)
          if (reply.error) assert.ok([-32602, -32002].includes(reply.error.code), JSON.stringify(reply.error))
        }),
        { numRuns: 300 },
      )
      assert.deepEqual(connected.logger.lines, [])
    })
  }

  it('cursors: any text leads to a page or to -32602, never to an internal error', async () => {
    const paged = quiet(server, { pageSize: 1 })
    const connected = await opened(server, '2026-07-28', { pageSize: 1 })
    const { nextCursor } = await resultOf(paged, '2026-07-28', 'resources/list')
    assert.equal(typeof nextCursor, 'string')
    const near = fc
      .integer({ min: 0, max: nextCursor.length - 1 })
      .chain((at) =>
        fc.string({ maxLength: 2 }).map((text) => nextCursor.slice(0, at) + text + nextCursor.slice(at + 1)),
      )
    await fc.assert(
      fc.asyncProperty(fc.oneof(near, fc.string()), async (cursor) => {
        const { error, result } = await connected.ask(request('2026-07-28', 1, 'resources/list', { cursor }))
        assert.ok(Array.isArray(result?.resources) || error.code === -32602)
      }),
    )
  })
})
