import assert from 'node:assert/strict'
import * as v from 'valibot'
import { createServer, McpError } from '../../../src/index.ts'
import {
  envelope,
  headersOf,
  initializeParams,
  messagesOf,
  type Params,
  STATEFUL,
  VERSIONS,
} from '../../support/messages.ts'
import { calling, type Sent, STREAMABLE, sentBy, testBoth } from './support.ts'

const SECTION = `${STREAMABLE}, Protocol Version Header`
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities'

const server = createServer({ name: 'sums', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('version', (_, ctx) => ctx.protocolVersion)
  .tool('refuses', v.object({ code: v.number() }), ({ code }) => {
    throw new McpError(code, 'says the handler')
  })

const MISMATCH = -32020
const UNSUPPORTED = -32022
const INVALID_PARAMS = -32602

const { 'mcp-protocol-version': _version, ...unversioned } = headersOf('2026-07-28', 'tools/call', { name: 'version' })

/** A call with this header and this `_meta`, either of which may be absent. */
const call = (header: string | undefined, meta: Params | undefined, id: string | number = 'id'): Sent => ({
  headers: { ...unversioned, ...(header !== undefined && { 'mcp-protocol-version': header }) },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'version', ...(meta && { _meta: meta }) },
  }),
})

const named = (version: unknown): Params => envelope({ [VERSION_KEY]: version })

const without = (key: string): Params => Object.fromEntries(Object.entries(envelope()).filter(([name]) => name !== key))

const refused: readonly (readonly [name: string, sent: Sent, code: number, message: RegExp])[] = [
  ['a header that is missing', call(undefined, envelope()), MISMATCH, /MCP-Protocol-Version is missing/],
  ['a header that differs from the body', call('2025-11-25', envelope()), MISMATCH, /"2025-11-25".*"2026-07-28"/],
  [
    'PY-46: a header of an unknown version that differs: the mismatch comes first',
    call('2099-01-01', envelope()),
    MISMATCH,
    /2099/,
  ],
  [
    'PY-46: a body of an unknown version that differs: the mismatch comes first',
    call('2026-07-28', named('2099-01-01')),
    MISMATCH,
    /2099/,
  ],
  [
    'a header that is there twice',
    {
      ...call(undefined, envelope()),
      headers: [
        ...Object.entries(unversioned),
        ['mcp-protocol-version', '2026-07-28'],
        ['mcp-protocol-version', '2026-07-28'],
      ],
    },
    MISMATCH,
    /differ|says/,
  ],
  ['an empty header', call('', envelope()), MISMATCH, /""/],
  ['an unknown version in both', call('2099-01-01', named('2099-01-01')), UNSUPPORTED, /"2099-01-01"/],
  ['a version in both that has no envelope', call('2025-11-25', named('2025-11-25')), UNSUPPORTED, /"2025-11-25"/],
  ['an empty version in both', call('', named('')), UNSUPPORTED, /""/],
  ['PY-44: a missing header with a version that is no string', call(undefined, named(7)), MISMATCH, /missing/],
  ['PY-44: a version that is no string', call('2026-07-28', named(7)), INVALID_PARAMS, /protocolVersion/],
  ['PY-44: a version that is null', call('2026-07-28', named(null)), INVALID_PARAMS, /protocolVersion/],
  ['no envelope', call('2026-07-28', undefined), INVALID_PARAMS, /protocolVersion/],
  ['an envelope without a version', call('2026-07-28', without(VERSION_KEY)), INVALID_PARAMS, /protocolVersion/],
  [
    'PY-45: an envelope without capabilities',
    call('2026-07-28', without(CAPABILITIES_KEY)),
    INVALID_PARAMS,
    /clientCapabilities/,
  ],
  [
    'capabilities that are an array',
    call('2026-07-28', envelope({ [CAPABILITIES_KEY]: [] })),
    INVALID_PARAMS,
    /clientCapabilities/,
  ],
  [
    'a log level that does not exist',
    call('2026-07-28', envelope({ 'io.modelcontextprotocol/logLevel': 'loud' })),
    INVALID_PARAMS,
    /logLevel/,
  ],
]

