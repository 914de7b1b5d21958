import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ANNOTATIONS,
  BYTES_BASE64,
  CALLS,
  HINTS,
  ICONS,
  INFO,
  INSTRUCTIONS,
  META,
  richServer,
  TREE,
} from '../fixtures/rich-server.ts'
import {
  isStateless,
  messagesOf,
  type Params,
  post,
  URL_OF_TESTS,
  VERSIONS,
  type Version,
} from '../support/messages.ts'
import { CHANNELS, type Channel } from './channels.ts'
import { assertKnown } from './known.ts'
import { ALL_REQUESTS, REQUESTS } from './members.ts'

type Members = Readonly<Record<string, unknown>>

/** Members that came with a revision. */
const from = (version: Version, first: Version, members: Members): Members => (version >= first ? members : {})

/** What every result of a revision has besides. */
const complete = (version: Version, { _meta, ...result }: Members): Members => {
  const meta = { ...from(version, '2026-07-28', { 'io.modelcontextprotocol/serverInfo': INFO }), ...(_meta as Members) }
  return {
    ...from(version, '2026-07-28', { resultType: 'complete' }),
    ...result,
    ...(Object.keys(meta).length > 0 && { _meta: meta }),
  }
}

const cacheable = (version: Version, result: Members, ttlMs = 0, cacheScope = 'public'): Members =>
  complete(version, { ...result, ...from(version, '2026-07-28', { ttlMs, cacheScope }) })

const annotations = (version: Version): Members => {
  const { lastModified, ...known } = ANNOTATIONS
  return { ...known, ...from(version, '2025-06-18', { lastModified }) }
}

const meta = (version: Version): Members => from(version, '2025-06-18', { _meta: META })
const icons = (version: Version): Members => from(version, '2025-11-25', { icons: ICONS })
const title = (version: Version, words: string): Members => from(version, '2025-06-18', { title: words })

const extras = (version: Version): Members => ({ annotations: annotations(version), ...meta(version) })

const audioBlock = (version: Version): Members =>
  version === '2024-11-05'
    ? { type: 'resource', resource: { uri: 'content:audio', mimeType: 'audio/wav', blob: BYTES_BASE64 } }
    : { type: 'audio', data: BYTES_BASE64, mimeType: 'audio/wav' }

const linkBlocks = (version: Version): readonly Members[] =>
  version < '2025-06-18'
    ? [
        { type: 'text', text: 'Linked: doc://linked\nSomewhere else.', annotations: annotations(version) },
        { type: 'text', text: 'bare: doc://bare' },
      ]
    : [
        {
          type: 'resource_link',
          uri: 'doc://linked',
          name: 'linked',
          title: 'Linked',
          description: 'Somewhere else.',
          mimeType: 'text/plain',
          size: 5,
          ...icons(version),
          ...extras(version),
        },
        { type: 'resource_link', uri: 'doc://bare', name: 'bare' },
      ]

const mediaBlocks = (version: Version): readonly Members[] => [
  { type: 'text', text: 'words', ...extras(version) },
  { type: 'image', data: BYTES_BASE64, mimeType: 'image/png', ...extras(version) },
  { ...audioBlock(version), ...extras(version) },
  ...linkBlocks(version),
  {
    type: 'resource',
    resource: { uri: 'doc://text', mimeType: 'text/plain', text: 'inside', ...meta(version) },
    ...extras(version),
  },
  {
    type: 'resource',
    resource: { uri: 'doc://blob', mimeType: 'application/x-thing', blob: BYTES_BASE64, ...meta(version) },
    ...extras(version),
  },
]

const words = (text: string): readonly Members[] => [{ type: 'text', text }]

/** A value as each revision carries it: `wrapped` where it is no object by its schema, or is none itself. */
const structured = (version: Version, value: unknown, wrapped: boolean): Members => ({
  content: words(JSON.stringify(value)),
  ...from(version, '2025-06-18', { structuredContent: wrapped && version < '2026-07-28' ? { result: value } : value }),
  ...(version < '2025-06-18' && { _meta: { 'fluent-mcp/value-in-text': 0 } }),
  ...(wrapped && (version === '2025-06-18' || version === '2025-11-25')
    ? { _meta: { 'fluent-mcp/wrapped': true } }
    : undefined),
})

