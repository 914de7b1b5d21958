import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CloseCode, closePayload, isSendable, readClose } from '../../src/wire/close-code.ts'
import { closing, hex } from '../support/frames.ts'

test('RFC 6455 §7.4: the codes that may stand in a close frame', () => {
  const sendable = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
  const others = [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535]
  assert.deepEqual(
    sendable.filter((code) => !isSendable(code)),
    [],
  )
  assert.deepEqual(others.filter(isSendable), [])
})

test('RFC 6455 §5.5.1: a code of two bytes, then the reason as UTF-8', () => {
  assert.deepEqual(closePayload(CloseCode.Normal), hex('03e8'))
  assert.deepEqual(closePayload(4001, 'später'), hex('0fa1 73 70 c3 a4 74 65 72'))
  assert.deepEqual(closePayload(CloseCode.NoStatus), hex(''))
})

test('a code that cannot be sent is an error that says which can', () => {
  for (const code of [1006, 999, 1000.5, Number.NaN]) {
    assert.throws(() => closePayload(code), {
      name: 'DefinitionError',
      message: new RegExp(`from 3000 to 4999, got ${code}`),
    })
  }
})

test('a reason has at most 123 bytes', () => {
  assert.equal(closePayload(1000, 'é'.repeat(61)).length, 124)
  assert.equal(closePayload(1000, 'e'.repeat(123)).length, 125)
  assert.throws(() => closePayload(1000, 'é'.repeat(62)), {
    name: 'DefinitionError',
    message: /at most 123 bytes, got 124/,
  })
})

const read: readonly (readonly [name: string, payload: Uint8Array, expected: ReturnType<typeof readClose>])[] = [
  ['nothing', hex(''), { valid: true, code: 1005, reason: '' }],
  ['a code', closing(1001), { valid: true, code: 1001, reason: '' }],
  ['a reason', closing(4999, 'später'), { valid: true, code: 4999, reason: 'später' }],
  ['half a code', hex('03'), { valid: false, code: 1002, reason: 'a close frame holds no code or a whole one' }],
  [
    'a code that is never sent',
    closing(1006),
    { valid: false, code: 1002, reason: 'a close frame must not hold the code 1006' },
  ],
  ['no UTF-8', closing(1000, hex('ff')), { valid: false, code: 1007, reason: 'the reason for closing is not UTF-8' }],
]

for (const [name, payload, expected] of read) {
  test(`reads a close frame with ${name}`, () => assert.deepEqual(readClose(payload), expected))
}
