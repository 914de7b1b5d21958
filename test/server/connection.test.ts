import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer, McpError } from '../../src/index.ts'
import { Connection } from '../../src/server/connection.ts'
import { ServerRuntime } from '../../src/server/runtime.ts'
import { settle } from '../../src/server/settings.ts'
import { assertKnown } from '../protocol/known.ts'
import { connect, opened } from '../support/connection.ts'
import { envelope, initializeParams, type Params, request, STATEFUL, VERSIONS } from '../support/messages.ts'

const NEWEST_STATEFUL = '2025-11-25'
const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo'
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel'

/** A server that says how it was asked. */
const server = createServer({ name: 'small', version: '1' })
  .tool('who', (_args, ctx) => `${ctx.client.info?.name ?? 'nobody'} by ${ctx.protocolVersion}`)
  .tool('abilities', (_args, ctx) => JSON.stringify(ctx.client.capabilities))
  .method('acme/shout', {}, () => ({ loud: true }))

/** A request without an envelope. */
const bare = (id: string | number, method: string, params?: Params) => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params && { params }),
})

/** A request with an envelope. */
const enveloped = (id: string | number, method: string, params: Params = {}) =>
  request('2026-07-28', id, method, params)

const initialize = (id: string | number, version: unknown, params: Params = {}) =>
  bare(id, 'initialize', { ...initializeParams(version as string), ...params })

const textOf = (reply: { readonly result?: { readonly content: readonly { readonly text: string }[] } }): unknown =>
  reply.result?.content[0]?.text

// Version negotiation with `initialize`

for (const version of STATEFUL) {
  test(`${version} Version Negotiation: a version that is supported is the answer`, async () => {
    const { ask, open } = connect(server)
    const reply = await open(version)
    assert.equal(reply.result.protocolVersion, version)
    assertKnown(version, 'initialize', reply)
    assert.equal(textOf(await ask(bare(1, 'tools/call', { name: 'who' }))), `test by ${version}`)
  })
}

for (const asked of ['1999-01-01', '2030-01-01', '2025-11-26', '2026-07-28', '', 'latest', 'constructor']) {
  test(`2025-11-25 Version Negotiation: to ${JSON.stringify(asked)}, the newest that begins with initialize is the answer`, async () => {
    const { ask } = connect(server)
    const { result } = await ask(initialize(1, asked))
    assert.equal(result.protocolVersion, NEWEST_STATEFUL)
    assert.equal(textOf(await ask(bare(2, 'tools/call', { name: 'who' }))), `test by ${NEWEST_STATEFUL}`)
  })
}

const malformed: readonly (readonly [what: string, params: Params | undefined])[] = [
  ['no parameters', undefined],
  ['no version', { capabilities: {}, clientInfo: { name: 'a', version: '1' } }],
  ['a version that is no string', { ...initializeParams('2025-11-25'), protocolVersion: 20251125 }],
  ['a version that is null', { ...initializeParams('2025-11-25'), protocolVersion: null }],
  ['a version that cannot become a string', { ...initializeParams('2025-11-25'), protocolVersion: { toString: 1 } }],
  ['no capabilities', { protocolVersion: '2025-11-25', clientInfo: { name: 'a', version: '1' } }],
  ['capabilities that are a list', { ...initializeParams('2025-11-25'), capabilities: [] }],
  ['no client info', { protocolVersion: '2025-11-25', capabilities: {} }],
  ['client info without a name', { ...initializeParams('2025-11-25'), clientInfo: { version: '1' } }],
  ['client info that is a string', { ...initializeParams('2025-11-25'), clientInfo: 'a' }],
  ['PY-31 names in snake_case', { protocol_version: '2025-11-25', capabilities: {}, client_info: { name: 'a' } }],
]

for (const [what, params] of malformed) {
  test(`PY-29 Initialization: with ${what} it is -32602, and can be tried again`, async () => {
    const { ask } = connect(server)
    const { id, error } = await ask(bare(1, 'initialize', params))
    assert.deepEqual([id, error.code], [1, -32602])
    assert.equal((await ask(bare(2, 'tools/list'))).error.code, -32600)
    assert.equal((await ask(initialize(3, '2025-06-18'))).result.protocolVersion, '2025-06-18')
    assert.equal((await ask(bare(4, 'tools/list'))).error, undefined)
  })
}

