import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProtocolVersion } from '../../src/protocol/index.ts'
import { carried, serve, unsupportedVersion } from '../../src/protocol/negotiate.ts'
import { StatefulPeer } from '../../src/protocol/stateful.ts'
import { AnonymousPeer, envelopeVersion, hasEnvelope, isPeer, readEnvelope } from '../../src/protocol/stateless.ts'
import { envelope, initializeParams, type Params, STATEFUL, VERSIONS } from '../support/messages.ts'

test('all revisions are served unless some are named', () => {
  const served = serve()
  assert.deepEqual(served.versions, [...VERSIONS].reverse())
  assert.deepEqual([...served.byVersion.keys()], [...VERSIONS])
  assert.equal(served.newestStateful?.version, '2025-11-25')
  assert.equal(served.newestStateless?.version, '2026-07-28')
})

test('the revisions that are named are served, newest first, in whatever order they were named', () => {
  const served = serve(['2024-11-05', '2025-06-18', '2025-03-26', '2025-06-18'])
  assert.deepEqual(served.versions, ['2025-06-18', '2025-03-26', '2024-11-05'])
  assert.equal(served.newestStateful?.version, '2025-06-18')
  assert.equal(served.newestStateless, undefined)
  const stateless = serve(['2026-07-28'])
  assert.equal(stateless.newestStateful, undefined)
  assert.equal(stateless.newestStateless?.version, '2026-07-28')
})

test('a revision that does not exist, or no revision at all, is a mistake that names those that exist', () => {
  const known = /'2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'/
  const wrong = ['2030-01-01'] as unknown as readonly ProtocolVersion[]
  assert.throws(() => serve(wrong), { name: 'DefinitionError', message: /'2030-01-01' does not exist/ })
  assert.throws(() => serve(wrong), { message: known })
  assert.throws(() => serve([]), { name: 'DefinitionError', message: known })
})

test('2026-07-28 Protocol Version Negotiation: -32022 says what is supported, and what was requested', () => {
  const served = serve(['2026-07-28', '2025-11-25'])
  assert.deepEqual(unsupportedVersion(served, '1900-01-01'), {
    code: -32022,
    message: 'Unsupported protocol version "1900-01-01"; supported: 2026-07-28, 2025-11-25',
    data: { supported: ['2026-07-28', '2025-11-25'], requested: '1900-01-01' },
  })
  const requested = (version: unknown) => (unsupportedVersion(served, version).data as { requested: unknown }).requested
  assert.equal(requested(undefined), '')
  assert.equal(requested(null), 'null')
  assert.equal(requested({ toString: 1 }), '{"toString":1}')
})

test('what a transport carries is a part of what is served', () => {
  const served = carried(serve(), ({ http }) => http.sse)
  assert.deepEqual(served.versions, [...STATEFUL].reverse())
  assert.equal(served.newestStateful?.version, '2025-11-25')
  assert.equal(served.newestStateless, undefined)
  assert.deepEqual(
    carried(serve(), () => false),
    { byVersion: new Map(), versions: [], newestStateful: undefined, newestStateless: undefined },
  )
})

test('2025-11-25 Version Negotiation: a version that is not served, or has no handshake, gets the newest', () => {
  const served = serve()
  for (const protocolVersion of ['1900-01-01', '2026-07-28']) {
    const peer = new StatefulPeer(served.newestStateful as never, undefined)
    peer.open(served, { ...initializeParams('2025-11-25'), protocolVersion })
    assert.equal(peer.revision.version, '2025-11-25')
  }
})

const OPENINGS: readonly (readonly [change: Params, message: string])[] = [
  [{ protocolVersion: undefined }, 'initialize: "protocolVersion" must be a string'],
  [{ protocolVersion: 20251125 }, 'initialize: "protocolVersion" must be a string'],
  [{ capabilities: undefined }, 'initialize: "capabilities" must be an object'],
  [{ capabilities: ['roots'] }, 'initialize: "capabilities" must be an object'],
  [{ clientInfo: undefined }, 'initialize: "clientInfo" must be an object with a "name"'],
  [{ clientInfo: 'test' }, 'initialize: "clientInfo" must be an object with a "name"'],
  [{ clientInfo: { version: '1.0.0' } }, 'initialize: "clientInfo" must be an object with a "name"'],
  [{ clientInfo: { name: 1 } }, 'initialize: "clientInfo" must be an object with a "name"'],
]

for (const [change, message] of OPENINGS) {
  test(`2025-11-25 Initialization: ${JSON.stringify(change)} opens nothing: ${message}`, () => {
    const served = serve()
    const peer = new StatefulPeer(served.newestStateful as never, undefined)
    const params = { ...initializeParams('2025-11-25'), ...change }
    assert.throws(() => peer.open(served, params), { code: -32602, message })
    assert.equal(peer.opened, false)
    peer.open(served, initializeParams('2025-11-25'))
    assert.throws(() => peer.open(served, params), { code: -32600, message: 'This connection is initialized already' })
  })
}

