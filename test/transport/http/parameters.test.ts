import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AuthInfo, createServer, jsonSchema } from '../../../src/index.ts'
import { messagesOf, type Params } from '../../support/messages.ts'
import { calling, STREAMABLE, sendToPort, serveNode, testBoth } from './support.ts'

const SECTION = `${STREAMABLE}, Server Behavior for Custom Headers`
const MISMATCH = -32020

const input = jsonSchema({
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    count: { type: 'integer', 'x-mcp-header': 'Count' },
    dry: { type: 'boolean', 'x-mcp-header': 'Dry-Run' },
    where: {
      type: 'object',
      properties: { zone: { type: 'object', properties: { name: { type: 'string', 'x-mcp-header': 'Zone' } } } },
    },
    constructor: { type: 'string', 'x-mcp-header': 'Constructor' },
  },
})

const server = createServer({ name: 'regions', version: '1.0.0' }).tool('go', input, (args) => ({ got: args as never }))

type Headers = Readonly<Record<string, string>>
type Case = readonly [name: string, args: Params, headers: Headers]

const accepted: readonly Case[] = [
  ['no argument, no header', {}, {}],
  ['a string', { region: 'us-west1' }, { 'mcp-param-region': 'us-west1' }],
  ['Case Sensitivity: the header in another case', { region: 'us-west1' }, { 'MCP-PARAM-REGION': 'us-west1' }],
  ['white space around the header', { region: 'a b' }, { 'mcp-param-region': '  a b\t' }],
  ['a string with a comma', { region: 'a, b' }, { 'mcp-param-region': 'a, b' }],
  ['an empty string', { region: '' }, { 'mcp-param-region': '=?base64??=' }],
  ['an empty string as an empty header', { region: '' }, { 'mcp-param-region': '' }],
  ['a string of digits', { region: '042' }, { 'mcp-param-region': '042' }],
  [
    'Value Encoding: characters above ASCII',
    { region: 'Hello, 世界' },
    { 'mcp-param-region': '=?base64?SGVsbG8sIOS4lueVjA==?=' },
  ],
  [
    'Value Encoding: spaces around the value',
    { region: ' padded ' },
    { 'mcp-param-region': '=?base64?IHBhZGRlZCA=?=' },
  ],
  ['Value Encoding: a line break', { region: 'line1\nline2' }, { 'mcp-param-region': '=?base64?bGluZTEKbGluZTI=?=' }],
  [
    'Value Encoding: a value that matches the sentinel',
    { region: '=?base64?literal?=' },
    { 'mcp-param-region': '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=' },
  ],
  ['an integer', { count: 42 }, { 'mcp-param-count': '42' }],
  ['Server Validation: an integer that is written as 42.0', { count: 42 }, { 'mcp-param-count': '42.0' }],
  ['TS-29: a negative integer', { count: -7 }, { 'mcp-param-count': '-7' }],
  ['zero, however it is signed', { count: 0 }, { 'mcp-param-count': '-0' }],
  ['an integer as base64', { count: 7 }, { 'mcp-param-count': '=?base64?Nw==?=' }],
  ['the largest safe integer', { count: Number.MAX_SAFE_INTEGER }, { 'mcp-param-count': '9007199254740991' }],
  ['true', { dry: true }, { 'mcp-param-dry-run': 'true' }],
  ['false', { dry: false }, { 'mcp-param-dry-run': 'false' }],
  ['a value at a nested path', { where: { zone: { name: 'b' } } }, { 'mcp-param-zone': 'b' }],
  ['a path that ends early', { where: {} }, {}],
  ['a path that leads through null', { where: { zone: null } }, {}],
  ['a parameter called constructor', { constructor: 'x' }, { 'mcp-param-constructor': 'x' }],
  ['null', { region: null }, {}],
  [
    'all together',
    { region: 'r', count: 1, dry: true, where: { zone: { name: 'z' } } },
    { 'mcp-param-region': 'r', 'mcp-param-count': '1', 'mcp-param-dry-run': 'true', 'mcp-param-zone': 'z' },
  ],
  ['a header that no parameter has', { region: 'r' }, { 'mcp-param-region': 'r', 'mcp-param-other': 'x' }],
]

