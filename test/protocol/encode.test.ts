import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CallToolResult, WRAPPED_VALUE } from '../../src/model/types.ts'
import { encodeResult, trim, VALUE_IN_TEXT_META, WRAPPED_META } from '../../src/protocol/encode.ts'
import { REVISIONS } from '../../src/protocol/index.ts'
import type { Revision } from '../../src/protocol/revision.ts'
import { VERSIONS, type Version } from '../support/messages.ts'
import { assertKnown } from './known.ts'
import { RESULTS } from './members.ts'

const revisionOf = (version: Version): Revision => REVISIONS.find((one) => one.version === version) as Revision

const server = { name: 'test', version: '1', title: 'Test' }

const encode = (version: Version, method: string, result: object): Record<string, unknown> =>
  encodeResult(revisionOf(version), method, result, server) as Record<string, unknown>

const freeze = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) freeze(item)
  return Object.freeze(value)
}

/** 2026-07-28 Caching: the methods whose results say how long they may be kept. */
const CACHEABLE: readonly string[] = [
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]

const { shapes } = revisionOf('2024-11-05')

test('trim gives the same object back when all of it is known', () => {
  const tool = { name: 'a', description: 'b', inputSchema: { type: 'object' } }
  assert.equal(trim(shapes, 'tool', tool), tool)
  const list = { tools: [tool], nextCursor: 'c' }
  assert.equal(trim(shapes, 'listToolsResult', list), list)
})

test('PY-36 trim copies no more than it must, and leaves what it was given as it is', () => {
  const known = { name: 'a', inputSchema: { type: 'object' } }
  const list = freeze({ tools: [known, { ...known, title: 'A' }], _meta: {} })
  const trimmed = trim(shapes, 'listToolsResult', list) as typeof list
  assert.deepEqual(JSON.parse(JSON.stringify(trimmed)), { tools: [known, known], _meta: {} })
  assert.equal(trimmed.tools[0], known)
  assert.equal(trimmed._meta, list._meta)
})

test('trim knows no type that the revision lacks', () => {
  assert.equal(trim(shapes, 'icon', {}), undefined)
  assert.equal(trim(shapes, 'content/audio', {}), undefined)
  assert.equal(trim(shapes, 'constructor', {}), undefined)
})

test('trim leaves values alone that are no objects where a type should be', () => {
  const odd = { tools: ['a', null, 1], nextCursor: 'c' }
  assert.equal(trim(shapes, 'listToolsResult', odd), odd)
  const message = { role: 'user', content: 'plain' }
  assert.equal(trim(shapes, 'promptMessage', message), message)
})

test('trim leaves out members whose type the revision lacks', () => {
  const { annotations } = trim(shapes, 'tool', { name: 'a', annotations: { title: 'A' } }) as { annotations?: unknown }
  assert.equal(annotations, undefined)
})

const content = (version: Version, block: object): unknown =>
  (JSON.parse(JSON.stringify(encode(version, 'tools/call', { content: [block] }))) as { content: unknown[] }).content[0]

test('a block of a type that no revision has becomes its JSON as a text, never nothing', () => {
  for (const type of ['video', 'constructor', '__proto__', undefined]) {
    const block = { type, data: 'x' }
    for (const version of VERSIONS) {
      assert.deepEqual(content(version, block), { type: 'text', text: JSON.stringify(block) }, version)
    }
  }
})

test('a link before 2025-06-18 is a text with its title, its URI and its description', () => {
  const link = { type: 'resource_link', uri: 'doc://a', name: 'a' }
  assert.deepEqual(content('2025-03-26', link), { type: 'text', text: 'a: doc://a' })
  assert.deepEqual(
    content('2025-03-26', { ...link, title: 'A', description: 'About.', annotations: { priority: 1 } }),
    {
      type: 'text',
      text: 'A: doc://a\nAbout.',
      annotations: { priority: 1 },
    },
  )
})

test('audio on 2024-11-05 is an embedded resource', () => {
  const audio = { type: 'audio', data: 'AQID', mimeType: 'audio/wav', annotations: { priority: 1, lastModified: 'x' } }
  assert.deepEqual(content('2024-11-05', audio), {
    type: 'resource',
    resource: { uri: 'content:audio', mimeType: 'audio/wav', blob: 'AQID' },
    annotations: { priority: 1 },
  })
})

const value = (structuredContent: unknown, more: Partial<CallToolResult> = {}): CallToolResult =>
  freeze({ content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent, ...more }) as never

