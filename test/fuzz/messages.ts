import fc from 'fast-check'
import { createServer, jsonSchema } from '../../src/index.ts'
import { ALL_REQUESTS } from '../protocol/members.ts'
import { anyCharacter } from '../support/characters.ts'
import { envelope, VERSIONS } from '../support/messages.ts'
import { anyJson, INHERITED } from './inputs.ts'

const region = jsonSchema({
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, n: { type: 'integer', 'x-mcp-header': 'N' } },
})

/** What is called: something of each kind, that answers at once, later, never with a result, or asks before it does. */
export const server = createServer({ name: 'fuzz', version: '1' })
  .tool('now', (args) => args)
  .tool('soon', async (_, ctx) => {
    await ctx.progress(1)
    return [1]
  })
  .tool('fails', async () => {
    throw new Error('no')
  })
  .tool('region', region, (_, ctx) => ({ url: ctx.http?.url.href ?? '' }))
  .tool('asks', async (_, ctx) => (await ctx.roots()).length)
  .resource('doc://{+path}', { complete: { path: (value) => [value] } }, ({ path }) => path)
  .prompt('ask', () => 'Ask.')

/** A request of 2026-07-28 that such a server answers with a result. */
export const GOOD = {
  jsonrpc: '2.0',
  id: 'good',
  method: 'tools/call',
  params: { name: 'now', arguments: {}, _meta: envelope() },
} as const

export const anyId = fc.oneof(fc.maxSafeInteger(), fc.string(), fc.constantFrom(0, '', '__proto__', -1))

const anyUri = fc
  .tuple(fc.constantFrom('https', 'doc'), fc.domain(), fc.string({ unit: anyCharacter }))
  .map(([scheme, host, path]) => `${scheme}://${host}/${encodeURIComponent(path)}`)

const meta = fc.oneof(
  fc.constant(envelope()),
  fc.constant(envelope({ 'io.modelcontextprotocol/clientCapabilities': { roots: {} } })),
  fc.constant(undefined),
  anyJson,
  fc.dictionary(
    fc.constantFrom(...Object.keys(envelope()), 'progressToken', 'io.modelcontextprotocol/logLevel', 'x'),
    fc.oneof(anyJson, fc.constantFrom(...VERSIONS, 'debug')),
    { noNullPrototype: true },
  ),
)

/** Params that are right in places, and anything at all in others. */
export const anyParams = fc
  .record({
    name: fc.oneof(fc.constantFrom('now', 'soon', 'fails', 'asks', 'region', 'ask', ...INHERITED), anyJson),
    arguments: fc.oneof(fc.record({ region: fc.string(), n: fc.integer() }, { requiredKeys: [] }), anyJson),
    uri: fc.oneof(fc.constant('doc://a/b'), anyUri, anyJson),
    cursor: anyJson,
    level: fc.oneof(fc.constant('info'), anyJson),
    ref: fc.oneof(fc.constant({ type: 'ref/resource', uri: 'doc://{+path}' }), anyJson),
    argument: fc.oneof(fc.constant({ name: 'path', value: 'a' }), anyJson),
    protocolVersion: fc.oneof(fc.constantFrom(...VERSIONS), anyJson, fc.constant({ toString: 1, valueOf: 1 })),
    capabilities: fc.oneof(fc.constantFrom({}, { roots: {} }), anyJson),
    clientInfo: fc.oneof(fc.constant({ name: 'a', version: '1' }), anyJson),
    requestId: anyId,
    requestState: fc.oneof(fc.base64String(), anyJson),
    inputResponses: anyJson,
    notifications: fc.oneof(fc.constant({ toolsListChanged: true }), anyJson),
    _meta: meta,
  })
  .chain((params) => fc.subarray(Object.entries(params)).map((entries) => Object.fromEntries(entries)))

const anyMethod = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...ALL_REQUESTS) },
  { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...INHERITED), fc.string()) },
)

export const anyRequest = fc.record({ jsonrpc: fc.constant('2.0'), id: anyId, method: anyMethod, params: anyParams })

/** A message that may be right, nearly right, or none. */
export const anyMessage: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: anyRequest },
  {
    weight: 1,
    arbitrary: fc.record({
      jsonrpc: fc.constant('2.0'),
      method: fc.oneof(
        fc.constantFrom('notifications/cancelled', 'notifications/initialized', 'notifications/roots/list_changed'),
        fc.string(),
      ),
      params: anyParams,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        jsonrpc: fc.oneof(fc.constant('2.0'), anyJson),
        id: fc.oneof(fc.constantFrom(1, 2), anyId, anyJson),
        method: fc.oneof(anyMethod, anyJson),
        params: fc.oneof(anyParams, anyJson),
        result: fc.oneof(fc.constant({ roots: [] }), anyJson),
        error: anyJson,
      },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: anyJson },
)

/** One of them, or some at once. */
export const anyMessages = fc.oneof(
  { weight: 5, arbitrary: anyMessage },
  { weight: 1, arbitrary: fc.array(anyMessage, { maxLength: 4 }) },
)

/** What means something within the text of a message. */
export const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  'null',
  '\ufeff',
  '\0',
  '"id":0',
  '"method":"ping"',
  '"__proto__":{"polluted":1}',
  '"jsonrpc":"2.0"',
]