for (const [name, sent, code, message] of refused) {
  testBoth(`${SECTION}: ${name} → 400 ${code}`, async (_, bound) => {
    const { send } = await bound(server)
    const response = await send(sent)
    assert.equal(response.status, 400)
    assert.equal(response.headers.get('content-type'), 'application/json')
    const [reply] = await messagesOf(response)
    assert.equal(reply?.error.code, code)
    assert.match(reply?.error.message, message)
    assert.equal(reply?.id, 'id')
    if (code === UNSUPPORTED) {
      assert.deepEqual(reply?.error.data, {
        supported: [...VERSIONS].reverse(),
        requested: JSON.parse(sent.body as string).params._meta[VERSION_KEY],
      })
    }
  })
}

testBoth('PY-45: client info is for display: one that is misshapen counts as none', async (_, bound) => {
  const { send } = await bound(server)
  for (const info of [undefined, 7, { version: '1' }]) {
    assert.equal((await send(call('2026-07-28', envelope({ 'io.modelcontextprotocol/clientInfo': info })))).status, 200)
  }
})

testBoth('2026-07-28 §Protocol Version Negotiation: -32022 lists only what is served', async (_, bound) => {
  const { send } = await bound(server, { revisions: ['2025-11-25'] })
  const response = await send(call('2026-07-28', envelope()))
  assert.equal(response.status, 400)
  const [reply] = await messagesOf(response)
  assert.deepEqual(
    [reply?.error.code, reply?.error.data],
    [UNSUPPORTED, { supported: ['2025-11-25'], requested: '2026-07-28' }],
  )
})

testBoth(`${SECTION}: an unknown method is a 404 with -32601`, async (_, bound) => {
  const { send } = await bound(server)
  for (const method of ['nothing/at/all', 'ping', 'logging/setLevel', 'prompts/list', 'constructor', '__proto__']) {
    const response = await send(sentBy('2026-07-28', method))
    assert.equal(response.status, 404, method)
    assert.equal((await messagesOf(response))[0]?.error.code, -32601)
  }
})

testBoth(
  'TS-38, PY-40: an initialize that carries the envelope is a method that 2026-07-28 does not have',
  async (_, bound) => {
    const { send } = await bound(server)
    const response = await send(sentBy('2026-07-28', 'initialize', initializeParams('2025-11-25')))
    assert.equal(response.status, 404)
  },
)

testBoth('before 2026-07-28, an unknown method is a 200 with -32601', async (_, bound) => {
  const { send } = await bound(server)
  const response = await send(sentBy('2025-11-25', 'nothing/at/all'))
  assert.equal(response.status, 200)
  assert.equal((await messagesOf(response))[0]?.error.code, -32601)
})

testBoth('TS-19, PY-87: what a handler throws is a 200, apart from -32021', async (_, bound) => {
  const { send } = await bound(server)
  const statuses = [-32601, -32602, -32020, -32022, -32603, 7].map((code) => [code, 200] as const)
  for (const [code, status] of [...statuses, [-32021, 400] as const]) {
    const response = await send(calling('2026-07-28', 'refuses', { code }))
    assert.equal(response.status, status, String(code))
    assert.equal((await messagesOf(response))[0]?.error.code, code)
  }
  assert.equal((await send(calling('2025-11-25', 'refuses', { code: -32021 }))).status, 200)
})

testBoth('TS-19: errors of dispatch are a 200', async (_, bound) => {
  const { send } = await bound(server)
  const calls = [
    sentBy('2026-07-28', 'tools/call', { name: 'unknown' }),
    sentBy('2026-07-28', 'tools/call', {}),
    sentBy('2026-07-28', 'tools/call', { name: 'add', arguments: 'none' }),
    sentBy('2026-07-28', 'tools/list', { cursor: 'made up' }),
  ]
  for (const sent of calls) {
    const response = await send(sent)
    assert.equal(response.status, 200)
    assert.equal((await messagesOf(response))[0]?.error.code, INVALID_PARAMS)
  }
})