for (const version of ['2025-06-18', '2025-11-25'] as const) {
  test(`${version} Structured Content: an object travels as it is, anything else in { result }`, () => {
    assert.deepEqual(encode(version, 'tools/call', value({ a: 1 })), { ...value({ a: 1 }) })
    for (const plain of [[1], 'a', 1, true, null]) {
      const { structuredContent, _meta } = encode(version, 'tools/call', value(plain))
      assert.deepEqual(structuredContent, { result: plain })
      assert.deepEqual(_meta, { [WRAPPED_META]: true })
    }
  })

  test(`${version}: an object is wrapped, too, where its schema takes other values`, () => {
    const result = { ...value({ a: 1 }, { _meta: { own: 1 } }), [WRAPPED_VALUE]: true }
    const { structuredContent, _meta } = encode(version, 'tools/call', result)
    assert.deepEqual(structuredContent, { result: { a: 1 } })
    assert.deepEqual(_meta, { own: 1, [WRAPPED_META]: true })
  })
}

for (const version of ['2024-11-05', '2025-03-26'] as const) {
  test(`${version}: without structuredContent, the value is a text, once, and _meta says which one`, () => {
    assert.deepEqual(encode(version, 'tools/call', value([1])), {
      content: [{ type: 'text', text: '[1]' }],
      _meta: { [VALUE_IN_TEXT_META]: 0 },
    })
    assert.deepEqual(encode(version, 'tools/call', value([1], { content: [{ type: 'text', text: 'see' }] })), {
      content: [
        { type: 'text', text: 'see' },
        { type: 'text', text: '[1]' },
      ],
      _meta: { [VALUE_IN_TEXT_META]: 1 },
    })
  })
}

test('the mark of a wrapped value never travels by itself', () => {
  for (const version of VERSIONS) {
    const text = JSON.stringify(encode(version, 'tools/call', { ...value(1), [WRAPPED_VALUE]: true }))
    assert.doesNotMatch(text, /wrapped value/)
    assertKnown(version, 'tools/call', { jsonrpc: '2.0', id: 1, result: JSON.parse(text) })
  }
})

/** Every method, with the revisions that have it. */
const METHODS = [
  ...Object.keys(RESULTS),
  'resources/subscribe',
  'resources/unsubscribe',
  'subscriptions/listen',
].flatMap((method) =>
  REVISIONS.filter(({ requests }) => requests.has(method)).map((revision) => [revision, method] as const),
)

for (const [revision, method] of METHODS) {
  test(`${revision.version}: the result of ${method} has no member that the revision does not know`, () => {
    const { unheard, _meta, ...rest } = encodeResult(revision, method, { unheard: 1 }, server) as Record<
      string,
      unknown
    >
    assert.equal(unheard, undefined)
    const isCacheable = CACHEABLE.includes(method)
    const added = revision.stamp
      ? { resultType: 'complete', ...(isCacheable && { ttlMs: 0, cacheScope: 'private' }) }
      : {}
    assert.deepEqual(rest, added)
  })
}

test('2026-07-28 InputRequiredResult: questions come with nothing but the state of the call', () => {
  for (const method of ['tools/call', 'prompts/get', 'resources/read']) {
    const questions = {
      resultType: 'input_required',
      inputRequests: { a: { method: 'roots/list' } },
      requestState: 'x',
    }
    const encoded = encode('2026-07-28', method, { ...questions, content: [], contents: [], messages: [], unheard: 1 })
    const { _meta, ...rest } = JSON.parse(JSON.stringify(encoded))
    assert.deepEqual(rest, questions)
    assert.deepEqual(_meta, { 'io.modelcontextprotocol/serverInfo': server })
  }
})

test('2025-06-18 Structured Content: a wrapped value says whether it is an error, where the result did', () => {
  for (const isError of [true, false]) {
    assert.equal(encode('2025-06-18', 'tools/call', value([1], { isError }))['isError'], isError)
  }
  assert.equal('isError' in encode('2025-06-18', 'tools/call', value([1])), false)
})

test('only a text can hold the value of a tool as text', () => {
  const picture = { type: 'image', data: '', mimeType: 'image/png', text: '[1]' }
  const { content } = encode('2024-11-05', 'tools/call', value([1], { content: [picture as never] }))
  assert.deepEqual((content as readonly object[])[1], { type: 'text', text: '[1]' })
})

test('a method of nobody may call its own members as tools call theirs', () => {
  const result = freeze({ content: [], structuredContent: [1] })
  for (const version of VERSIONS.slice(0, -1)) assert.equal(encode(version, 'acme/thing', result), result)
})

test('a result of a method of nobody goes out as it is, besides the stamp', () => {
  const result = freeze({ anything: [1], title: 'x', resultType: 'mine' })
  for (const method of ['acme/thing', 'constructor']) {
    assert.equal(encode('2025-11-25', method, result), result)
    const { _meta, ...rest } = encode('2026-07-28', method, result)
    assert.deepEqual(rest, result)
    assert.deepEqual(_meta, { 'io.modelcontextprotocol/serverInfo': server })
  }
})