test('PY-72; 2025-11-25 Lifecycle: a second initialize is refused, and the first still holds', async () => {
  const { ask, open } = connect(server)
  await open('2025-03-26')
  const again = initialize(1, '2024-11-05', { clientInfo: { name: 'other', version: '2' } })
  assert.equal((await ask(again)).error.code, -32600)
  assert.equal(textOf(await ask(bare(2, 'tools/call', { name: 'who' }))), 'test by 2025-03-26')
})

test('2025-11-25 Initialization: before it, only ping is answered', async () => {
  const { ask } = connect(server)
  assert.deepEqual((await ask(bare(1, 'ping'))).result, {})
  for (const method of ['tools/list', 'tools/call', 'logging/setLevel', 'resources/subscribe']) {
    const { error } = await ask(bare(2, method))
    assert.equal(error.code, -32600, method)
    assert.match(error.message, new RegExp(`"${method}" came before "initialize"`))
  }
})

test('PY-28 before initialize, an unknown method is -32601, and one of the server’s own is refused', async () => {
  const { ask } = connect(server)
  assert.equal((await ask(bare(1, 'no/such'))).error.code, -32601)
  assert.equal((await ask(bare(2, 'acme/shout'))).error.code, -32600)
  assert.equal((await ask(enveloped(3, 'acme/shout'))).result.loud, true)
  await ask(initialize(4, NEWEST_STATEFUL))
  assert.deepEqual((await ask(bare(5, 'acme/shout'))).result, { loud: true })
})

test('PY-29 notifications/initialized opens nothing, well-formed or not, and initialize does without it', async () => {
  const { ask, send } = connect(server)
  send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  send({ jsonrpc: '2.0', method: 'notifications/initialized', params: 1 })
  assert.equal((await ask(bare(1, 'tools/list'))).error.code, -32600)
  await ask(initialize(2, NEWEST_STATEFUL))
  assert.equal((await ask(bare(3, 'tools/list'))).error, undefined)
})

// Some revisions only

test('only stateful revisions: negotiation is among these, and an envelope is -32022', async () => {
  const { ask } = connect(server, { revisions: ['2024-11-05', '2025-03-26'] })
  const { error } = await ask(enveloped(1, 'server/discover'))
  assert.equal(error.code, -32022)
  assert.deepEqual(error.data, { supported: ['2025-03-26', '2024-11-05'], requested: '2026-07-28' })
  assert.equal((await ask(initialize(2, '2025-11-25'))).result.protocolVersion, '2025-03-26')
})

test('only stateful revisions: an older one that is left out is answered with the newest', async () => {
  const { ask } = connect(server, { revisions: ['2025-06-18'] })
  assert.equal((await ask(initialize(1, '2024-11-05'))).result.protocolVersion, '2025-06-18')
})

test('2026-07-28 Backward Compatibility: a modern server names its versions to an initialize', async () => {
  const { ask } = connect(server, { revisions: ['2026-07-28'] })
  const { id, error } = await ask(initialize(0, '2025-11-25'))
  assert.equal(id, 0)
  assert.equal(error.code, -32022)
  assert.match(error.message, /2026-07-28/)
  assert.deepEqual(error.data, { supported: ['2026-07-28'], requested: '2025-11-25' })
})

test('PY-42 a modern server names its versions, whatever an initialize asks for', async () => {
  const { ask } = connect(server, { revisions: ['2026-07-28'] })
  for (const version of [undefined, null, 1, {}, { toString: 1, valueOf: 1 }, ['2026-07-28']]) {
    const { error } = await ask(bare(1, 'initialize', { protocolVersion: version }))
    assert.equal(error.code, -32022)
    assert.deepEqual(error.data.supported, ['2026-07-28'])
    assert.equal(typeof error.data.requested, 'string')
  }
  assert.equal((await ask(bare(2, 'initialize'))).error.code, -32022)
})

test('2026-07-28 Compatibility Matrix, legacy client and modern server: everything bare is refused', async () => {
  const { ask } = connect(server, { revisions: ['2026-07-28'] })
  for (const method of ['ping', 'tools/list', 'logging/setLevel', 'server/discover', 'no/such']) {
    const reply = await ask(bare(1, method))
    assert.equal(reply.error.code, -32602, method)
    assertKnown('2026-07-28', method, reply)
  }
  assert.deepEqual((await ask(enveloped(2, 'server/discover'))).result.supportedVersions, ['2026-07-28'])
})

