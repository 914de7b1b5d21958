import assert from 'node:assert/strict'
import { once } from 'node:events'
import fc from 'fast-check'
import * as v from 'valibot'
import { createServer, jsonSchema } from '../../../src/index.ts'
import { envelope, headersOf, VERSIONS } from '../../support/messages.ts'
import { calling, gate, type Pairs, type Sent, testBoth } from './support.ts'

const region = jsonSchema({
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, n: { type: 'integer', 'x-mcp-header': 'N' } },
})

const server = createServer({ name: 'robust', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('region', region, (args) => ({ args: args as never }))
  .tool('later', async (_, ctx) => {
    await ctx.progress(1)
    return { headers: [...(ctx.http?.headers ?? [])].length, url: ctx.http?.url.href ?? '' }
  })
  .resource('note://{+name}', ({ name }) => name)
  .prompt('greet', v.object({ name: v.string() }), ({ name }) => `Hello, ${name}`)

const METHODS = [
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'tools/call',
  'resources/read',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'notifications/initialized',
  'constructor',
  '__proto__',
  '',
]

const oddString = fc.oneof(fc.constantFrom('', '__proto__', 'constructor', 'toString'), fc.string({ unit: 'grapheme' }))

const meta = fc.oneof(
  fc.constant(envelope()),
  fc.constant(envelope({ progressToken: 0 })),
  fc.constantFrom(...VERSIONS).map((version) => envelope({ 'io.modelcontextprotocol/protocolVersion': version })),
  fc.jsonValue(),
)

const params = fc.oneof(
  fc.record(
    {
      name: fc.oneof(fc.constantFrom('add', 'region', 'later', 'greet'), oddString, fc.jsonValue()),
      uri: fc.oneof(fc.constant('note://a'), oddString, fc.jsonValue()),
      arguments: fc.oneof(
        fc.record({ a: fc.integer(), b: fc.integer(), region: oddString, n: fc.integer() }, { requiredKeys: [] }),
        fc.jsonValue(),
      ),
      protocolVersion: fc.oneof(fc.constantFrom(...VERSIONS), fc.jsonValue()),
      _meta: meta,
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
)

const message = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 9, arbitrary: fc.constant<unknown>('2.0') }, { weight: 1, arbitrary: fc.jsonValue() }),
    id: fc.oneof(fc.integer(), oddString, fc.jsonValue()),
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom<unknown>(...METHODS) },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    params,
    result: fc.jsonValue(),
  },
  { requiredKeys: ['jsonrpc'] },
)

const body: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: message.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: fc.array(message, { maxLength: 4 }).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 1, arbitrary: fc.json() },
)

// Everything that a header may carry: tabs, and Latin-1 without its control characters.
const headerValue = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xff }), fc.constant(9)), {
    maxLength: 30,
  })
  .map((codes) => String.fromCharCode(...codes))

const headerName = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'Accept',
      'Content-Type',
      'MCP-Protocol-Version',
      'Mcp-Method',
      'Mcp-Name',
      'Mcp-Param-Region',
      'Mcp-Param-N',
      'Origin',
      'Mcp-Session-Id',
      'Last-Event-ID',
      'Authorization',
      'Access-Control-Request-Method',
      'Access-Control-Request-Headers',
    ),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^x-[a-z!#$%&'*+.^_`|~0-9-]{1,12}$/) },
)

const sound: fc.Arbitrary<Pairs> = fc
  .tuple(fc.constantFrom(...VERSIONS), fc.constantFrom('ping', 'tools/call', 'server/discover'))
  .map(([version, method]) => Object.entries(headersOf(version, method, { name: 'add' })))

const headers: fc.Arbitrary<Pairs> = fc
  .tuple(
    sound,
    fc.array(fc.tuple(headerName, fc.oneof(headerValue, fc.constantFrom(...VERSIONS, ...METHODS, '=?base64?YQ==?='))), {
      maxLength: 3,
    }),
  )
  .map(([some, others]) => [...some, ...others])

