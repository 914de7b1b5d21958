import assert from 'node:assert/strict'
import * as v from 'valibot'
import { createServer, jsonSchema } from '../../../src/index.ts'
import { encodeHeaderValue } from '../../../src/wire/header-value.ts'
import { headersOf, messagesOf, type Params, request } from '../../support/messages.ts'
import { type Pairs, type Sent, STREAMABLE, sentBy, testBoth } from './support.ts'

const STANDARD = `${STREAMABLE}, Standard Request Headers`
const MISMATCH = -32020

const server = createServer({ name: 'mirrors', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('constructor', () => 'built')
  .resource('note://{+name}', ({ name }) => `the note ${name}`)
  .prompt('greet', () => 'Hello')

const add: Params = { name: 'add', arguments: { a: 1, b: 2 } }

/** A request with all its headers, of which some are changed, or taken away by `undefined`. */
const send = (method: string, params: Params, changes: Readonly<Record<string, string | undefined>>): Sent => ({
  headers: Object.entries({ ...headersOf('2026-07-28', method, params), ...changes }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  ),
  body: JSON.stringify(request('2026-07-28', 1, method, params)),
})

const more = (method: string, params: Params, ...pairs: Pairs): Sent => {
  const sent = send(method, params, {})
  return { ...sent, headers: [...(sent.headers as Pairs), ...pairs] }
}

const read = (uri: string): Params => ({ uri })

const accepted: readonly (readonly [name: string, sent: Sent])[] = [
  ['TS-27: Mcp-Name is for methods that have a name', send('tools/list', {}, {})],
  ['Mcp-Name that a method has no use for', send('tools/list', {}, { 'mcp-name': 'add' })],
  ['a tool', send('tools/call', add, {})],
  ['a prompt', send('prompts/get', { name: 'greet' }, {})],
  ['a resource', send('resources/read', read('note://a'), {})],
  [
    'Case Sensitivity: names of headers in any case',
    {
      ...send('tools/call', add, { 'mcp-method': undefined, 'mcp-name': undefined, 'mcp-protocol-version': undefined }),
      headers: [
        ...(send('tools/call', add, {
          'mcp-method': undefined,
          'mcp-name': undefined,
          'mcp-protocol-version': undefined,
        }).headers as Pairs),
        ['MCP-METHOD', 'tools/call'],
        ['mCP-nAME', 'add'],
        ['Mcp-Protocol-Version', '2026-07-28'],
      ],
    },
  ],
  ['TS-26: white space around Mcp-Name', send('tools/call', add, { 'mcp-name': ' \tadd \t' })],
  [
    'TS-26; Value Encoding: Mcp-Name as base64 where it need not be',
    send('tools/call', add, { 'mcp-name': '=?base64?YWRk?=' }),
  ],
  [
    'Value Encoding: a URI with characters above ASCII',
    send('resources/read', read('note://世界'), { 'mcp-name': encodeHeaderValue('note://世界') }),
  ],
  [
    'Value Encoding: a URI with a space at its end',
    send('resources/read', read('note://a '), { 'mcp-name': encodeHeaderValue('note://a ') }),
  ],
  ['TS-27: a tool called constructor', send('tools/call', { name: 'constructor' }, {})],
]

for (const [name, sent] of accepted) {
  testBoth(`${STANDARD}: ${name} → 200`, async (_, bound) => {
    const { send } = await bound(server)
    const response = await send(sent)
    const [reply] = await messagesOf(response)
    assert.deepEqual([response.status, reply?.error], [200, undefined])
  })
}

const refused: readonly (readonly [name: string, sent: Sent, message: RegExp])[] = [
  ['Mcp-Method is missing', send('tools/call', add, { 'mcp-method': undefined }), /Mcp-Method is missing/],
  [
    'Mcp-Method differs',
    send('tools/call', add, { 'mcp-method': 'tools/list' }),
    /Mcp-Method is "tools\/list".*"tools\/call"/,
  ],
  [
    'Case Sensitivity: Mcp-Method in another case',
    send('tools/call', add, { 'mcp-method': 'Tools/Call' }),
    /Mcp-Method/,
  ],
  ['Mcp-Method is there twice', more('tools/call', add, ['mcp-method', 'tools/call']), /Mcp-Method/],
  ['Mcp-Method is empty', send('tools/call', add, { 'mcp-method': '' }), /Mcp-Method/],
  [
    'Mcp-Method is base64, which is not for it',
    send('tools/call', add, { 'mcp-method': '=?base64?dG9vbHMvY2FsbA==?=' }),
    /Mcp-Method/,
  ],
  [
    'Mcp-Method is missing for a method without a name',
    send('tools/list', {}, { 'mcp-method': undefined }),
    /Mcp-Method/,
  ],
  [
    'TS-20: Mcp-Method is missing for a method that does not exist',
    send('nothing', {}, { 'mcp-method': undefined }),
    /Mcp-Method/,
  ],
  ['Mcp-Name is missing', send('tools/call', add, { 'mcp-name': undefined }), /Mcp-Name is missing/],
  [
    'Mcp-Name is missing for a prompt',
    send('prompts/get', { name: 'greet' }, { 'mcp-name': undefined }),
    /Mcp-Name is missing/,
  ],
  [
    'Mcp-Name is missing for a resource',
    send('resources/read', read('note://a'), { 'mcp-name': undefined }),
    /Mcp-Name is missing/,
  ],
  ['Mcp-Name differs', send('tools/call', add, { 'mcp-name': 'sub' }), /Mcp-Name is "sub".*"add"/],
  [
    'Mcp-Name differs for a tool that does not exist',
    send('tools/call', { name: 'sub' }, { 'mcp-name': 'add' }),
    /Mcp-Name/,
  ],
  ['Case Sensitivity: Mcp-Name in another case', send('tools/call', add, { 'mcp-name': 'Add' }), /Mcp-Name/],
  ['PY-47: Mcp-Name is there twice', more('tools/call', add, ['mcp-name', 'add']), /Mcp-Name/],
  [
    'PY-48: base64 without its padding',
    send('tools/call', { name: 'constructor' }, { 'mcp-name': '=?base64?Y29uc3RydWN0b3I?=' }),
    /Mcp-Name/,
  ],
  [
    'PY-48: base64 that is not canonical',
    send('tools/call', { name: 'ad' }, { 'mcp-name': '=?base64?YWR=?=' }),
    /Mcp-Name/,
  ],
  ['PY-48: base64 of no UTF-8', send('tools/call', add, { 'mcp-name': '=?base64?/w==?=' }), /Mcp-Name/],
  [
    'Value Encoding: the sentinel in capital letters',
    send('tools/call', add, { 'mcp-name': '=?BASE64?YWRk?=' }),
    /Mcp-Name/,
  ],
  [
    'Value Encoding: a name that looks encoded, as it is',
    send('resources/read', read('=?base64?YQ==?='), { 'mcp-name': '=?base64?YQ==?=' }),
    /Mcp-Name/,
  ],
  [
    'Server Validation: invalid characters, though they are those of the body',
    send('resources/read', read('note://é'), { 'mcp-name': 'note://é' }),
    /Mcp-Name/,
  ],
]

for (const [name, sent, message] of refused) {
  testBoth(`${STANDARD}: ${name} → 400 ${MISMATCH}`, async (_, bound) => {
    const { send } = await bound(server)
    const response = await send(sent)
    const [reply] = await messagesOf(response)
    assert.deepEqual([response.status, reply?.error?.code, reply?.id], [400, MISMATCH, 1])
    assert.match(reply?.error.message, /^Header mismatch: /)
    assert.match(reply?.error.message, message)
  })
}

testBoth('TS-27: a name that the body lacks is the method’s to miss', async (_, bound) => {
  const { send: post } = await bound(server)
  for (const params of [{}, { name: 7 }, { name: null }]) {
    const response = await post(send('tools/call', params, {}))
    assert.equal(response.status, 200)
    assert.equal((await messagesOf(response))[0]?.error.code, -32602)
  }
})

testBoth('before 2026-07-28, headers that mirror the body mean nothing', async (_, bound) => {
  const { send } = await bound(server)
  const { headers, body } = sentBy('2025-11-25', 'tools/call', add)
  const response = await send({
    headers: { ...headers, 'mcp-method': 'ping', 'mcp-name': 'x', 'mcp-param-region': 'y' },
    body,
  })
  assert.equal(response.status, 200)
  assert.equal((await messagesOf(response))[0]?.result.content[0].text, '3')
})

testBoth('intermediaries may add headers of their own', async (_, bound) => {
  const region = jsonSchema({ type: 'object', properties: { region: { type: 'string' } } })
  const { send } = await bound(server.tool('plain', region, () => 'ok'))
  const sent = sentBy(
    '2026-07-28',
    'tools/call',
    { name: 'plain', arguments: { region: 'a' } },
    { 'mcp-param-region': 'b', 'mcp-made-up': 'c' },
  )
  assert.equal((await messagesOf(await send(sent)))[0]?.result.content[0].text, 'ok')
})