test('a stateful peer speaks the newest revision until it is opened', () => {
  const served = serve()
  for (const version of STATEFUL) {
    const peer = new StatefulPeer(served.newestStateful as never, undefined)
    assert.equal(peer.opened, false)
    assert.equal(peer.revision.version, '2025-11-25')
    assert.deepEqual(peer.client, { info: undefined, capabilities: {} })
    peer.open(served, initializeParams(version))
    assert.equal(peer.opened, true)
    assert.equal(peer.revision.version, version)
    assert.deepEqual(peer.client, { info: { name: 'test', version: '1.0.0' }, capabilities: {} })
    assert.throws(() => peer.open(served, initializeParams(version)), { code: -32600 })
  }
})

test('an envelope is what names its version, rightly or wrongly (TS-39)', () => {
  const key = 'io.modelcontextprotocol/protocolVersion'
  const carries = (params: Params | undefined, method = 'tools/list') =>
    hasEnvelope({ kind: 'request', id: 1, method, params })
  for (const _meta of [{ [key]: '2026-07-28' }, { [key]: 1 }, { [key]: null }]) {
    assert.equal(carries({ _meta }), true)
    assert.equal(carries({ _meta }, 'initialize'), typeof _meta[key] === 'string')
    assert.equal(envelopeVersion({ _meta }), Object.values(_meta)[0])
  }
  const bare = [undefined, {}, { _meta: null }, { _meta: [key] }, { _meta: 'x' }, { _meta: { progressToken: 1 } }]
  for (const params of bare) {
    assert.equal(carries(params), false)
    assert.equal(envelopeVersion(params), undefined)
  }
  const { [key]: _, ...rest } = envelope()
  assert.equal(carries({ _meta: rest }), false)
})

test('an envelope gives a peer, and so does a revision by itself', () => {
  const served = serve()
  const peer = readEnvelope(served, { _meta: envelope() })
  assert.ok(isPeer(peer))
  assert.equal(peer.revision.version, '2026-07-28')
  assert.equal(peer.logLevel, undefined)
  const anonymous = new AnonymousPeer(served.newestStateless as never)
  assert.ok(isPeer(anonymous))
  assert.equal(anonymous.revision.version, '2026-07-28')
  assert.deepEqual(anonymous.client, { info: undefined, capabilities: {} })
  const refused = readEnvelope(served, undefined)
  assert.ok(!isPeer(refused))
  assert.equal(refused.code, -32602)
})

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
const INFO = 'io.modelcontextprotocol/clientInfo'
const LEVEL = 'io.modelcontextprotocol/logLevel'
const VERSION = 'io.modelcontextprotocol/protocolVersion'

const ENVELOPES: readonly (readonly [change: Params, code: number, message: string])[] = [
  [{ [VERSION]: undefined }, -32602, `"_meta" must name the protocol version under "${VERSION}"`],
  [{ [VERSION]: 1 }, -32602, `"_meta" must name the protocol version under "${VERSION}"`],
  [
    { [VERSION]: '2025-11-25' },
    -32022,
    'Unsupported protocol version "2025-11-25"; supported: 2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05',
  ],
  [
    { [VERSION]: '1900-01-01' },
    -32022,
    'Unsupported protocol version "1900-01-01"; supported: 2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05',
  ],
  [
    { [CAPABILITIES]: undefined },
    -32602,
    `"_meta" must hold the client's capabilities, an object, under "${CAPABILITIES}"`,
  ],
  [{ [CAPABILITIES]: [] }, -32602, `"_meta" must hold the client's capabilities, an object, under "${CAPABILITIES}"`],
  [
    { [LEVEL]: 'loud' },
    -32602,
    `"_meta": "${LEVEL}" must be one of debug, info, notice, warning, error, critical, alert, emergency`,
  ],
]

for (const [change, code, message] of ENVELOPES) {
  test(`2026-07-28 Per-request protocol fields: ${JSON.stringify(change)} is no envelope`, () => {
    const refused = readEnvelope(serve(), { _meta: { ...envelope(), ...change } })
    assert.ok(!isPeer(refused))
    assert.deepEqual([refused.code, refused.message], [code, message])
  })
}

test('2026-07-28 Per-request protocol fields: a peer is who its envelope says, and nobody where it says nothing sensible', () => {
  const peerOf = (change: Params) => {
    const peer = readEnvelope(serve(), { _meta: { ...envelope(), ...change } })
    assert.ok(isPeer(peer))
    return peer
  }
  const info = { name: 'agent', version: '2.0.0', title: 'Agent' }
  const capabilities = { roots: {} }
  const peer = peerOf({ [INFO]: info, [CAPABILITIES]: capabilities, [LEVEL]: 'error' })
  assert.deepEqual([peer.client, peer.logLevel], [{ info, capabilities }, 'error'])
  for (const odd of [undefined, null, 'agent', [], { version: '1.0.0' }, { name: 1 }]) {
    assert.equal(peerOf({ [INFO]: odd }).client.info, undefined)
  }
})