const sent: fc.Arbitrary<Sent> = fc.record({
  method: fc.oneof(
    { weight: 19, arbitrary: fc.constant('POST') },
    { weight: 1, arbitrary: fc.constantFrom('PUT', 'OPTIONS', 'DELETE', 'PATCH') },
  ),
  path: fc.oneof(
    { weight: 19, arbitrary: fc.constant('/mcp') },
    { weight: 1, arbitrary: fc.constantFrom('/', '//mcp', '/mcp/%00', '/mcp?%FF', '/mcp//') },
  ),
  headers,
  body,
})

const STATUSES = [200, 202, 204, 400, 403, 404, 405, 406, 415]

const isJsonRpc = (value: unknown): boolean => {
  const { jsonrpc, ...rest } = value as Record<string, unknown>
  return jsonrpc === '2.0' && ('method' in rest || 'result' in rest !== 'error' in rest)
}

const messagesIn = (type: string | null, text: string): readonly unknown[] => {
  if (type === 'text/event-stream') {
    assert.ok(text.endsWith('\n\n'))
    return text
      .slice(0, -2)
      .split('\n\n')
      .map((event) => JSON.parse(event.slice('data: '.length)))
  }
  assert.equal(type, 'application/json')
  const value = JSON.parse(text)
  return Array.isArray(value) ? value : [value]
}

testBoth('whatever comes gets exactly one response, of JSON-RPC messages, and the server goes on', async (_, bound) => {
  const { send, log } = await bound(server)
  await fc.assert(
    fc.asyncProperty(sent, async (request) => {
      const response = await send(request)
      assert.ok(STATUSES.includes(response.status), `status ${response.status}`)
      const text = await response.text()
      const type = response.headers.get('content-type')
      if (response.status === 202 || response.status === 204) assert.equal(text, '')
      else if (type !== 'text/plain') for (const one of messagesIn(type, text)) assert.ok(isJsonRpc(one), text)
    }),
    { numRuns: 300 },
  )
  assert.deepEqual(
    log.lines.filter(({ message }) => !/allowedOrigins|sessions\.idleMs/.test(message)),
    [],
  )
  assert.equal((await send(calling('2026-07-28', 'add', { a: 1, b: 2 }))).status, 200)
})

testBoth('PY-90: calls that have ended are not held on to, however they ended', async (t, bound) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let started = gate()
  const { begin, runtime } = await bound(
    server.tool('forever', async (_args, ctx) => {
      started.open()
      await once(ctx.signal, 'abort')
    }),
    { timeoutMs: 1000 },
  )
  for (const name of ['add', 'later', 'unknown']) await (await begin(calling('2026-07-28', name)).response).text()
  const tooLong = begin(calling('2026-07-28', 'forever')).response
  await started.opened
  t.mock.timers.tick(1000)
  await (await tooLong).text()
  started = gate()
  const { response, leave } = begin(calling('2026-07-28', 'forever'))
  response.catch(() => undefined)
  await started.opened
  await leave()
  // Its time to drain never passes here, so that this settles only when there is nothing to wait for.
  await runtime.close()
})

testBoth('a well-formed call survives any other headers, but those that mean something', async (_, bound) => {
  const { send } = await bound(server)
  const other = fc.tuple(fc.stringMatching(/^x-[a-z0-9-]{1,12}$/), headerValue)
  await fc.assert(
    fc.asyncProperty(fc.array(other, { maxLength: 5 }), fc.integer(), fc.integer(), async (others, a, b) => {
      const { headers, body } = calling('2026-07-28', 'add', { a, b })
      const response = await send({ headers: [...Object.entries(headers), ...others], body })
      assert.equal(response.status, 200)
      assert.equal(JSON.parse(await response.text()).result.structuredContent, a + b)
    }),
    { numRuns: 100 },
  )
})