for (const [name, args, headers] of accepted) {
  testBoth(`${SECTION}: ${name} → 200`, async (_, bound) => {
    const { send } = await bound(server)
    const response = await send(calling('2026-07-28', 'go', args, headers))
    const [reply] = await messagesOf(response)
    assert.deepEqual([response.status, reply?.error], [200, undefined])
  })
}

const refused: readonly (readonly [...Case, message: RegExp])[] = [
  ['the header is missing', { region: 'a' }, {}, /Mcp-Param-Region is missing, but the argument "region" is there/],
  [
    'the header differs',
    { region: 'a' },
    { 'mcp-param-region': 'b' },
    /Mcp-Param-Region is "b", but the body says "a"/,
  ],
  ['Case Sensitivity: the value in another case', { region: 'a' }, { 'mcp-param-region': 'A' }, /Region/],
  [
    'the argument is missing',
    {},
    { 'mcp-param-region': 'a' },
    /Mcp-Param-Region is there, but the argument "region" is not/,
  ],
  ['the argument is null', { region: null }, { 'mcp-param-region': 'null' }, /Region/],
  ['the header is missing for an empty string', { region: '' }, {}, /Region/],
  ['PY-48: base64 that is none', { region: 'a' }, { 'mcp-param-region': '=?base64?YQ?=' }, /Region/],
  ['PY-48: base64 of no UTF-8', { region: '\uFFFD' }, { 'mcp-param-region': '=?base64?/w==?=' }, /Region/],
  [
    'Value Encoding: a sentinel that is not encoded',
    { region: '=?base64?YQ==?=' },
    { 'mcp-param-region': '=?base64?YQ==?=' },
    /Region/,
  ],
  ['invalid characters, though they are those of the body', { region: 'é' }, { 'mcp-param-region': 'é' }, /Region/],
  [
    'an integer that differs',
    { count: 42 },
    { 'mcp-param-count': '43' },
    /Mcp-Param-Count is "43", but the body says 42/,
  ],
  ['an integer that differs by a fraction', { count: 42 }, { 'mcp-param-count': '42.5' }, /Count/],
  ['TS-29: an integer in another notation', { count: 42 }, { 'mcp-param-count': '4.2e1' }, /Count/],
  ['TS-29: an integer in hexadecimal', { count: 42 }, { 'mcp-param-count': '0x2a' }, /Count/],
  ['TS-29: an integer with a plus', { count: 42 }, { 'mcp-param-count': '+42' }, /Count/],
  ['an integer that is empty', { count: 0 }, { 'mcp-param-count': '' }, /Count/],
  ['true as 1', { dry: true }, { 'mcp-param-dry-run': '1' }, /Dry-Run is "1", but the body says true/],
  ['true in capital letters', { dry: true }, { 'mcp-param-dry-run': 'True' }, /Dry-Run/],
  [
    'the header of a nested value is missing',
    { where: { zone: { name: 'b' } } },
    {},
    /Mcp-Param-Zone is missing, but the argument "where.zone.name"/,
  ],
  ['the nested value is missing', { where: { zone: {} } }, { 'mcp-param-zone': 'b' }, /Zone/],
  ['a path into a string', { where: 'zone' }, { 'mcp-param-zone': 'b' }, /Zone/],
  ['a parameter that only the prototype has', {}, { 'mcp-param-constructor': 'function' }, /Constructor/],
]

for (const [name, args, headers, message] of refused) {
  testBoth(`${SECTION}: ${name} → 400 ${MISMATCH}`, async (_, bound) => {
    const { send } = await bound(server)
    const response = await send(calling('2026-07-28', 'go', args, headers))
    const [reply] = await messagesOf(response)
    assert.deepEqual([response.status, reply?.error?.code], [400, MISMATCH])
    assert.match(reply?.error.message, message)
  })
}

