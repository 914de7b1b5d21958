import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VERSIONS, type Version } from '../support/messages.ts'
import { assertKnown, readMember, unknownIn } from './known.ts'
import { CODES, CONTENT, NOTIFICATIONS, RESULTS, TYPES } from './members.ts'

const result = (value: unknown): unknown => ({ jsonrpc: '2.0', id: 1, result: value })
const failure = (id: unknown, code: number): unknown => ({
  jsonrpc: '2.0',
  ...(id !== undefined && { id }),
  error: { code, message: 'no' },
})

const cases: readonly (readonly [version: Version, method: string, message: unknown, problems: readonly string[]])[] = [
  ['2024-11-05', 'ping', result({}), []],
  ['2024-11-05', 'ping', [], ['message is no object']],
  ['2024-11-05', 'ping', { ...(result({}) as object), params: {} }, ['message.params is unknown in a ResultResponse']],
  ['2024-11-05', 'ping', { jsonrpc: '2.0', id: true, result: {} }, ['message.id is no id: true']],
  ['2024-11-05', 'ping', { jsonrpc: '2.0', result: {} }, ['message.id is missing']],
  ['2024-11-05', 'ping', { id: 1, result: {} }, ['message.jsonrpc is missing']],
  ['2024-11-05', 'no/such', result({}), ['no/such is unknown']],
  ['2026-07-28', 'ping', result({}), ['result is a EmptyResult, which does not exist']],
  ['2024-11-05', 'tools/list', result({ tools: 1 }), ['result.tools is no array']],
  ['2024-11-05', 'tools/list', result({}), ['result.tools is missing']],
  ['2024-11-05', 'tools/list', result(null), ['result is no ListToolsResult: null']],
  [
    '2024-11-05',
    'tools/list',
    result({ tools: [{ name: 'a', title: 'A', inputSchema: { type: 'array' } }] }),
    ['result.tools[0].title is unknown in a Tool', 'result.tools[0].inputSchema is no ObjectSchema: {"type":"array"}'],
  ],
  [
    '2024-11-05',
    'tools/call',
    result({ content: [{ type: 'audio', data: '', mimeType: '' }, { type: 'video' }, 'text'] }),
    [
      'result.content[0] is a AudioContent, which does not exist',
      'result.content[1] is no content: {"type":"video"}',
      'result.content[2] is no content: "text"',
    ],
  ],
  [
    '2025-06-18',
    'tools/call',
    result({ content: [], structuredContent: [1], isError: 'no' }),
    ['result.structuredContent is no object: [1]', 'result.isError is no boolean: "no"'],
  ],
  ['2026-07-28', 'tools/call', result({ content: [] }), ['result.resultType is missing']],
  [
    '2026-07-28',
    'tools/call',
    result({
      content: [],
      resultType: 'complete',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'a' }, other: 1 },
    }),
    ['result._meta.io.modelcontextprotocol/serverInfo.version is missing'],
  ],
  [
    '2025-03-26',
    'resources/read',
    result({ contents: [{ uri: 'a', blob: 1 }, { uri: 'b' }, 1] }),
    [
      'result.contents[0].blob is no string: 1',
      'result.contents[1].text is missing',
      'result.contents[2] is no TextResourceContents: 1',
    ],
  ],
  ['2024-11-05', 'ping', failure(null, -32700), []],
  ['2025-06-18', 'ping', failure(undefined, -32700), ['message.id is missing']],
  ['2025-11-25', 'ping', failure(null, -32700), ['message.id is no id: null']],
  ['2025-11-25', 'ping', failure(undefined, -32700), []],
  ['2026-07-28', 'ping', failure(1, -32002), ['message.error.code -32002 is unknown']],
  ['2025-11-25', 'ping', failure(1, -32022), ['message.error.code -32022 is unknown']],
  ['2025-11-25', 'ping', failure(1, 4711), []],
  ['2024-11-05', 'ping', { jsonrpc: '2.0', id: 1, error: 'no' }, ['message.error is no Error: "no"']],
  [
    '2024-11-05',
    'tools/call',
    { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1, message: 'a' } },
    ['params.message is unknown in a ProgressParams'],
  ],
  [
    '2025-03-26',
    'tools/call',
    { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'loud' } },
    [
      `params.level is no ${'debug|info|notice|warning|error|critical|alert|emergency'}: "loud"`,
      'params.data is missing',
    ],
  ],
  [
    '2025-03-26',
    'tools/call',
    { jsonrpc: '2.0', id: 1, method: 'sampling/createMessage' },
    ['message.id is unknown in a Notification', 'message.method sampling/createMessage is unknown'],
  ],
]

for (const [version, method, message, problems] of cases) {
  test(`the checker says of ${version} ${method} ${JSON.stringify(message)}: ${problems.join('; ') || 'fine'}`, () => {
    assert.deepEqual(unknownIn(version, method, message), problems)
    if (problems.length === 0) assertKnown(version, method, message)
    else assert.throws(() => assertKnown(version, method, message), { name: 'AssertionError' })
  })
}

for (const version of VERSIONS) {
  test(`the table of ${version} names nothing that it lacks`, () => {
    const types = TYPES[version]
    const named = Object.values(types)
      .flatMap((members) => members.split(' '))
      .map((member) => readMember(member).kind.replace(/^\[|\]$/g, ''))
      .filter((kind) => /^[A-Z]/.test(kind) && kind !== 'ObjectSchema')
    assert.deepEqual(
      named.filter((name) => !(name in types)),
      [],
    )
    assert.ok(CODES[version].length > 5)
  })
}

test('the newest tables have each type that a result, a notification or a content block may have', () => {
  const names = [...Object.values(RESULTS), ...Object.values(NOTIFICATIONS), ...Object.values(CONTENT)]
  const known = new Set([...Object.keys(TYPES['2025-11-25']), ...Object.keys(TYPES['2026-07-28'])])
  assert.deepEqual(
    names.filter((name) => !known.has(name)),
    [],
  )
})
