import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, digest } from '../../src/protocol/digest.ts'

/** The same value with the keys of each object the other way round. */
const turned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, part]) => [key, turned(part)])
  return Object.fromEntries(entries.reverse())
}

const texts: readonly (readonly [what: string, value: unknown, text: string])[] = [
  [
    'keys in order, at each level',
    { b: { d: 1, c: [{ f: 2, e: 3 }] }, a: null },
    '{"a":null,"b":{"c":[{"e":3,"f":2}],"d":1}}',
  ],
  ['arrays as they are', [2, 1], '[2,1]'],
  ['members that are undefined left out', { a: undefined, b: 1 }, '{"b":1}'],
  ['nothing for undefined', undefined, ''],
  ['a lone surrogate as an escape', '\ud800', '"\\ud800"'],
  [
    'a key that is called __proto__',
    JSON.parse('{"b":1,"__proto__":{"d":1,"c":2}}'),
    '{"__proto__":{"c":2,"d":1},"b":1}',
  ],
]

describe('canonical JSON', () => {
  for (const [what, value, text] of texts) {
    it(`writes ${what}`, () => assert.equal(canonicalJson(value), text))
  }

  it('does not depend on the order of keys, and loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(canonicalJson(turned(value)), canonicalJson(value))
        assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('the digest of a value', () => {
  it('is the SHA-256 of its canonical JSON', async () => {
    const expected = createHash('sha256').update('{"a":"é","b":1}').digest('base64url')
    assert.equal(await digest({ b: 1, a: 'é' }), expected)
  })

  it('tells lone surrogates apart', async () => {
    assert.notEqual(await digest({ a: '\ud800' }), await digest({ a: '\ud801' }))
    assert.notEqual(await digest({ a: '\ud800' }), await digest({ a: '\ufffd' }))
  })

  it('tells nothing, null and an empty object apart', async () => {
    const digests = await Promise.all([undefined, null, {}, ''].map(digest))
    assert.equal(new Set(digests).size, 4)
  })
})
