import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { display } from '../../../src/client/display/index.ts'

const shown = (value: unknown, width = Number.POSITIVE_INFINITY): string => display(value, { color: false, width })

const cyclic = (): unknown => {
  const value: Record<string, unknown> = { a: 1 }
  value['list'] = [value]
  return value
}

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const failing = (what: string): never => {
  throw new Error(what)
}

const odd: readonly (readonly [what: string, value: unknown, shown: string])[] = [
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['numbers that JSON does not have', [Number.NaN, Number.NEGATIVE_INFINITY], '[NaN, -Infinity]'],
  ['bigints', 12n, '12n'],
  ['functions', () => 1, '[function]'],
  ['symbols', Symbol('s\x1b'), 'Symbol(s␛)'],
  ['members that are undefined', { a: undefined, b: 1 }, '{\n  "b": 1\n}'],
  ['items that are undefined', [undefined], '[undefined]'],
  ['cycles', cyclic(), '{\n  "a": 1,\n  "list": [[circular]]\n}'],
  ['what occurs twice without a cycle', ((x) => ({ a: x, b: x }))([1]), '{\n  "a": [1],\n  "b": [1]\n}'],
  ['dates', { at: new Date(0) }, '{\n  "at": "1970-01-01T00:00:00.000Z"\n}'],
  ['URLs', [new URL('https://example.com/')], '["https://example.com/"]'],
  [
    'a toJSON that returns its own object',
    {
      a: 1,
      toJSON() {
        return this
      },
    },
    '{\n  "a": 1,\n  "toJSON": [function]\n}',
  ],
  ['a toJSON that is no function', { toJSON: 1 }, '{\n  "toJSON": 1\n}'],
  ['a toJSON that throws', [{ toJSON: () => failing('no') }], '[[unreadable]]'],
  ['bytes', [new Uint8Array(3), new ArrayBuffer(2000)], '[[bytes, 3 B], [bytes, 2.0 KB]]'],
  ['errors among other data', { e: new TypeError('no\nway') }, '{\n  "e": TypeError: no␊way\n}'],
  [
    'getters that throw',
    {
      get a() {
        return failing('no')
      },
      b: 1,
    },
    '{\n  "a": [unreadable],\n  "b": 1\n}',
  ],
  ['proxies that were revoked', [revoked()], '[[unreadable]]'],
  [
    'a key named __proto__',
    JSON.parse('{"__proto__":{"content":[]}}'),
    '{\n  "__proto__": {\n    "content": []\n  }\n}',
  ],
  ['what is only inherited', Object.create({ content: [] }), '{}'],
]

describe('display of any value', () => {
  for (const [what, value, expected] of odd) {
    it(`shows ${what}`, () => assert.equal(shown(value), expected))
  }

  it('shows an error with its name, over as many lines as it takes', () => {
    assert.equal(shown(new TypeError('one two'), 12), 'TypeError:\none two')
  })

  it('shows errors and values that are themselves broken', () => {
    const error = new Error('x')
    Object.defineProperty(error, 'message', { get: () => failing('no') })
    assert.equal(shown(error), '[unreadable]')
  })

  it('ends at 128 levels', () => {
    const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`)
    assert.match(shown(deep(128)), /\[1\]/)
    assert.match(shown(deep(129)), /\[…\]/)
  })

  it('is JSON that parses to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        fc.pre(typeof value !== 'string')
        const wrapped = { wrapped: [[value]] }
        assert.deepEqual(JSON.parse(shown(wrapped)), JSON.parse(JSON.stringify(wrapped)))
      }),
    )
  })

  it('puts an array without parts in one line where it fits', () => {
    assert.equal(shown([1, 2, 3], 9), '[1, 2, 3]')
    assert.equal(shown([1, 2, 3], 8), '[\n1,\n2,\n3\n]')
    assert.equal(shown({ a: [1, 2, 3] }, 24), '{\n  "a": [1, 2, 3]\n}')
  })

  it('keeps a comma with the value that it follows', () => {
    assert.equal(
      shown({ a: 'x'.repeat(13), b: 1 }, 20),
      ['{', `"a":`, `"${'x'.repeat(13)}",`, '"b": 1', '}'].join('\n'),
    )
  })
})
