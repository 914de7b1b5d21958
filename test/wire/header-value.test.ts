import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeHeaderValue, encodeHeaderValue } from '../../src/wire/header-value.ts'

const SECTION = '2026-07-28 Streamable HTTP, Value Encoding'

const encoded: readonly (readonly [name: string, value: string, expected: string])[] = [
  ['plain ASCII', 'us-west1', 'us-west1'],
  ['non-ASCII', 'Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
  ['leading and trailing spaces', ' padded ', '=?base64?IHBhZGRlZCA=?='],
  ['a newline', 'line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
  ['a value that matches the sentinel', '=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
  ['inner spaces', 'a b', 'a b'],
  ['a single character', 'a', 'a'],
  ['a leading tab', '\ta', '=?base64?CWE=?='],
  ['an inner tab', 'a\tb', '=?base64?YQli?='],
  ['an empty value', '', '=?base64??='],
  ['DEL', 'a\x7f', '=?base64?YX8=?='],
  ['a trailing newline', 'a\n', '=?base64?YQo=?='],
  ['a URI', 'note://a/b%20c?id=123', 'note://a/b%20c?id=123'],
  ['the prefix alone', '=?base64?x', '=?base64?x'],
  ['the suffix alone', 'x?=', 'x?='],
  ['another case', '=?BASE64?x?=', '=?BASE64?x?='],
  ['a prefix and suffix that overlap', '=?base64?=', '=?base64?PT9iYXNlNjQ/PQ==?='],
]

for (const [name, value, expected] of encoded) {
  test(`${SECTION}: ${name} is sent as ${expected}, and read back`, () => {
    assert.equal(encodeHeaderValue(value), expected)
    assert.equal(decodeHeaderValue(expected), value)
  })
}

const literal: readonly (readonly [name: string, value: string, expected: string])[] = [
  ['white space around the value', ' \ta b \t', 'a b'],
  ['white space around an encoded value', ' =?base64?SGVsbG8=?= ', 'Hello'],
  ['an inner tab', 'a\tb', 'a\tb'],
  ['an empty value', '', ''],
  ['a value without the prefix', 'SGVsbG8=?=', 'SGVsbG8=?='],
  ['a value without the suffix', '=?base64?SGVsbG8=', '=?base64?SGVsbG8='],
  ['a prefix and suffix that overlap', '=?base64?=', '=?base64?='],
]

for (const [name, value, expected] of literal) {
  test(`${SECTION}: reads ${name}`, () => assert.equal(decodeHeaderValue(value), expected))
}

const refused: readonly (readonly [name: string, value: string])[] = [
  ['base64 without its padding', '=?base64?SGVsbG8?='],
  ['base64 with other characters', '=?base64?SGVs!!!bG8=?='],
  ['base64 that is not canonical', '=?base64?SGVsbG9=?='],
  ['base64 of no UTF-8', '=?base64?/w==?='],
  ['a control character', 'a\x01b'],
  ['a line break', 'a\nb'],
  ['a trailing line break', 'a\n'],
  ['DEL', 'a\x7fb'],
  ['a character above ASCII', 'caf\u00e9'],
  ['white space above ASCII', '\u00a0a'],
]

for (const [name, value] of refused) {
  test(`${SECTION}: refuses ${name}`, () => assert.equal(decodeHeaderValue(value), undefined))
}
