import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProtocolVersion } from '../../src/protocol/index.ts'
import { serve, unsupportedVersion } from '../../src/protocol/negotiate.ts'
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
  assert.deepEqual(anonymous.client, { info: undefined, capabilities: {} })
  const refused = readEnvelope(served, undefined)
  assert.ok(!isPeer(refused))
  assert.equal(refused.code, -32602)
})
