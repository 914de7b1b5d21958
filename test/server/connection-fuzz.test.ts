import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createServer } from '../../src/index.ts'
import { unknownIn } from '../protocol/known.ts'
import { ALL_REQUESTS } from '../protocol/members.ts'
import { connect, opened } from '../support/connection.ts'
import { envelope, type Reply, request, STATEFUL, VERSIONS } from '../support/messages.ts'

const server = createServer({ name: 'fuzz', version: '1' })
  .tool('now', (args) => args)
  .tool('soon', async () => [1])
  .tool('fails', async () => {
    throw new Error('no')
  })
  .resource('doc://{+path}', { complete: { path: (value) => [value] } }, ({ path }) => path)
  .prompt('ask', () => 'Ask.')

const idArbitrary = fc.oneof(fc.maxSafeInteger(), fc.string(), fc.constantFrom(0, '', '__proto__', -1))

const metaArbitrary = fc.oneof(
  fc.constant(envelope()),
  fc.constant(undefined),
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom(...Object.keys(envelope()), 'progressToken', 'io.modelcontextprotocol/logLevel', 'x'),
    fc.oneof(fc.jsonValue(), fc.constantFrom(...VERSIONS, 'debug')),
  ),
)

const paramsArbitrary = fc
  .record({
    name: fc.oneof(fc.constantFrom('now', 'soon', 'fails', 'ask'), fc.jsonValue()),
    arguments: fc.jsonValue(),
    uri: fc.oneof(fc.constant('doc://a/b'), fc.webUrl(), fc.jsonValue()),
    cursor: fc.jsonValue(),
    level: fc.oneof(fc.constant('info'), fc.jsonValue()),
    ref: fc.oneof(fc.constant({ type: 'ref/resource', uri: 'doc://{+path}' }), fc.jsonValue()),
    argument: fc.oneof(fc.constant({ name: 'path', value: 'a' }), fc.jsonValue()),
    protocolVersion: fc.oneof(fc.constantFrom(...VERSIONS), fc.jsonValue(), fc.constant({ toString: 1, valueOf: 1 })),
    capabilities: fc.oneof(fc.constant({}), fc.jsonValue()),
    clientInfo: fc.oneof(fc.constant({ name: 'a', version: '1' }), fc.jsonValue()),
    requestId: idArbitrary,
    _meta: metaArbitrary,
  })
  .chain((params) => fc.subarray(Object.entries(params)).map((entries) => Object.fromEntries(entries)))

const methodArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ALL_REQUESTS) },
  { weight: 1, arbitrary: fc.string() },
)

const requestArbitrary = fc.record({
  jsonrpc: fc.constant('2.0'),
  id: idArbitrary,
  method: methodArbitrary,
  params: paramsArbitrary,
})

const messageArbitrary = fc.oneof(
  requestArbitrary,
  fc.record({
    jsonrpc: fc.constant('2.0'),
    method: fc.oneof(fc.constant('notifications/cancelled'), fc.string()),
    params: paramsArbitrary,
  }),
  fc.record(
    {
      jsonrpc: fc.oneof(fc.constant('2.0'), fc.jsonValue()),
      id: fc.oneof(idArbitrary, fc.jsonValue()),
      method: fc.oneof(methodArbitrary, fc.jsonValue()),
      params: fc.oneof(paramsArbitrary, fc.jsonValue()),
      result: fc.jsonValue(),
      error: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
)

// What comes over a wire has no `undefined` in it, and no `-0`.
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const all = (inbox: { readonly size: number }, next: () => Promise<Reply>): Promise<readonly Reply[]> =>
  Promise.all(Array.from({ length: inbox.size }, next))

test('whatever comes in, nothing throws, and the connection goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(messageArbitrary, fc.array(messageArbitrary))), async (messages) => {
      const { send, connection, inbox, next, ask } = connect(server)
      send(...messages.map(asJson))
      await connection.drained()
      for (const reply of (await all(inbox, next)).flat()) assert.equal(reply.jsonrpc, '2.0')
      const { id, error } = await ask(request('2026-07-28', 'after', 'tools/list'))
      assert.deepEqual([id, error], ['after', undefined])
    }),
    { numRuns: 200 },
  )
})

for (const version of [...STATEFUL, undefined]) {
  test(`every request gets exactly one answer ${version ? `after an initialize of ${version}` : 'without initialize'}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(requestArbitrary, { selector: ({ id }) => `${typeof id}${id}` }),
        async (requests) => {
          const { send, connection, inbox, next } = version ? await opened(server, version) : connect(server)
          const sent = requests.map(asJson) as readonly Reply[]
          send(...sent)
          await connection.drained()
          const messages = await all(inbox, next)
          const answers = messages.filter((message) => !('method' in message))
          const key = ({ id }: Reply): string => JSON.stringify(id)
          assert.deepEqual(answers.map(key).sort(), sent.map(key).sort())
        },
      ),
      { numRuns: 100 },
    )
  })
}

test('whatever is asked for in the newest revision, the answer is one that it knows', async () => {
  await fc.assert(
    fc.asyncProperty(requestArbitrary, async (message) => {
      const { ask } = connect(server)
      const params = { ...message.params, _meta: envelope() }
      const reply = await ask(asJson({ ...message, params }))
      assert.deepEqual(unknownIn('2026-07-28', message.method, reply), [])
    }),
    { numRuns: 300 },
  )
})
