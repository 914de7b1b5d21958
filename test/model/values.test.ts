import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { bytesOf, jsonText, messageOf, mustBeBase64, mustBeString } from '../../src/model/values.ts'
import { encodeBase64 } from '../../src/wire/base64.ts'

describe('values', () => {
  it('mustBeString says what should have been a string, and what came', () => {
    assert.equal(mustBeString('', 'it'), '')
    const others: readonly (readonly [unknown, string])[] = [
      [undefined, 'undefined'],
      [null, 'null'],
      [5, '5'],
      [1n, '1n'],
      [['a'], 'an array'],
      [{}, 'an object'],
      [() => 'a', 'a function'],
      [Symbol('a'), 'a symbol'],
    ]
    for (const [value, shown] of others) {
      assert.throws(() => mustBeString(value, 'text: the content'), {
        name: 'TypeError',
        message: `text: the content must be a string, got ${shown}`,
      })
    }
  })

  it('mustBeBase64 takes whatever encodeBase64 makes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = encodeBase64(bytes)
        assert.equal(mustBeBase64(text, 'it'), text)
      }),
    )
  })

  it('mustBeBase64 refuses other alphabets, missing padding, white space and data: URLs', () => {
    for (const text of ['YQ', 'YQ=', 'YQ==\n', 'Y Q=', '_-8=', '====', 'YQ==YQ==', 'data:text/plain;base64,YQ==']) {
      assert.throws(() => mustBeBase64(text, 'image: base64'), {
        message: `image: base64 must be base64, got ${JSON.stringify(text)}; of a data: URL, only what follows the comma is`,
      })
    }
  })

  it('bytesOf sees through every view of bytes', () => {
    const { buffer } = Uint8Array.of(1, 2, 3, 4, 5, 6)
    assert.deepEqual([...(bytesOf(buffer) ?? [])], [1, 2, 3, 4, 5, 6])
    assert.deepEqual([...(bytesOf(new Uint8Array(buffer, 1, 2)) ?? [])], [2, 3])
    assert.deepEqual([...(bytesOf(new DataView(buffer, 2, 2)) ?? [])], [3, 4])
    assert.deepEqual([...(bytesOf(new Uint16Array(buffer, 2, 1)) ?? [])], [3, 4])
    assert.deepEqual([...(bytesOf(Buffer.from('a')) ?? [])], [97])
    for (const other of ['a', 5, null, undefined, [1], { length: 1 }]) assert.equal(bytesOf(other), undefined)
  })

  it('messageOf finds words for whatever was thrown', () => {
    class Unnamed extends Error {
      override name = 'Unnamed'
    }
    assert.equal(messageOf(new Error('boom')), 'boom')
    assert.equal(messageOf(new Unnamed()), 'Unnamed')
    assert.equal(messageOf('boom'), 'boom')
    assert.equal(messageOf(undefined), 'undefined was thrown')
    assert.equal(messageOf(Object.create(null)), 'an object was thrown')
    assert.equal(messageOf(Symbol('s')), 'a symbol was thrown')
    assert.equal(messageOf(42), '42 was thrown')
  })

  it('jsonText is JSON.stringify with words for what it cannot do', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(jsonText(value, 'it is'), JSON.stringify(value))))
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    const refused: readonly (readonly [unknown, string])[] = [
      [undefined, 'it is undefined, which JSON cannot carry'],
      [() => 1, 'it is a function, which JSON cannot carry'],
      [Symbol('s'), 'it is a symbol, which JSON cannot carry'],
      [1n, 'it is what JSON cannot carry: Do not know how to serialize a BigInt'],
      [{ deep: [1n] }, 'it is what JSON cannot carry: Do not know how to serialize a BigInt'],
      [cycle, 'it is what JSON cannot carry: Converting circular structure to JSON'],
      [{ toJSON: () => undefined }, 'it is an object, which JSON cannot carry'],
    ]
    for (const [value, message] of refused)
      assert.throws(() => jsonText(value, 'it is'), { name: 'TypeError', message })
  })
})
