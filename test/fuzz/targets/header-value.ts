import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decodeHeaderValue, encodeHeaderValue } from '../../../src/wire/header-value.ts'
import { anyCharacter } from '../../support/characters.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { nearlyText } from '../inputs.ts'

const TOKENS = ['=?base64?', '?=', 'SGVs', 'bG8=', '/w==', '=', ' ', '\t', '世', '\r\n', '\0', '\x7f', '\u00a0']

// UTF-8 has no lone surrogates.
const wellFormed = (value: string): string => value.replace(/\p{Surrogate}/gu, '')

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...TOKENS), maxLength: 8 }),
  fc.string({ unit: anyCharacter }).map((value) => wellFormed(value)),
  fc.string({ unit: anyCharacter }).map((value) => encodeHeaderValue(wellFormed(value))),
)

const codec = { encode: encodeHeaderValue, decode: decodeHeaderValue }

/** 2026-07-28 Streamable HTTP, Value Encoding: any value is sent as visible ASCII with inner spaces, and read back. */
export const headerValue = ({ encode, decode }: typeof codec = codec): Fuzzer =>
  fuzzer<string>({
    name: 'header-value',
    runs: 1000,
    inputs: nearlyText(text, TOKENS),
    open: () => ({
      check: (value) => {
        const header = encode(value)
        assert.match(header, /^[!-~]([ -~]*[!-~])?$/)
        assert.equal(decode(header), value)
        assert.equal(decode(` ${header}\t`), value)
        for (const came of [value, `=?base64?${value}?=`]) {
          const decoded = decode(came)
          assert.ok(decoded === undefined || (/^[\t -~]*$/.test(came) && decode(encode(decoded)) === decoded))
        }
      },
    }),
  })
