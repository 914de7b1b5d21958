import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byteAt, decodeUtf8, encodeUtf8 } from '../../src/wire/bytes.ts'

const anyText = fc.string({
  unit: fc
    .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
    .map((codePoint) => String.fromCodePoint(codePoint)),
})

test('byteAt reads one byte', () => {
  assert.equal(byteAt(Uint8Array.of(1, 200), 1), 200)
})

test('UTF-8 round-trips every text without lone surrogates', () => {
  fc.assert(fc.property(anyText, (text) => assert.equal(decodeUtf8(encodeUtf8(text)), text)))
})

test('a lone surrogate becomes U+FFFD', () => {
  assert.equal(decodeUtf8(encodeUtf8('a\ud800b')), 'a\ufffdb')
})

test('a byte order mark is kept', () => {
  assert.equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa')
})

const malformed: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['a byte that is never used', [0xff]],
  ['a lone continuation byte', [0x80]],
  ['a cut character', [0xe4, 0xb8]],
  ['an overlong form', [0xc0, 0xaf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
]

for (const [name, bytes] of malformed) {
  test(`no UTF-8: ${name}`, () => assert.equal(decodeUtf8(Uint8Array.from(bytes)), undefined))
}