test('2026-07-28 Error Responses: a modern server leaves an id out that it could not read', async () => {
  const { ask, connection, next } = connect(server, { revisions: ['2026-07-28'] })
  connection.refuse('no JSON')
  const parse = await next()
  assert.deepEqual(parse, { jsonrpc: '2.0', error: { code: -32700, message: 'Parse error: no JSON' } })
  const invalid = await ask({ jsonrpc: '2.0', id: {}, method: 'a' })
  assert.equal('id' in invalid, false)
  for (const reply of [parse, invalid]) assertKnown('2026-07-28', 'a', reply)
})

test('2026-07-28 Cancellation: a modern server is told by a notification without an envelope', async () => {
  const waiting = createServer({ name: 'small', version: '1' }).tool('wait', async (_args, ctx) => {
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
  })
  const { ask, send, connection } = connect(waiting, { revisions: ['2026-07-28'] })
  send(enveloped(1, 'tools/call', { name: 'wait' }))
  send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
  await connection.drained()
  assert.equal((await ask(enveloped(2, 'tools/list'))).id, 2)
})

// The envelope

const envelopes: readonly (readonly [what: string, meta: Params, code: number | undefined])[] = [
  ['a version that is no string (PY-44)', { [VERSION]: 20260728 }, -32602],
  ['a version that is null', { [VERSION]: null }, -32602],
  ['a version that does not exist', { [VERSION]: '2099-01-01' }, -32022],
  ['a version that begins with initialize', { [VERSION]: '2025-11-25' }, -32022],
  ['an unknown version, and no capabilities', { [VERSION]: '2099-01-01', [CAPABILITIES]: undefined }, -32022],
  ['no capabilities', { [CAPABILITIES]: undefined }, -32602],
  ['capabilities that are a list', { [CAPABILITIES]: [] }, -32602],
  ['capabilities that are null', { [CAPABILITIES]: null }, -32602],
  ['a log level that does not exist', { [LOG_LEVEL]: 'loud' }, -32602],
  ['a log level that is null', { [LOG_LEVEL]: null }, -32602],
  ['no client info (PY-45)', { [CLIENT_INFO]: undefined }, undefined],
  ['client info without a name (PY-45)', { [CLIENT_INFO]: { version: '1' } }, undefined],
  ['client info that is a string (PY-45)', { [CLIENT_INFO]: 'me' }, undefined],
  ['keys of others', { 'example.com/a': 1, traceparent: 'x' }, undefined],
]

for (const [what, meta, code] of envelopes) {
  test(`2026-07-28 Per-request protocol fields: ${what} is ${code ?? 'fine'}`, async () => {
    const { ask } = connect(server)
    const reply = await ask(bare(1, 'tools/call', { name: 'who', _meta: envelope(meta) }))
    assert.equal(reply.error?.code, code)
    assertKnown('2026-07-28', 'tools/call', reply)
    if (code === -32022) {
      assert.deepEqual(reply.error.data, { supported: [...VERSIONS].reverse(), requested: meta[VERSION] })
    }
    if (code === undefined && CLIENT_INFO in meta) assert.equal(textOf(reply), 'nobody by 2026-07-28')
    assert.equal((await ask(enveloped(2, 'tools/list'))).error, undefined)
  })
}

test('2026-07-28 Per-request protocol fields: the error names the key that is missing (PY-45)', async () => {
  const { ask } = connect(server)
  const { error } = await ask(bare(1, 'tools/list', { _meta: { [VERSION]: '2026-07-28' } }))
  assert.match(error.message, /io\.modelcontextprotocol\/clientCapabilities/)
  const other = await ask(bare(1, 'tools/list', { _meta: envelope({ [LOG_LEVEL]: 5 }) }))
  assert.match(other.error.message, /io\.modelcontextprotocol\/logLevel/)
})

// Both eras on one pipe

test('2026-07-28 stdio, Backward Compatibility: a probe is answered, and initialize after it works (TS-37)', async () => {
  const { ask, open } = connect(server)
  const probe = await ask(enveloped('server-discover-probe-1', 'server/discover'))
  assert.equal(probe.id, 'server-discover-probe-1')
  assert.deepEqual(probe.result.supportedVersions, [...VERSIONS].reverse())
  assert.equal((await open('2025-11-25')).result.protocolVersion, '2025-11-25')
  assert.equal((await ask(bare(1, 'tools/list'))).error, undefined)
})

test('2026-07-28 Protocol Version Negotiation: after -32022, the client goes on with a version of the list', async () => {
  const { ask } = connect(server)
  const { error } = await ask(bare(1, 'server/discover', { _meta: envelope({ [VERSION]: '2099-12-31' }) }))
  assert.equal(error.code, -32022)
  const [version] = error.data.supported
  assert.equal((await ask(bare(2, 'server/discover', { _meta: envelope({ [VERSION]: version }) }))).error, undefined)
})