for (const version of STATEFUL) {
  testBoth(`2025-11-25 §Protocol Version Header: ${version} is spoken when the header names it`, async (_, bound) => {
    const { send } = await bound(server)
    const [reply] = await messagesOf(await send(calling(version, 'version')))
    assert.equal(reply?.result.content[0].text, version)
  })

  testBoth(
    `2025-11-25 §Initialization: initialize with ${version} needs no header, and agrees on it`,
    async (_, bound) => {
      const { send } = await bound(server)
      const [reply] = await messagesOf(await send(sentBy(version, 'initialize', initializeParams(version))))
      assert.equal(reply?.result.protocolVersion, version)
    },
  )
}

testBoth('TS-7; 2025-11-25 §Protocol Version Header: without the header, it is 2025-03-26', async (_, bound) => {
  const { send } = await bound(server)
  const [reply] = await messagesOf(await send(call(undefined, undefined)))
  assert.equal(reply?.result.content[0].text, '2025-03-26')
})

testBoth('without the header, where 2025-03-26 is not served, it is the newest that is', async (_, bound) => {
  const { send } = await bound(server, { revisions: ['2024-11-05', '2025-06-18'] })
  const [reply] = await messagesOf(await send(call(undefined, undefined)))
  assert.equal(reply?.result.content[0].text, '2025-06-18')
})

testBoth(
  'TS-7; 2025-11-25 §Protocol Version Header: a version that is not served is a 400, in the words that clients look for',
  async (_, bound) => {
    const { send } = await bound(server)
    const response = await send(call('1999-01-01', undefined))
    assert.equal(response.status, 400)
    assert.match(
      (await messagesOf(response))[0]?.error.message,
      /^Bad Request: Unsupported protocol version: 1999-01-01 \(supported versions: /,
    )
  },
)

testBoth('TSBUG-18: a header that is no version at all is one that is not served', async (_, bound) => {
  const { send } = await bound(server)
  for (const header of ['draft', 'DRAFT-2026-v1', 'latest', '2025-11-25x', '9999-99-99', 'constructor']) {
    const response = await send(call(header, undefined))
    assert.equal(response.status, 400)
    const { error } = (await messagesOf(response))[0] ?? {}
    assert.ok(error.message.startsWith(`Bad Request: Unsupported protocol version: ${header} (`), error.message)
  }
})

testBoth(
  `${SECTION}: where only 2026-07-28 is served, a request without the header is a 400 mismatch`,
  async (_, bound) => {
    const { send } = await bound(server, { revisions: ['2026-07-28'] })
    const response = await send(call(undefined, undefined))
    assert.equal(response.status, 400)
    assert.equal((await messagesOf(response))[0]?.error.code, MISMATCH)
  },
)

testBoth(
  '2026-07-28 §Backward Compatibility with Initialization-Based Versions: where only it is served, initialize learns what is',
  async (_, bound) => {
    const { send } = await bound(server, { revisions: ['2026-07-28'] })
    const response = await send(sentBy('2025-11-25', 'initialize', initializeParams('2025-11-25')))
    assert.equal(response.status, 400)
    const [reply] = await messagesOf(response)
    assert.equal(reply?.error.code, UNSUPPORTED)
    assert.deepEqual(reply?.error.data, { supported: ['2026-07-28'], requested: '2025-11-25' })
  },
)

testBoth(
  'initialize with a version that is no text is refused like any other, where it is not served',
  async (_, bound) => {
    const { send } = await bound(server, { revisions: ['2026-07-28'] })
    const params = { ...initializeParams('x'), protocolVersion: { toString: 1, valueOf: 1 } }
    const response = await send(sentBy('2025-11-25', 'initialize', params))
    assert.equal(response.status, 400)
    assert.equal((await messagesOf(response))[0]?.error.code, UNSUPPORTED)
  },
)

testBoth('an initialize whose metadata names a version that is none opens as any other', async (_, bound) => {
  const { send } = await bound(server)
  for (const version of [null, 5, {}]) {
    const params = { ...initializeParams('2025-11-25'), _meta: { [VERSION_KEY]: version } }
    const [reply] = await messagesOf(await send(sentBy('2025-11-25', 'initialize', params)))
    assert.equal(reply?.result.protocolVersion, '2025-11-25')
  }
})
