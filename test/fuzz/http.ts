import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Runtime } from '../../src/index.ts'
import type { ServerRuntime } from '../../src/server/runtime.ts'
import { readEvents } from '../support/events.ts'
import { headersOf, initializeParams, keepingLogger, STATEFUL, URL_OF_TESTS, VERSIONS } from '../support/messages.ts'
import type { Pairs } from '../transport/http/support.ts'
import { INHERITED, nearly } from './inputs.ts'
import { checkMessages, checkText } from './invariants.ts'
import { anyMessages, GOOD, server, TOKENS } from './messages.ts'

/** Stands in a header for the session that was opened before. */
export const SESSION = '(session)'

/** A request, from its first line to its body. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Pairs
  readonly body: Uint8Array
}

const visible = fc
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
      'Content-Encoding',
      'Host',
      'MCP-Protocol-Version',
      'Mcp-Method',
      'Mcp-Name',
      'Mcp-Param-Region',
      'Mcp-Param-N',
      'Mcp-Session-Id',
      'Origin',
      'Last-Event-ID',
      'Authorization',
      'Expect',
      'Upgrade',
      'Access-Control-Request-Method',
      'Access-Control-Request-Headers',
    ),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^x-[a-z!#$%&'*+.^_`|~0-9-]{1,12}$/) },
)

const headerValue = fc.oneof(
  visible,
  fc.constantFrom(
    ...VERSIONS,
    ...INHERITED,
    SESSION,
    '=?base64?YQ==?=',
    'text/event-stream',
    '1-1',
    '0-0',
    '100-continue',
    'h2c',
    'websocket',
    'null',
    'http://localhost',
  ),
)

const sound: fc.Arbitrary<Pairs> = fc
  .tuple(
    fc.constantFrom(...VERSIONS),
    fc.constantFrom('ping', 'tools/call', 'server/discover', 'initialize'),
    fc.constantFrom('now', 'region', 'asks'),
    fc.boolean(),
  )
  .map(([version, method, name, isInSession]) => [
    ...Object.entries(headersOf(version, method, { name })),
    ...(isInSession ? [['mcp-session-id', SESSION] as const] : []),
  ])

const headers: fc.Arbitrary<Pairs> = fc
  .tuple(sound, fc.array(fc.tuple(headerName, headerValue), { maxLength: 3 }))
  .map(([some, others]) => [...some, ...others])

const body = fc.oneof(
  {
    weight: 6,
    arbitrary: nearly(
      anyMessages.map((value) => Buffer.from(JSON.stringify(value))),
      TOKENS,
      2,
    ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array()) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(5000).fill(0x20)) },
)

export const anySent = fc.record<Sent>({
  method: fc.oneof(
    { weight: 14, arbitrary: fc.constant('POST') },
    { weight: 3, arbitrary: fc.constant('GET') },
    { weight: 1, arbitrary: fc.constantFrom('PUT', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE') },
  ),
  path: fc.oneof(
    { weight: 19, arbitrary: fc.constant('/mcp') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('/', '//mcp', '/mcp/%00', '/mcp?%FF', '/mcp//', '/mcp/..', '//', '/mcp#a', '/health'),
    },
  ),
  headers,
  body,
})

/** A bound server, with small limits. */
export const bound = (): Runtime =>
  server.bind({
    logger: keepingLogger(),
    maxBodyBytes: 4000,
    sessions: { max: 100 },
    health: true,
    websocket: { maxMessageBytes: 4000 },
  })

/** A session as a client of a stateful revision has it. */
export const openSession = async (runtime: Runtime): Promise<string> => {
  const [version] = STATEFUL.slice(-1) as ['2025-11-25']
  const message = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { ...initializeParams(version), capabilities: { roots: {} } },
  }
  const init = { method: 'POST', headers: headersOf(version, 'initialize'), body: JSON.stringify(message) }
  const response = await runtime.fetch(new Request(URL_OF_TESTS, init))
  await response.text()
  const id = response.headers.get('mcp-session-id')
  assert.ok(id, 'a session cannot be opened any more')
  return id
}

/** Ends a session; it may have been ended by what came in. */
export const endSession = async (runtime: Runtime, id: string): Promise<void> => {
  await runtime.fetch(new Request(URL_OF_TESTS, { method: 'DELETE', headers: { 'mcp-session-id': id } }))
}

/** What a client that means no harm sends. */
export const goodRequest = (): RequestInit & { readonly body: string; readonly headers: Record<string, string> } => ({
  method: 'POST',
  headers: headersOf('2026-07-28', 'tools/call', { name: 'now' }),
  body: JSON.stringify(GOOD),
})

/** Whether it got what it asked for. */
export const checkGood = (status: number, text: string): void => {
  assert.equal(status, 200, 'a good request gets no result any more')
  assert.equal(JSON.parse(text).id, GOOD.id)
}

/** A response: of JSON-RPC, of events, of plain text, or of nothing. */
export const checkResponse = (status: number, type: string | undefined, text: string): void => {
  assert.ok(status >= 200 && status < 500, `the status ${status}: ${text}`)
  if (type?.startsWith('text/event-stream')) {
    for (const { data } of readEvents(text)) if (data !== '') checkText(data)
  } else if (type === 'application/json') {
    const value = JSON.parse(text)
    if (value.status !== 'ok') checkMessages(value)
  } else if (type !== 'text/plain') assert.equal(text, '')
}

/** Nothing is in flight any more. Hangs where something is. */
export const checkIdle = async (runtime: Runtime): Promise<void> => {
  const { calls, listeners } = (runtime as Runtime & { readonly '~server': ServerRuntime })['~server']
  await calls.idle()
  assert.equal(listeners.size, 0, 'somebody listens still')
}