test('PY-39 a bare server/discover is a method that does not exist, and leaves initialize available', async () => {
  const { ask } = connect(server)
  const discover = (await ask(bare(1, 'server/discover'))).error
  const unknown = (await ask(bare(1, 'server/discovery'))).error
  assert.equal(discover.code, -32601)
  assert.equal(unknown.code, -32601)
  assert.equal((await ask(initialize(2, '2025-11-25'))).error, undefined)
  assert.equal((await ask(bare(3, 'server/discover'))).error.code, -32601)
})

test('TS-38, PY-40 an initialize with an envelope is a method that does not exist, and opens nothing', async () => {
  const { ask } = connect(server)
  assert.equal((await ask(enveloped(1, 'initialize', initializeParams('2025-11-25')))).error.code, -32601)
  assert.equal((await ask(bare(2, 'tools/list'))).error.code, -32600)
  assert.equal((await ask(initialize(3, '2025-11-25'))).error, undefined)
})

test('TS-39 an initialize with other metadata is an ordinary one', async () => {
  const { ask } = connect(server)
  const params = { _meta: { progressToken: 1, [CLIENT_INFO]: { name: 'x', version: '1' } } }
  assert.equal((await ask(initialize(1, '2025-06-18', params))).result.protocolVersion, '2025-06-18')
})

test('an initialize whose metadata names a version that is none is an ordinary one', async () => {
  for (const version of [undefined, null, 5, true, {}, ['2026-07-28']]) {
    const { ask } = connect(server)
    const params = { _meta: { [VERSION]: version } }
    assert.equal((await ask(initialize(1, '2025-06-18', params))).result.protocolVersion, '2025-06-18')
    assert.equal((await ask(bare(2, 'tools/list', params))).error.code, -32602)
  }
})

test('2026-07-28 Statelessness: requests of both eras interleave, and know nothing of each other', async () => {
  const { ask, open } = connect(server)
  const who = (id: number, name: string) =>
    enveloped(id, 'tools/call', { name: 'who', _meta: { [CLIENT_INFO]: { name, version: '1' } } })
  assert.equal(textOf(await ask(who(1, 'first'))), 'first by 2026-07-28')
  await open('2025-06-18', { capabilities: { roots: {} } })
  for (let id = 2; id < 6; id += 2) {
    assert.equal(textOf(await ask(bare(id, 'tools/call', { name: 'who' }))), 'test by 2025-06-18')
    assert.equal(textOf(await ask(who(id + 1, `caller ${id}`))), `caller ${id} by 2026-07-28`)
  }
  assert.equal(textOf(await ask(bare(7, 'tools/call', { name: 'abilities' }))), '{"roots":{}}')
  assert.equal(textOf(await ask(enveloped(8, 'tools/call', { name: 'abilities' }))), '{}')
  assert.equal((await ask(enveloped(9, 'ping'))).error.code, -32601)
  assert.deepEqual((await ask(bare(10, 'ping'))).result, {})
})

test('PY-41 a request that fails in one era leaves the other as it was', async () => {
  const { ask, open } = connect(server)
  assert.equal((await ask(bare(1, 'tools/list', { _meta: { [VERSION]: 5 } }))).error.code, -32602)
  await open('2024-11-05')
  assert.equal((await ask(bare(2, 'tools/list', { _meta: { [VERSION]: 'x' } }))).error.code, -32022)
  assert.equal((await ask(bare(3, 'tools/list'))).error, undefined)
})

// Interceptors around initialize

test('PY-30 an initialize that an interceptor vetoes has not happened, whether before or after it was made', async () => {
  const vetoes: readonly ('before' | 'after' | undefined)[] = ['before', 'after', undefined]
  let attempt = 0
  const guarded = server.intercept(async ({ method }, next) => {
    const veto = method === 'initialize' ? vetoes[attempt++] : undefined
    if (veto === 'before') throw new McpError(-32000, 'not yet')
    const result = await next()
    if (veto === 'after') throw new Error('not yet')
    return result
  })
  const { ask } = connect(guarded)
  assert.deepEqual((await ask(initialize(1, '2024-11-05'))).error, { code: -32000, message: 'not yet' })
  assert.equal((await ask(bare(2, 'tools/list'))).error.code, -32600)
  assert.deepEqual((await ask(initialize(3, '2024-11-05'))).error, { code: -32603, message: 'not yet' })
  assert.equal((await ask(bare(4, 'tools/list'))).error.code, -32600)
  assert.equal((await ask(initialize(5, '2025-03-26'))).result.protocolVersion, '2025-03-26')
  assert.equal(textOf(await ask(bare(6, 'tools/call', { name: 'who' }))), 'test by 2025-03-26')
})