const failed = (text: string) => (): Members => ({ content: words(text), isError: true })

/** What each call of {@link CALLS} gives, by the name of its tool and its arguments. */
const OUTCOMES: Readonly<Record<string, (version: Version) => Members>> = {
  'plain {}': () => ({ content: words('plain text') }),
  'full {"note":"a"}': (version) => structured(version, { note: 'a' }, false),
  'full {}': (version) => structured(version, { note: null }, false),
  'array {}': (version) => structured(version, [1, 2], true),
  'number {}': (version) => structured(version, 3, true),
  'union {"as":"object"}': (version) => structured(version, { a: 1 }, true),
  'union {"as":"string"}': (version) => structured(version, 'one', true),
  'tree {}': (version) => structured(version, TREE, false),
  'forest {}': (version) => structured(version, [TREE], true),
  'loose-object {}': (version) => structured(version, { a: 1 }, false),
  'loose-array {}': (version) => structured(version, [1, 2], true),
  'loose-null {}': (version) => structured(version, null, true),
  'nothing {}': () => ({ content: [] }),
  'media {}': (version) => ({ content: mediaBlocks(version) }),
  'handmade {}': (version) =>
    version < '2025-06-18'
      ? { content: [...words('By hand.'), ...words('{"a":1}')], _meta: { ...META, 'fluent-mcp/value-in-text': 1 } }
      : { content: words('By hand.'), structuredContent: { a: 1 }, _meta: META },
  'failing {}': failed('Not today.'),
  'broken {}': failed('broken: it broke'),
  'typed {"count":1}': (version) => structured(version, 1, true),
  'typed {"count":"one"}': failed('typed: "count" must be a number, got "one"'),
  'working {}': () => ({ content: words('worked') }),
}

const capabilities = (version: Version): Members => ({
  logging: {},
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  tools: { listChanged: true },
  ...from(version, '2025-03-26', { completions: {} }),
})

const identity = (version: Version): Members => ({
  name: 'rich',
  version: '1.2.3',
  ...title(version, 'Rich'),
  ...from(version, '2025-11-25', { description: 'Has everything.', websiteUrl: 'https://example.com', icons: ICONS }),
})

/** All items of a list, page by page. */
const pages = async (
  { ask }: Channel,
  version: Version,
  method: string,
  member: string,
): Promise<readonly Members[]> => {
  const items: Members[] = []
  let cursor: string | undefined
  do {
    const { reply } = await ask(method, cursor === undefined ? {} : { cursor })
    const { [member]: page, nextCursor, ...rest } = reply.result
    const scope = method === 'resources/list' ? 'private' : 'public'
    assert.deepEqual(rest, cacheable(version, {}, 0, scope))
    assert.ok(page.length <= 3)
    items.push(...page)
    cursor = nextCursor
  } while (cursor !== undefined)
  return items
}

const asked = async ({ ask }: Channel, method: string, params: Params): Promise<unknown> => {
  const { reply, notifications } = await ask(method, params)
  assert.deepEqual(notifications, [])
  return reply.result ?? reply.error
}

const TREE_SCHEMA: Members = {
  type: 'object',
  properties: { value: { type: 'number' }, branches: { type: 'array', items: { $ref: '#/$defs/0' } } },
  required: ['value', 'branches'],
}

const outputSchemas = (tools: readonly Members[]): Readonly<Record<string, Readonly<Record<string, Members>>>> =>
  Object.fromEntries(tools.flatMap(({ name, outputSchema }) => (outputSchema ? [[name, outputSchema]] : [])))