test('2026-07-28 ResultType: what is not given, or given as nothing, is "complete" (PY-35)', () => {
  for (const given of [{}, { resultType: undefined }, { resultType: null }]) {
    assert.equal(encode('2026-07-28', 'acme/thing', given)['resultType'], 'complete')
  }
})

test('2026-07-28 Caching: what is not given, or given as nothing, may not be kept', () => {
  for (const given of [{}, { ttlMs: undefined, cacheScope: undefined }]) {
    const { ttlMs, cacheScope } = encode('2026-07-28', 'tools/list', { tools: [], ...given })
    assert.deepEqual({ ttlMs, cacheScope }, { ttlMs: 0, cacheScope: 'private' })
  }
  const { ttlMs, cacheScope } = encode('2026-07-28', 'tools/list', { tools: [], ttlMs: 5, cacheScope: 'public' })
  assert.deepEqual({ ttlMs, cacheScope }, { ttlMs: 5, cacheScope: 'public' })
  assert.equal('ttlMs' in encode('2026-07-28', 'tools/call', { content: [] }), false)
})

test('PY-34, TS-49: earlier revisions see neither a result type nor cache hints', () => {
  const hinted = { tools: [], ttlMs: 5, cacheScope: 'public', resultType: 'complete' }
  for (const version of VERSIONS.slice(0, -1)) {
    assert.equal(JSON.stringify(encode(version, 'tools/list', hinted)), '{"tools":[]}', version)
  }
})

test('2026-07-28 `_meta`: who answers, unless the handler says it (PY-35)', () => {
  const metaOf = (result: object): unknown => encode('2026-07-28', 'tools/call', { content: [], ...result })['_meta']
  const key = 'io.modelcontextprotocol/serverInfo'
  assert.deepEqual(metaOf({}), { [key]: server })
  assert.deepEqual(metaOf({ _meta: { own: 1 } }), { [key]: server, own: 1 })
  assert.deepEqual(metaOf({ _meta: { [key]: { name: 'other', version: '2' } } }), {
    [key]: { name: 'other', version: '2' },
  })
  for (const odd of [null, 1, 'text', [1]]) assert.deepEqual(metaOf({ _meta: odd }), { [key]: server })
})

test('PY-36 a result that the server keeps is never changed', () => {
  const kept = freeze({
    content: [{ type: 'resource_link', uri: 'a:b', name: 'a', title: 'A', icons: [{ src: 'data:,' }], _meta: {} }],
    structuredContent: [1],
    _meta: { own: 1 },
  })
  for (const version of VERSIONS) {
    const once = JSON.stringify(encode(version, 'tools/call', kept))
    assert.equal(JSON.stringify(encode(version, 'tools/call', kept)), once)
  }
})

const blockArbitrary = fc.oneof(
  fc.record({
    type: fc.constant('text'),
    text: fc.string(),
    title: fc.string(),
    _meta: fc.dictionary(fc.string(), fc.jsonValue()),
  }),
  fc.record({
    type: fc.constant('image'),
    data: fc.string(),
    mimeType: fc.string(),
    annotations: fc.record({ priority: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  }),
  fc.record({ type: fc.constant('audio'), data: fc.string(), mimeType: fc.string(), icons: fc.constant([]) }),
  fc.record(
    {
      type: fc.constant('resource_link'),
      uri: fc.string(),
      name: fc.string(),
      title: fc.string(),
      description: fc.string(),
    },
    { requiredKeys: ['type', 'uri', 'name'] },
  ),
  fc.record({
    type: fc.constant('resource'),
    resource: fc.record({ uri: fc.string(), text: fc.string(), other: fc.integer() }),
  }),
  fc
    .record({ type: fc.string(), more: fc.jsonValue() })
    .filter(({ type }) => !/^(text|image|audio|resource|resource_link)$/.test(type)),
)

test('whatever a tool gives, each revision sends what it knows, and as many blocks', () => {
  const results = fc.record(
    { content: fc.array(blockArbitrary), structuredContent: fc.jsonValue(), isError: fc.boolean() },
    { requiredKeys: ['content'] },
  )
  fc.assert(
    fc.property(fc.constantFrom(...VERSIONS), results, (version, result) => {
      const sent = JSON.parse(JSON.stringify(encode(version, 'tools/call', result)))
      assertKnown(version, 'tools/call', { jsonrpc: '2.0', id: 1, result: sent })
      assert.ok(sent.content.length >= result.content.length)
    }),
  )
})