test('an interceptor may change what an initialize asks for', async () => {
  const older = server.intercept(({ method, params }, next) =>
    method === 'initialize' ? next({ ...params, protocolVersion: '2024-11-05' }) : next(),
  )
  const { ask } = connect(older)
  assert.equal((await ask(initialize(1, '2025-11-25'))).result.protocolVersion, '2024-11-05')
  assert.equal(textOf(await ask(bare(2, 'tools/call', { name: 'who' }))), 'test by 2024-11-05')
})

test('PY-24 what is pipelined behind an initialize finds the connection open', async () => {
  const { send, next } = connect(server)
  send(initialize(1, '2025-06-18'), { jsonrpc: '2.0', method: 'notifications/initialized' }, bare(2, 'tools/list'))
  assert.equal((await next()).result.protocolVersion, '2025-06-18')
  const reply = await next()
  assert.equal(reply.id, 2)
  assertKnown('2025-06-18', 'tools/list', reply)
})

test('PY-24 what is pipelined behind an initialize waits for its interceptors, in order', async () => {
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const seen: string[] = []
  const slow = server.intercept(async ({ method, id }, next) => {
    seen.push(`${method} ${id}`)
    if (id === 1) await gate
    return next()
  })
  const { send, next, inbox, connection } = connect(slow)
  send(
    initialize(1, '2025-03-26'),
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
    bare(2, 'tools/list'),
    initialize(3, '2025-06-18'),
    [bare(4, 'ping'), bare(5, 'ping')],
    enveloped(6, 'tools/list'),
  )
  const drained = connection.drained()
  assert.deepEqual(seen, ['initialize 1'])
  assert.equal(inbox.size, 0)
  open()
  assert.equal((await next()).result.protocolVersion, '2025-03-26')
  const replies = new Map<unknown, unknown>()
  for (let count = 0; count < 4; count += 1) {
    const reply = await next()
    const key = Array.isArray(reply) ? reply.map(({ id }) => id).join() : reply.id
    replies.set(key, reply.error?.code)
  }
  assert.deepEqual(
    [...replies].sort(),
    [
      [2, undefined],
      [3, -32600],
      ['4,5', undefined],
      [6, undefined],
    ].sort(),
  )
  await drained
  assert.deepEqual(seen.slice(0, 4), [
    'initialize 1',
    'notifications/cancelled undefined',
    'tools/list 2',
    'initialize 3',
  ])
})

test('what waits behind an initialize that fails is answered as before it', async () => {
  const failing = server.intercept(async ({ method }, next) => {
    await null
    if (method === 'initialize') throw new McpError(-32000, 'never')
    return next()
  })
  const { send, next } = connect(failing)
  send(initialize(1, '2025-11-25'), bare(2, 'tools/list'), bare(3, 'ping'))
  assert.equal((await next()).error.code, -32000)
  assert.equal((await next()).error.code, -32600)
  assert.deepEqual((await next()).result, {})
})

// Messages that are none

test('a message that is none is -32600, with its id where that can be read', async () => {
  for (const version of VERSIONS) {
    const { ask } = await opened(server, version, version === '2026-07-28' ? { revisions: [version] } : {})
    const withId = await ask({ jsonrpc: '2.0', id: 'x', method: 5 })
    assert.deepEqual([withId.id, withId.error.code], ['x', -32600])
    for (const value of [1, 'text', null, true, {}, { jsonrpc: '2.0', id: true, method: 'ping' }]) {
      const reply = await ask(value)
      assert.equal(reply.error.code, -32600)
      assert.equal(reply.id, version < '2025-11-25' ? null : undefined, `${version} ${JSON.stringify(value)}`)
      assertKnown(version, 'ping', reply)
    }
  }
})

test('TS-25 until initialize has settled the revision, an id that cannot be read is null', async () => {
  const { ask, connection, next } = connect(server)
  assert.equal((await ask(1)).id, null)
  connection.refuse('no JSON')
  const { id, error } = await next()
  assert.deepEqual([id, error], [null, { code: -32700, message: 'Parse error: no JSON' }])
})

