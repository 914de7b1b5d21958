import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decodeBase64,
  decodeBase64Url,
  decodeBase64UrlBytes,
  encodeBase64,
  encodeBase64Url,
  encodeBase64UrlBytes,
} from '../../src/wire/base64.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const vectors: readonly (readonly [text: string, encoded: string])[] = [
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
]

for (const [text, encoded] of vectors) {
  test(`RFC 4648 §10: ${JSON.stringify(text)} is ${JSON.stringify(encoded)}`, () => {
    assert.equal(encodeBase64(bytesOf(text)), encoded)
    assert.deepEqual(decodeBase64(encoded), bytesOf(text))
  })
}

const malformed: readonly (readonly [name: string, text: string])[] = [
  ['no padding', 'Zg'],
  ['too little padding', 'Zg='],
  ['too much padding', 'Zg==='],
  ['padding alone', '===='],
  ['one digit', 'Z==='],
  ['padding in the middle', 'Zg==Zg=='],
  ['padding within a group', 'Zg=v'],
  ['a group of two digits and one padding', 'Zm=v'],
  ['unused bits of one byte', 'Zh=='],
  ['unused bits of two bytes', 'Zm9='],
  ['white space', 'Zm9v\n\n\n\n'],
  ['a space', 'Zm 9'],
  ['the URL-safe alphabet', '-_-_'],
  ['a character that is no digit', 'SGVs!!!bG8=='],
  ['a character that is no digit in the last group', 'Zm9v!g=='],
  ['a character above ASCII', 'Zm9\u00e9'],
  ['a character whose low byte is a digit', 'Zm9\u0176'],
]

for (const [name, text] of malformed) {
  test(`RFC 4648 §4: refuses ${name}`, () => assert.equal(decodeBase64(text), undefined))
}

test('agrees with Node on any bytes, and reads them back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const encoded = encodeBase64(bytes)
      assert.equal(encoded, Buffer.from(bytes).toString('base64'))
      assert.deepEqual(decodeBase64(encoded), bytes)
    }),
  )
})

test('reads a text exactly when writing gives the same text back', () => {
  const near = fc.string({ unit: fc.constantFrom('A', 'Q', 'Z', 'g', '9', '+', '/', '=', '-', ' ', '\u0141') })
  fc.assert(
    fc.property(fc.oneof(near, fc.string()), (text) => {
      const canonical = Buffer.from(text, 'base64').toString('base64') === text
      const bytes = decodeBase64(text)
      assert.equal(bytes !== undefined, canonical)
      if (bytes) assert.equal(encodeBase64(bytes), text)
    }),
    { numRuns: 1000 },
  )
})

test('takes a part of a larger buffer', () => {
  const bytes = bytesOf('xxfooxx').subarray(2, 5)
  assert.equal(encodeBase64(bytes), 'Zm9v')
})

test('takes ten megabytes', () => {
  const bytes = new Uint8Array(10_000_000).map((_, index) => index % 251)
  const encoded = encodeBase64(bytes)
  assert.equal(encoded, Buffer.from(bytes).toString('base64'))
  assert.equal(Buffer.compare(decodeBase64(encoded) ?? Buffer.of(), bytes), 0)
})

test('RFC 4648 §5: texts in the URL-safe alphabet, without padding', () => {
  assert.equal(encodeBase64Url(''), '')
  assert.equal(encodeBase64Url('a'), 'YQ')
  assert.equal(encodeBase64Url('~~~???'), 'fn5-Pz8_')
  assert.equal(decodeBase64Url('fn5-Pz8_'), '~~~???')
})

const malformedUrl: readonly (readonly [name: string, text: string])[] = [
  ['padding', 'YQ=='],
  ['the plain alphabet', 'fn5+Pz8/'],
  ['a length that no text has', 'YWFhY'],
  ['unused bits', 'YR'],
  ['bytes that are not UTF-8', '_w'],
]

for (const [name, text] of malformedUrl) {
  test(`RFC 4648 §5: refuses ${name}`, () => assert.equal(decodeBase64Url(text), undefined))
}

const anyText = fc.string({
  unit: fc
    .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
    .map((codePoint) => String.fromCodePoint(codePoint)),
})

test('any text round-trips through the URL-safe form', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const encoded = encodeBase64Url(text)
      assert.match(encoded, /^[\w-]*$/)
      assert.equal(decodeBase64Url(encoded), text)
    }),
  )
})

test('reads a URL-safe text exactly when writing gives the same text back', () => {
  const near = fc.string({ unit: fc.constantFrom('A', 'Q', 'Y', 'W', 'x', '8', '-', '_', '=', '+') })
  fc.assert(
    fc.property(fc.oneof(near, fc.string()), (encoded) => {
      const text = decodeBase64Url(encoded)
      if (text !== undefined) assert.equal(encodeBase64Url(text), encoded)
    }),
  )
})

test('any bytes round-trip through the URL-safe form, which Node agrees with', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const encoded = encodeBase64UrlBytes(bytes)
      assert.equal(encoded, Buffer.from(bytes).toString('base64url'))
      assert.deepEqual(decodeBase64UrlBytes(encoded), bytes)
    }),
  )
})

test('reads URL-safe bytes exactly when writing gives the same text back', () => {
  const near = fc.string({ unit: fc.constantFrom('A', 'Q', 'Y', 'W', 'x', '8', '-', '_', '=', '+') })
  fc.assert(
    fc.property(fc.oneof(near, fc.string()), (encoded) => {
      const canonical = Buffer.from(encoded, 'base64url').toString('base64url') === encoded
      assert.equal(decodeBase64UrlBytes(encoded) !== undefined, canonical)
    }),
  )
})
