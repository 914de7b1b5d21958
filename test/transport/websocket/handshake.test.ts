import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  acceptOf,
  asksForWebSocket,
  handshakeProblem,
  newKey,
  tokensOf,
} from '../../../src/transport/websocket/handshake.ts'
import { ACCEPT, type HeaderChanges, KEY, UPGRADE_HEADERS } from '../../support/websocket.ts'

test('RFC 6455 §1.3: the key of the example is answered as there', async () => {
  assert.equal(await acceptOf(KEY), ACCEPT)
})

test('RFC 6455 §4.1: a new key is 16 bytes, another one each time', () => {
  assert.equal(Buffer.from(newKey(), 'base64').length, 16)
  assert.notEqual(newKey(), newKey())
})

test('a header that is a list is read with white space and empty members left out', () => {
  assert.deepEqual(tokensOf(undefined), [])
  assert.deepEqual(tokensOf(''), [])
  assert.deepEqual(tokensOf(' a ,b,, c'), ['a', 'b', 'c'])
})

test('a request asks for a WebSocket in any case, and beside others', () => {
  for (const upgrade of ['websocket', 'WebSocket', 'h2c, WEBSOCKET']) assert.equal(asksForWebSocket(upgrade), true)
  for (const upgrade of [undefined, '', 'h2c', 'websocket2']) assert.equal(asksForWebSocket(upgrade), false)
})

const problemOf = (changes: HeaderChanges, method = 'GET') => {
  const headers: HeaderChanges = { ...UPGRADE_HEADERS, ...changes }
  return handshakeProblem(method, { header: (name) => headers[name], onLoopback: undefined })
}

test('RFC 6455 §4.2.1: what a client must send is enough', () => {
  assert.equal(problemOf({}), undefined)
})

test('the subprotocol "mcp" may be one of several that are offered', () => {
  assert.equal(problemOf({ 'sec-websocket-protocol': 'mcp.version.2025-11-25, mcp' }), undefined)
})

const problems: readonly (readonly [name: string, changes: HeaderChanges, status: number, message: RegExp])[] = [
  ['no version', { 'sec-websocket-version': undefined }, 426, /Sec-WebSocket-Version must be 13/],
  ['an older version', { 'sec-websocket-version': '8' }, 426, /Sec-WebSocket-Version must be 13/],
  ['no key', { 'sec-websocket-key': undefined }, 400, /Sec-WebSocket-Key must be 16 bytes/],
  ['a short key', { 'sec-websocket-key': 'c2hvcnQ=' }, 400, /Sec-WebSocket-Key must be 16 bytes/],
  ['a key that is no base64', { 'sec-websocket-key': '!'.repeat(24) }, 400, /Sec-WebSocket-Key must be 16 bytes/],
  ['two keys', { 'sec-websocket-key': `${KEY}, ${KEY}` }, 400, /Sec-WebSocket-Key must be 16 bytes/],
  ['no subprotocol', { 'sec-websocket-protocol': undefined }, 400, /must offer "mcp"/],
  ['another subprotocol', { 'sec-websocket-protocol': 'graphql-ws, MCP' }, 400, /must offer "mcp"/],
]

for (const [name, changes, status, message] of problems) {
  test(`RFC 6455 §4.2.1: ${name} is refused with ${status}`, () => {
    const problem = problemOf(changes)
    assert.equal(problem?.status, status)
    assert.match(problem?.message ?? '', message)
  })
}

test('RFC 6455 §4.4: who speaks another version is told which one is spoken here', () => {
  assert.deepEqual(problemOf({ 'sec-websocket-version': '14' })?.headers, {
    upgrade: 'websocket',
    'sec-websocket-version': '13',
  })
})

test('RFC 6455 §4.2.1: a WebSocket is opened with GET alone', () => {
  const problem = problemOf({}, 'POST')
  assert.deepEqual([problem?.status, problem?.headers], [405, { allow: 'GET' }])
})