const checks: Readonly<Record<string, (channel: Channel, version: Version) => Promise<void>>> = {
  'tools/list has every option that the revision knows': async (channel, version) => {
    const tools = await pages(channel, version, 'tools/list', 'tools')
    assert.deepEqual(
      [...new Set(CALLS.map(([name]) => name))].filter((name) => !tools.some((tool) => tool['name'] === name)),
      [],
    )
    assert.deepEqual(tools[0], { name: 'plain', inputSchema: { type: 'object', properties: {} } })
    assert.deepEqual(tools[1], {
      name: 'full',
      description: 'Has every option.',
      inputSchema: { type: 'object', properties: { note: { type: 'string', description: 'Anything.' } } },
      ...from(version, '2025-03-26', { annotations: HINTS }),
      ...title(version, 'Full'),
      ...meta(version),
      ...icons(version),
      ...from(version, '2025-06-18', {
        outputSchema: {
          type: 'object',
          properties: { note: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
          required: ['note'],
        },
      }),
    })
  },

  '2025-06-18 Output Schema: what is no object is wrapped until 2026-07-28': async (channel, version) => {
    const schemas = outputSchemas(await pages(channel, version, 'tools/list', 'tools'))
    if (version < '2025-06-18') return assert.deepEqual(schemas, {})
    const wrap = (schema: Members): Members =>
      version === '2026-07-28' ? schema : { type: 'object', properties: { result: schema }, required: ['result'] }
    assert.deepEqual(schemas['array'], wrap({ type: 'array', items: { type: 'number' } }))
    assert.deepEqual(schemas['number'], wrap({ type: 'number' }))
    assert.deepEqual(
      schemas['union'],
      wrap({
        anyOf: [{ type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }, { type: 'string' }],
      }),
    )
    // A recursive schema refers to a definition at the root of the document, wherever the rest of it stands.
    assert.deepEqual(schemas['tree'], { ...TREE_SCHEMA, $defs: { 0: TREE_SCHEMA } })
    assert.deepEqual(schemas['forest'], { ...wrap({ type: 'array', items: TREE_SCHEMA }), $defs: { 0: TREE_SCHEMA } })
  },

  'tools/call gives what the revision can carry': async (channel, version) => {
    for (const [name, args] of CALLS) {
      const call = `${name} ${JSON.stringify(args)}`
      const outcome = OUTCOMES[call]
      assert.ok(outcome, call)
      const { reply } = await channel.ask('tools/call', { name, arguments: args })
      assert.deepEqual(reply.result, complete(version, outcome(version)), call)
    }
  },

  'tools/call: an McpError is the answer, in the codes of the revision': async (channel, version) => {
    const call = (name: string) => asked(channel, 'tools/call', { name })
    assert.deepEqual(await call('refusing'), { code: 4711, message: 'refused', data: { why: 'principle' } })
    assert.deepEqual(await call('absent'), { code: isStateless(version) ? -32602 : -32002, message: 'gone' })
    assert.deepEqual(await call('plian'), {
      code: -32602,
      message: 'Unknown tool "plian". Did you mean "plain"?',
      data: { name: 'plian' },
    })
    const { code } = (await asked(channel, 'tools/call', {})) as { code: number }
    assert.equal(code, -32602)
  },

  'progress and log messages come before the result, where they were asked for': async (channel, version) => {
    const { notifications } = await channel.ask('tools/call', {
      name: 'working',
      _meta: { progressToken: 'p', 'io.modelcontextprotocol/logLevel': 'info' },
    })
    const progress = { progressToken: 'p', progress: 1, total: 2, ...from(version, '2025-03-26', { message: 'half' }) }
    assert.deepEqual(
      notifications.map(({ method, params }) => [method, params]),
      [
        ['notifications/progress', progress],
        ['notifications/progress', { progressToken: 'p', progress: 2 }],
        ['notifications/message', { level: 'warning', logger: 'rich', data: { careful: true } }],
      ],
    )
  },

  'resources/list has every option that the revision knows': async (channel, version) => {
    const shared = {
      mimeType: 'text/plain',
      annotations: annotations(version),
      ...icons(version),
    }
    assert.deepEqual(await pages(channel, version, 'resources/list', 'resources'), [
      { uri: 'doc://plain', name: 'doc://plain' },
      {
        uri: 'doc://full',
        name: 'full',
        description: 'Has every option.',
        mimeType: 'text/markdown',
        size: 7,
        annotations: annotations(version),
        ...title(version, 'Full'),
        ...meta(version),
        ...icons(version),
      },
      { uri: 'doc://json', name: 'doc://json' },
      { uri: 'doc://broken', name: 'doc://broken' },
      { uri: 'note://a/1', name: 'note://a/1', ...shared },
      { uri: 'note://a/2', name: 'two', ...title(version, 'Two'), ...meta(version), ...shared },
    ])
  },

  'resources/templates/list has every option that the revision knows': async (channel, version) => {
    assert.deepEqual(await pages(channel, version, 'resources/templates/list', 'resourceTemplates'), [
      {
        uriTemplate: 'note://{folder}/{name}',
        name: 'note',
        description: 'One note.',
        mimeType: 'text/plain',
        annotations: annotations(version),
        ...title(version, 'Note'),
        ...meta(version),
        ...icons(version),
      },
      { uriTemplate: 'plain://{id}', name: 'plain://{id}' },
    ])
  },

  'resources/read gives text and bytes, each with its `_meta` where the revision has it': async (channel, version) => {
    const read = (uri: string) => asked(channel, 'resources/read', { uri })
    assert.deepEqual(
      await read('doc://full'),
      cacheable(
        version,
        {
          contents: [
            { uri: 'doc://full', mimeType: 'text/markdown', text: '# Full', ...meta(version) },
            { uri: 'doc://full/blob', mimeType: 'application/x-thing', blob: BYTES_BASE64, ...meta(version) },
          ],
        },
        1000,
      ),
    )
    const text = (uri: string, mimeType: string, content: string): Members =>
      cacheable(version, { contents: [{ uri, mimeType, text: content }] }, 0, 'private')
    assert.deepEqual(await read('doc://plain'), text('doc://plain', 'text/plain', 'plain text'))
    assert.deepEqual(await read('doc://json'), text('doc://json', 'application/json', '{"a":1}'))
    assert.deepEqual(await read('note://a/b'), text('note://a/b', 'text/plain', 'a: b'))
  },

  'resources/read: an unknown URI is -32002 up to 2025-11-25, and -32602 after': async (channel, version) => {
    const error = (await asked(channel, 'resources/read', { uri: 'none://x' })) as Members
    assert.equal(error['code'], isStateless(version) ? -32602 : -32002)
    assert.deepEqual(error['data'], { uri: 'none://x' })
    assert.deepEqual(await asked(channel, 'resources/read', { uri: 'doc://broken' }), {
      code: -32603,
      message: 'it broke',
    })
  },

  'prompts/list has every option that the revision knows': async (channel, version) => {
    assert.deepEqual(await pages(channel, version, 'prompts/list', 'prompts'), [
      { name: 'plain' },
      {
        name: 'full',
        description: 'Has every option.',
        arguments: [
          { name: 'name', description: 'Who.', required: true, ...title(version, 'Name') },
          { name: 'style', required: false },
        ],
        ...title(version, 'Full'),
        ...meta(version),
        ...icons(version),
      },
    ])
  },

  'prompts/get gives messages of every content type that the revision has': async (channel, version) => {
    const said = (role: string) => (content: Members) => ({ role, content })
    assert.deepEqual(
      await asked(channel, 'prompts/get', { name: 'full', arguments: { name: 'Bo', style: 'formal' } }),
      complete(version, {
        description: 'Has every option.',
        messages: [
          ...[...words('Greet Bo.'), ...mediaBlocks(version)].map(said('user')),
          said('assistant')({ type: 'text', text: 'formal', ...extras(version) }),
        ],
      }),
    )
    assert.deepEqual(
      await asked(channel, 'prompts/get', { name: 'plain' }),
      complete(version, { messages: words('Say hello.').map(said('user')) }),
    )
    for (const params of [{ name: 'other' }, { name: 'full', arguments: { name: 1 } }, { name: 'full' }, {}]) {
      const error = (await asked(channel, 'prompts/get', params)) as Members
      assert.equal(error['code'], -32602, JSON.stringify(params))
    }
  },

  'completion/complete: at most 100 values, the total, and what is known already': async (channel, version) => {
    const completion = async (ref: Members, name: string, value: string, context?: Members) =>
      asked(channel, 'completion/complete', { ref, argument: { name, value }, ...(context && { context }) })
    const prompt = { type: 'ref/prompt', name: 'full' }
    assert.deepEqual(
      await completion(prompt, 'style', 'f'),
      complete(version, { completion: { values: ['formal', 'friendly'], total: 2, hasMore: false } }),
    )
    assert.deepEqual(
      await completion(prompt, 'name', ''),
      complete(version, {
        completion: { values: Array.from({ length: 100 }, (_, index) => `name ${index}`), total: 120, hasMore: true },
      }),
    )
    assert.deepEqual(
      await completion({ type: 'ref/resource', uri: 'note://{folder}/{name}' }, 'name', 'v', {
        arguments: { folder: 'f' },
      }),
      complete(version, { completion: { values: ['fvone', 'fvtwo'], total: 2, hasMore: false } }),
    )
    const error = (await completion({ type: 'ref/prompt', name: 'none' }, 'a', '')) as Members
    assert.equal(error['code'], -32602)
  },

  'a method that the revision lacks is -32601': async (channel, version) => {
    // Of what the revision does have, this server has these no more than a method of nobody.
    const unserved = /^tasks\/.*$/
    const lacking = ALL_REQUESTS.filter((method) => !REQUESTS[version].includes(method) || unserved.test(method))
    for (const method of [...lacking, 'no/such', 'constructor', '__proto__', '']) {
      const error = (await asked(channel, method, {})) as Members
      assert.equal(error['code'], -32601, method)
    }
  },
}

for (const version of VERSIONS) {
  for (const [name, open] of Object.entries(CHANNELS)) {
    test(`${version} over ${name}`, async (t) => {
      const channel = await open(t, version)
      for (const [what, check] of Object.entries(checks)) await t.test(what, () => check(channel, version))

      if (isStateless(version)) {
        await t.test('2026-07-28 Discovery: every version, the capabilities, and who it is', async () => {
          assert.deepEqual(
            await asked(channel, 'server/discover', {}),
            cacheable(version, {
              supportedVersions: [...VERSIONS].reverse(),
              capabilities: capabilities(version),
              instructions: INSTRUCTIONS,
            }),
          )
        })
        return
      }

      await t.test('Initialization: the version that was asked for, the capabilities, and who it is', () => {
        assert.deepEqual(channel.opening?.result, {
          protocolVersion: version,
          capabilities: capabilities(version),
          serverInfo: identity(version),
          instructions: INSTRUCTIONS,
        })
      })

      await t.test('Ping: an empty result', async () => {
        assert.deepEqual(await asked(channel, 'ping', {}), {})
      })

      await t.test('Setting Log Level: an empty result, and -32602 for a level that does not exist', async () => {
        assert.deepEqual(await asked(channel, 'logging/setLevel', { level: 'error' }), {})
        const error = (await asked(channel, 'logging/setLevel', { level: 'loud' })) as Members
        assert.equal(error['code'], -32602)
      })
    })
  }
}

for (const version of VERSIONS) {
  test(`${version} over HTTP: an error that answers no readable request has the id that the revision gives it`, async () => {
    const { headers } = post(version, 'tools/list')
    for (const body of ['no JSON', '1', '{"jsonrpc":"2.0","id":true,"method":"tools/list"}']) {
      const response = await richServer.fetch(new Request(URL_OF_TESTS, { method: 'POST', headers, body }))
      const [reply] = await messagesOf(response)
      assertKnown(version, 'tools/list', reply)
      assert.equal(reply?.id, version < '2025-11-25' ? null : undefined)
      assert.equal(reply?.error.code, body === 'no JSON' ? -32700 : -32600)
    }
  })
}