test('JSON-RPC 2.0 Notification: what is meant as one is never answered, malformed or unknown (TS-45)', async () => {
  for (const version of VERSIONS) {
    const { send, ask } = await opened(server, version)
    send(
      { jsonrpc: '2.0', method: 'notifications/unknown' },
      { jsonrpc: '2.0', method: 'tools/call', params: { name: 'who' } },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: [1] },
      { jsonrpc: '2.0', method: 'notifications/progress', params: null },
      { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
      { jsonrpc: '2.0', method: '' },
    )
    assert.equal((await ask(request(version, 'after', 'tools/list'))).id, 'after')
  }
})

test('PY-16 responses that nobody asked for are dropped, errors without an id among them', async () => {
  for (const version of VERSIONS) {
    const { send, ask } = await opened(server, version)
    send(
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 'none', error: { code: 1, message: 'no' } },
      { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'what?' } },
      { jsonrpc: '2.0', error: { code: -32600, message: 'what?' } },
      { jsonrpc: '2.0', id: 2, error: 'no' },
    )
    assert.equal((await ask(request(version, 'after', 'tools/list'))).id, 'after')
  }
})

test('PY-19 a notification that an interceptor or a logger fails over does no harm', async () => {
  const failing = server.intercept(({ method }, next) => {
    if (method.startsWith('notifications/')) throw new Error('no notes, please')
    return next()
  })
  const { send, ask, logger, open } = connect(failing)
  await open('2025-11-25')
  send({ jsonrpc: '2.0', method: 'notifications/unknown' })
  assert.equal((await ask(bare(1, 'ping'))).id, 1)
  assert.match(String(logger.lines[0]?.details[0]), /no notes, please/)
})

for (const version of VERSIONS) {
  test(`PY-20 ${version}: a notification that takes its time holds up neither the next one nor a request`, async () => {
    const heard: string[] = []
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = server.intercept(async ({ method }, next) => {
      if (method === 'notifications/slow') await released
      heard.push(method)
      return next()
    })
    const { send, ask } = await opened(slow, version)
    heard.length = 0
    send({ jsonrpc: '2.0', method: 'notifications/slow' }, { jsonrpc: '2.0', method: 'notifications/quick' })
    assert.equal((await ask(request(version, 'after', 'tools/list'))).id, 'after')
    assert.deepEqual(heard, ['notifications/quick', 'tools/list'])
    release()
  })
}

for (const version of VERSIONS) {
  test(`PY-7 ${version}: what has been answered is not answered again, though the client goes away with its answer`, async () => {
    const answering = server
      .tool('at-once', () => 'done')
      .tool('later', async () => {
        await new Promise(setImmediate)
        return 'done'
      })
      .tool('failing', () => {
        throw new McpError(7, 'no')
      })
    for (const name of ['at-once', 'later', 'failing']) {
      const runtime = new ServerRuntime(answering['~definition'], settle({}))
      const replies: unknown[] = []
      const connection: Connection = new Connection(runtime, {
        send: () => undefined,
        reply: (text) => {
          const { id } = JSON.parse(text)
          if (id === 'open') return
          replies.push(id)
          connection.disconnect()
          void runtime.close(0)
        },
      })
      if (version !== '2026-07-28')
        connection.receive(request(version, 'open', 'initialize', initializeParams(version)))
      connection.receive(request(version, 1, 'tools/call', { name }))
      await connection.drained()
      await runtime.close()
      assert.deepEqual(replies, [1], name)
    }
  })

  test(`TS-24 ${version}: one server answers many connections at once, and each its own`, async () => {
    const waiting: (() => void)[] = []
    const shared = createServer({ name: 'shared', version: '1' }).tool('who', async (_args, ctx) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return ctx.client.info?.name ?? 'nobody'
    })
    const names = ['ada', 'bob', 'eve']
    const connections = await Promise.all(
      names.map(async (name) => {
        const connected = connect(shared)
        const clientInfo = { name, version: '1' }
        if (version !== '2026-07-28') await connected.open(version, { clientInfo })
        const _meta = { [CLIENT_INFO]: clientInfo }
        connected.send(request(version, 1, 'tools/call', { name: 'who', _meta }))
        return connected
      }),
    )
    assert.equal(waiting.length, names.length)
    for (const release of waiting.reverse()) release()
    const replies = await Promise.all(connections.map(({ next }) => next()))
    assert.deepEqual(replies.map(textOf), names)
    assert.ok(connections.every(({ inbox }) => inbox.size === 0))
  })
}
