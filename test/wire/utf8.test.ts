import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Utf8Check } from '../../src/wire/utf8.ts'
import { cut, hex } from '../support/frames.ts'

const isUtf8 = (bytes: Uint8Array): boolean => Buffer.from(Buffer.from(bytes).toString()).equals(bytes)

/** Whether something could follow that makes it UTF-8: a character that is cut off has at most three bytes. */
const endings = ['', '80', '8080', '808080', 'bf', 'bfbf', 'bfbfbf', 'a0', '90', '9080', '908080', 'a080', '8f'].map(
  hex,
)
const canBecomeUtf8 = (bytes: Uint8Array): boolean => endings.some((ending) => isUtf8(Buffer.concat([bytes, ending])))

const accepts = (pieces: readonly Uint8Array[]): boolean => {
  const check = new Utf8Check()
  return pieces.every((piece) => check.accept(piece))
}

test('RFC 3629: every byte, and every pair of bytes, is accepted exactly when something can follow it', () => {
  const wrong: Uint8Array[] = []
  for (let first = 0; first < 256; first += 1) {
    const single = Uint8Array.of(first)
    if (accepts([single]) !== canBecomeUtf8(single)) wrong.push(single)
    for (let second = 0; second < 256; second += 1) {
      const pair = Uint8Array.of(first, second)
      const expected = canBecomeUtf8(pair)
      if (accepts([pair]) !== expected || accepts(cut(pair, 1)) !== expected) wrong.push(pair)
    }
  }
  assert.deepEqual(wrong, [])
})

test('every character is accepted, byte by byte', () => {
  const check = new Utf8Check()
  const encoder = new TextEncoder()
  for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 251) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const bytes = encoder.encode(String.fromCodePoint(code))
    assert.ok(
      cut(bytes, 1).every((piece) => check.accept(piece)),
      code.toString(16),
    )
  }
})

test('bytes are refused at the first one that cannot be right, however they are cut', () => {
  const near = fc.array(
    fc.oneof(
      fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0xc2, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0x61),
      fc.nat({ max: 255 }),
    ),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(near, fc.integer({ min: 1, max: 8 }), (values, size) => {
      const bytes = Uint8Array.from(values)
      assert.equal(accepts(cut(bytes, size)), canBecomeUtf8(bytes))
    }),
    { numRuns: 5000 },
  )
})
