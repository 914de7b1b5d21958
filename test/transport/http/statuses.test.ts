import assert from 'node:assert/strict'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { headersOf, messagesOf, type Version } from '../../support/messages.ts'
import { calling, type Sent, type SentMessage, STREAMABLE, sentBy, testBoth } from './support.ts'

const server = createServer({ name: 'sums', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('echo', v.object({ text: v.string() }), ({ text }) => text)

const LEGACY: Version = '2025-06-18'
const MODERN: Version = '2026-07-28'

const call = (version: Version): SentMessage => calling(version, 'add', { a: 1, b: 2 })

const withHeaders = (changes: Readonly<Record<string, string | undefined>>, version: Version = LEGACY): Sent => {
  const { headers, body } = call(version)
  const changed = Object.entries({ ...headers, ...changes }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  )
  return { headers: changed, body }
}

const withBody = (body: NonNullable<Sent['body']>): Sent => ({ headers: headersOf(LEGACY, 'tools/call'), body })

/** What is sent, the status it gets, the code of the error (undefined: a result), and a part of its message. */
type Case = readonly [name: string, sent: Sent, status: number, code?: number, message?: RegExp]

const INVALID = -32600
const PARSE = -32700

const contentTypes: readonly Case[] = [
  ['TS-1: application/json', withHeaders({}), 200],
  ['TS-1: application/json;', withHeaders({ 'content-type': 'application/json;' }), 200],
  ['with a charset, in any case', withHeaders({ 'content-type': 'Application/JSON; charset=utf-8' }), 200],
  [
    'TS-1: text/plain; a=application/json',
    withHeaders({ 'content-type': 'text/plain; a=application/json' }),
    415,
    INVALID,
    /Content-Type/,
  ],
  ['TS-1: none', withHeaders({ 'content-type': undefined }), 415, INVALID, /Content-Type/],
  ['TS-1: two joined by a comma', withHeaders({ 'content-type': 'application/json, application/json' }), 415, INVALID],
  ['application/jsonp', withHeaders({ 'content-type': 'application/jsonp' }), 415, INVALID],
  [
    'TS-1: wrong, with a wrong Accept: it is judged first',
    withHeaders({ 'content-type': 'text/plain', accept: 'text/html' }),
    415,
    INVALID,
  ],
]

const accepts: readonly Case[] = [
  ['both types', withHeaders({ accept: 'text/event-stream, application/json' }), 200],
  ['PY-82: */*', withHeaders({ accept: '*/*' }), 200],
  ['PY-82: application/* and text/*', withHeaders({ accept: 'application/*, text/*' }), 200],
  ['no header, which takes anything', withHeaders({ accept: undefined }), 200],
  [
    'PY-82: application/json alone',
    withHeaders({ accept: 'application/json' }),
    406,
    INVALID,
    /application\/json and text\/event-stream/,
  ],
  ['text/event-stream alone', withHeaders({ accept: 'text/event-stream' }), 406, INVALID],
  ['one of them refused by q=0', withHeaders({ accept: 'application/json, text/event-stream;q=0' }), 406, INVALID],
  ['a wildcard that q=0 takes one from', withHeaders({ accept: '*/*, application/json;q=0' }), 406, INVALID],
  ['text/html', withHeaders({ accept: 'text/html' }), 406, INVALID],
]

const nested = (levels: number): string =>
  `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`

const text = 'x'.repeat(300)
const malformed = Buffer.concat([
  Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'),
  Buffer.from([0xff, 0xc3, 0x28]),
  Buffer.from('"}'),
])

const bodies: readonly Case[] = [
  ['nothing', withBody(''), 400, PARSE],
  ['no body at all', { headers: headersOf(LEGACY, 'tools/call') }, 400, PARSE],
  ['no JSON', withBody('{"jsonrpc":'), 400, PARSE],
  ['JSON that goes on too long', withBody('{} {}'), 400, PARSE],
  ['bytes that are not UTF-8', withBody(malformed), 400, PARSE, /UTF-8/],
  ['PY-85: JSON that is too deep', withBody(nested(200)), 400, PARSE, /deep/],
  ['PY-85: JSON that is far too deep', withBody(nested(100_000)), 400, PARSE],
  [
    'PY-85: an integer beyond all bounds as id',
    withBody(`{"jsonrpc":"2.0","id":${'9'.repeat(400)},"method":"ping"}`),
    400,
    INVALID,
    /"id"/,
  ],
  ['null', withBody('null'), 400, INVALID],
  ['a number', withBody('42'), 400, INVALID],
  ['a string', withBody('"ping"'), 400, INVALID],
  ['an empty object', withBody('{}'), 400, INVALID, /"jsonrpc"/],
  ['JSON-RPC 1.0', withBody('{"jsonrpc":"1.0","id":1,"method":"ping"}'), 400, INVALID],
  ['an id that is null', withBody('{"jsonrpc":"2.0","id":null,"method":"ping"}'), 400, INVALID],
  [
    'parameters by position',
    withBody('{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}'),
    400,
    INVALID,
    /"params"/,
  ],
  ['a body in several pieces', withBody([call(LEGACY).body.slice(0, 20), call(LEGACY).body.slice(20)]), 200],
  [
    'a character that is split between pieces',
    withBody([
      Buffer.from(calling(LEGACY, 'echo', { text: 'ä€' }).body).subarray(0, 85),
      Buffer.from(calling(LEGACY, 'echo', { text: 'ä€' }).body).subarray(85),
    ]),
    200,
  ],
  ['U+FFFD itself, which is a character like others', withBody(calling(LEGACY, 'echo', { text: '\uFFFD' }).body), 200],
]

const cases: readonly (readonly [section: string, cases: readonly Case[]])[] = [
  [`${STREAMABLE}, Sending Messages: Content-Type`, contentTypes],
  [`${STREAMABLE}, Sending Messages: Accept`, accepts],
  ['body', bodies],
]

for (const [section, rows] of cases) {
  for (const [name, sent, status, code, message] of rows) {
    testBoth(`${section}: ${name} → ${status}`, async (_, bound) => {
      const { send } = await bound(server)
      const response = await send(sent)
      assert.equal(response.status, status)
      assert.equal(response.headers.get('content-type'), 'application/json')
      const [reply] = await messagesOf(response)
      assert.equal(reply?.error?.code, code)
      assert.equal(reply?.jsonrpc, '2.0')
      if (message) assert.match(reply?.error?.message, message)
    })
  }
}

testBoth('bodies that carry text of many bytes a character come back as they were', async (_, bound) => {
  const { send } = await bound(server)
  const sample = 'äöü € 世界 𝄞 \uFFFD \u2028'
  const response = await send(calling(MODERN, 'echo', { text: sample }))
  const [reply] = await messagesOf(response)
  assert.equal(reply?.result.content[0].text, sample)
})

testBoth(
  'TS-2, PY-70: a body that is declared too large is refused with 413 before any of it is read',
  async (_, bound, adapter) => {
    const { send } = await bound(server, { maxBodyBytes: 1000 })
    const headers = { ...headersOf(LEGACY, 'tools/call'), 'content-length': '1001' }
    const response = await send({ headers, withholdsBody: true })
    assert.equal(response.status, 413)
    if (adapter === 'Node') assert.equal(response.headers.get('connection'), 'close')
    const [reply] = await messagesOf(response)
    assert.deepEqual(reply, {
      jsonrpc: '2.0',
      id: null,
      error: { code: INVALID, message: 'The body is larger than 1000 bytes' },
    })
  },
)

testBoth(
  'TS-2, PY-70: a body without a declared length is refused with 413 as soon as it is too large',
  async (_, bound) => {
    const { send } = await bound(server, { maxBodyBytes: 1000 })
    const pieces = Array.from({ length: 4 }, () => text)
    const response = await send({ headers: headersOf(LEGACY, 'tools/call'), body: pieces })
    assert.equal(response.status, 413)
    assert.equal((await messagesOf(response))[0]?.error.code, INVALID)
  },
)

testBoth('PY-70: a body of exactly the size that is allowed is taken', async (_, bound) => {
  const { body, headers } = calling(LEGACY, 'echo', { text: 'ä' })
  const { send } = await bound(server, { maxBodyBytes: Buffer.byteLength(body) })
  assert.equal((await send({ headers, body })).status, 200)
  assert.equal((await send({ headers, body: [body.slice(0, 9), body.slice(9)] })).status, 200)
  assert.equal((await send({ headers, body: `${body} ` })).status, 413)
  assert.equal((await send({ headers, body: [body, ' '] })).status, 413)
})

testBoth(
  'TS-25; 2025-11-25 §Responses: an error that answers no readable request has the id null before, and none from there on',
  async (_, bound) => {
    const { send } = await bound(server)
    const bodyOf = async (version: Version) => {
      const response = await send({ headers: headersOf(version, 'tools/call', { name: 'add' }), body: '{' })
      return JSON.parse(await response.text())
    }
    assert.equal((await bodyOf('2025-03-26')).id, null)
    assert.equal((await bodyOf('2025-06-18')).id, null)
    assert.ok(!('id' in (await bodyOf('2025-11-25'))))
    assert.ok(!('id' in (await bodyOf('2026-07-28'))))
  },
)

testBoth('TS-3: an error echoes the id of the request, also where it is 0 or empty', async (_, bound) => {
  const { send } = await bound(server)
  for (const id of [0, '', 'é', -7, Number.MAX_SAFE_INTEGER]) {
    const [bad] = await messagesOf(
      await send(withBody(JSON.stringify({ jsonrpc: '2.0', id, method: 'ping', params: 7 }))),
    )
    assert.equal(bad?.id, id)
    const [good] = await messagesOf(await send(sentBy(LEGACY, 'ping', {}, {}, id)))
    assert.deepEqual(good, { jsonrpc: '2.0', id, result: {} })
  }
})
