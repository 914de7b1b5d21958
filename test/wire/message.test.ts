import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { errorText, type Message, notificationText, readMessage, resultText } from '../../src/wire/message.ts'
import { anyCharacter } from '../support/characters.ts'

const parse = (text: string): unknown => JSON.parse(text)

const valid: readonly (readonly [value: unknown, message: Message])[] = [
  [
    { jsonrpc: '2.0', id: 1, method: 'a' },
    { kind: 'request', id: 1, method: 'a', params: undefined },
  ],
  [
    { jsonrpc: '2.0', id: 'x', method: 'a', params: { b: 1 } },
    { kind: 'request', id: 'x', method: 'a', params: { b: 1 } },
  ],
  [
    { jsonrpc: '2.0', id: 1, method: 'a', result: 1 },
    { kind: 'request', id: 1, method: 'a', params: undefined },
  ],
  [
    { jsonrpc: '2.0', method: 'a' },
    { kind: 'notification', method: 'a', params: undefined },
  ],
  [
    { jsonrpc: '2.0', method: 'a', params: {} },
    { kind: 'notification', method: 'a', params: {} },
  ],
  [
    { jsonrpc: '2.0', id: 1, result: {} },
    { kind: 'response', id: 1, result: {}, error: undefined },
  ],
  [
    { jsonrpc: '2.0', id: 1, result: null },
    { kind: 'response', id: 1, result: null, error: undefined },
  ],
  [
    { jsonrpc: '2.0', id: '', error: { code: 1, message: 'no', data: 2 } },
    { kind: 'response', id: '', result: undefined, error: { code: 1, message: 'no', data: 2 } },
  ],
]

for (const [value, message] of valid) {
  test(`JSON-RPC 2.0: ${JSON.stringify(value)} is a ${message.kind}`, () => {
    assert.deepEqual(readMessage(value), message)
  })
}

test('2026-07-28 Requests: an id is a string or an integer, 0 and the empty string among them (TS-43)', () => {
  for (const id of [0, -0, -1, 1, Number.MAX_SAFE_INTEGER, '', '0', 'constructor']) {
    assert.deepEqual(readMessage({ jsonrpc: '2.0', id, method: 'a' }), {
      kind: 'request',
      id,
      method: 'a',
      params: undefined,
    })
  }
})

/** What is no message, whose id can still be read, why, and whether it must not be answered. */
const broken: readonly (readonly [value: unknown, id: unknown, why: RegExp, isOneWay?: boolean])[] = [
  [undefined, undefined, /a JSON object/],
  [null, undefined, /a JSON object/],
  [1, undefined, /a JSON object/],
  ['text', undefined, /a JSON object/],
  [[], undefined, /a JSON object/],
  [{}, undefined, /"jsonrpc" must be "2.0"/],
  [{ id: 1, method: 'a' }, 1, /"jsonrpc" must be "2.0"/],
  [{ jsonrpc: '1.0', id: 1, method: 'a' }, 1, /"jsonrpc" must be "2.0"/],
  [{ jsonrpc: 2, id: 'x', method: 'a' }, 'x', /"jsonrpc" must be "2.0"/],
  [{ jsonrpc: '2.0' }, undefined, /neither/],
  [{ jsonrpc: '2.0', id: 1 }, 1, /neither/],
  [{ jsonrpc: '2.0', id: 1, method: 5 }, 1, /"method" must be a string/],
  [{ jsonrpc: '2.0', id: 1, method: null }, 1, /"method" must be a string/],
  [{ jsonrpc: '2.0', id: null, method: 'a' }, undefined, /"id" must be/],
  [{ jsonrpc: '2.0', id: true, method: 'a' }, undefined, /"id" must be/],
  [{ jsonrpc: '2.0', id: 1.5, method: 'a' }, undefined, /"id" must be/],
  [{ jsonrpc: '2.0', id: 2 ** 53, method: 'a' }, undefined, /"id" must be/],
  [{ jsonrpc: '2.0', id: [1], method: 'a' }, undefined, /"id" must be/],
  [{ jsonrpc: '2.0', id: {}, method: 'a' }, undefined, /"id" must be/],
  [{ jsonrpc: '2.0', id: 1, method: 'a', params: null }, 1, /"params" must be an object/],
  [{ jsonrpc: '2.0', id: 1, method: 'a', params: [1] }, 1, /"params" must be an object/],
  [{ jsonrpc: '2.0', id: 1, method: 'a', params: 'b' }, 1, /"params" must be an object/],
  [{ jsonrpc: '2.0', method: 'a', params: [1] }, undefined, /"params" must be an object/, true],
  [{ jsonrpc: '2.0', id: null, error: { code: 1, message: 'no' } }, undefined, /needs the "id"/, true],
  [{ jsonrpc: '2.0', result: {} }, undefined, /needs the "id"/, true],
  [{ jsonrpc: '2.0', id: 1, error: {} }, 1, /"error" needs/, true],
  [{ jsonrpc: '2.0', id: 1, error: { code: 1.5, message: 'no' } }, 1, /"error" needs/, true],
  [{ jsonrpc: '2.0', id: 1, error: { code: 1, message: 5 } }, 1, /"error" needs/, true],
  [{ jsonrpc: '2.0', id: 1, error: 'no' }, 1, /"error" needs/, true],
]

for (const [value, id, why, isOneWay = false] of broken) {
  test(`JSON-RPC 2.0: ${JSON.stringify(value)} is no message`, () => {
    const message = readMessage(value)
    assert.ok(message.kind === 'invalid')
    assert.equal(message.id, id)
    assert.equal(message.error.code, -32600)
    assert.match(message.error.message, why)
    assert.equal(message.isOneWay, isOneWay)
  })
}

test('reads anything without throwing, and says what it is', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      assert.match(readMessage(value).kind, /^(request|notification|response|invalid)$/)
    }),
  )
})

test('the text of a result keeps the type of its id', () => {
  assert.deepEqual(parse(resultText(0, '{"a":1}')), { jsonrpc: '2.0', id: 0, result: { a: 1 } })
  assert.deepEqual(parse(resultText('', '{}')), { jsonrpc: '2.0', id: '', result: {} })
  assert.deepEqual(parse(resultText('"\n\u2028', '{}')), { jsonrpc: '2.0', id: '"\n\u2028', result: {} })
})

test('the text of an error has its id, or null, or none', () => {
  const error = { code: -32600, message: 'no', data: [1] }
  assert.deepEqual(parse(errorText('x', error)), { jsonrpc: '2.0', id: 'x', error })
  assert.deepEqual(parse(errorText(0, error)), { jsonrpc: '2.0', id: 0, error })
  assert.deepEqual(parse(errorText(null, error)), { jsonrpc: '2.0', id: null, error })
  assert.deepEqual(parse(errorText(undefined, error)), { jsonrpc: '2.0', error })
})

test('PY-17: a notification without params has no such member', () => {
  assert.deepEqual(parse(notificationText('a')), { jsonrpc: '2.0', method: 'a' })
  assert.deepEqual(parse(notificationText('a', { b: 1 })), { jsonrpc: '2.0', method: 'a', params: { b: 1 } })
})

test('2026-07-28 stdio: no text of a message has a line break in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.jsonValue(), (text, value) => {
      const texts = [
        resultText(text, JSON.stringify(value)),
        errorText(text, { code: 1, message: text, data: value }),
        notificationText(text, { [text]: value }),
      ]
      for (const line of texts) assert.doesNotMatch(line, /[\n\r]/)
    }),
  )
})