testBoth('PY-47: a header that is there twice is refused, even where one of them fits', async (_, bound) => {
  const { send } = await bound(server)
  const { headers, body } = calling('2026-07-28', 'go', { region: 'a' })
  const response = await send({
    headers: [...Object.entries(headers), ['mcp-param-region', 'a'], ['mcp-param-region', 'b']],
    body,
  })
  assert.equal(response.status, 400)
})

testBoth('an argument of a type that no header can carry fails as an argument', async (_, bound) => {
  const { send } = await bound(server)
  for (const region of [['a'], { a: 1 }]) {
    const response = await send(calling('2026-07-28', 'go', { region }))
    assert.equal(response.status, 200)
    assert.equal((await messagesOf(response))[0]?.result.isError, true)
  }
  const count = await send(calling('2026-07-28', 'go', { count: 'two' }, { 'mcp-param-count': 'two' }))
  assert.equal((await messagesOf(count))[0]?.result.isError, true)
  const wrong = await send(calling('2026-07-28', 'go', [] as never, {}))
  assert.equal((await messagesOf(wrong))[0]?.error.code, -32602)
})

testBoth(
  'a tool without such parameters, and a tool that does not exist, have nothing to compare',
  async (_, bound) => {
    const { send } = await bound(server.tool('plain', () => 'ok'))
    const plain = await send(calling('2026-07-28', 'plain', {}, { 'mcp-param-region': 'x' }))
    assert.equal((await messagesOf(plain))[0]?.result.content[0].text, 'ok')
    const unknown = await send(calling('2026-07-28', 'unknown', { region: 'a' }))
    assert.equal((await messagesOf(unknown))[0]?.error.code, -32602)
  },
)

test('PY-50: a tool that is hidden from the caller answers as one that does not exist, whatever the headers', async (t) => {
  const checks: string[] = []
  const guarded = createServer({ name: 'guarded', version: '1.0.0' })
    .tool('open', () => 1)
    .tool(
      'go',
      {
        input,
        enabled: async ({ auth }) => {
          checks.push(auth?.clientId ?? 'nobody')
          if (auth?.clientId === 'odd') throw new Error('cannot tell')
          return auth?.clientId === 'friend'
        },
      },
      () => 'done',
    )
  const { handler } = guarded.bind({ logger: { ...console, error: () => undefined } })
  const port = await serveNode(t, (request, response) => {
    const clientId = request.headers['x-client']
    const auth: Partial<AuthInfo> = { clientId: String(clientId) }
    handler(clientId === undefined ? request : Object.assign(request, { auth: auth as AuthInfo }), response)
  })
  const ask = async (headers: Headers, name = 'go') => {
    const response = await sendToPort(port, calling('2026-07-28', name, { region: 'a' }, headers)).response
    const [reply] = await messagesOf(response)
    return { status: response.status, code: reply?.error?.code, message: reply?.error?.message, result: reply?.result }
  }
  const unknown = await ask({}, 'ga')
  for (const headers of [{}, { 'mcp-param-region': 'b' }, { 'mcp-param-region': 'a' }]) {
    const hidden = await ask(headers)
    assert.deepEqual(hidden, { ...unknown, message: unknown.message.replace('"ga"', '"go"') })
  }
  assert.equal((await ask({ 'x-client': 'friend' })).code, MISMATCH)
  assert.equal((await ask({ 'x-client': 'friend', 'mcp-param-region': 'b' })).status, 400)
  assert.equal((await ask({ 'x-client': 'friend', 'mcp-param-region': 'a' })).result.content[0].text, 'done')
  assert.equal((await ask({ 'x-client': 'odd' })).code, -32603)
  assert.ok(checks.includes('nobody'))
})

testBoth('PY-51: headers are compared also where listing the tools fails', async (_, bound) => {
  const { send } = await bound(
    server.method('tools/list', {}, () => {
      throw new Error('no list today')
    }),
  )
  const asked = async (header: string) => {
    const [reply] = await messagesOf(
      await send(calling('2026-07-28', 'go', { region: 'a' }, { 'mcp-param-region': header })),
    )
    return reply
  }
  assert.deepEqual((await asked('a'))?.result.structuredContent, { got: { region: 'a' } })
  assert.equal((await asked('b'))?.error.code, MISMATCH)
})
