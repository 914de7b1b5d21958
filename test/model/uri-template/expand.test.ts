import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DefinitionError } from '../../../src/errors.ts'
import type { UriTemplateValues } from '../../../src/model/uri-template/index.ts'
import { expandUriTemplate, parseUriTemplate } from '../../../src/model/uri-template/index.ts'
import { EXAMPLES, VALUES } from './rfc6570.ts'

describe('expandUriTemplate', () => {
  for (const { section, template, expansion } of EXAMPLES) {
    it(`RFC 6570 §${section}: ${template}`, () => {
      assert.equal(expandUriTemplate(template, VALUES), expansion)
    })
  }

  const expansions: readonly (readonly [what: string, template: string, values: UriTemplateValues, uri: string])[] = [
    ['literals keep reserved characters and triplets', "a:/?#[]@!$&'()*+,;=%2f", {}, "a:/?#[]@!$&'()*+,;=%2f"],
    ['literals are encoded where a URI needs it', 'café %zz"<{x}', { x: 'é' }, 'caf%C3%A9%20%25zz%22%3C%C3%A9'],
    ['numbers and booleans are written as text', '{a}/{b}/{c}', { a: 0, b: -1.5, c: false }, '0/-1.5/false'],
    ['null counts as undefined', 'x{?a,b}', { a: null, b: 1 }, 'x?b=1'],
    ['undefined members are left out', '{a}{?b*}', { a: [null, 'x', undefined], b: { k: null, l: 2 } }, 'x?l=2'],
    ['empty lists and objects count as undefined', 'x{/a}{/b*}{?c}{&d*}', { a: [], b: [], c: {}, d: {} }, 'x'],
    ['a list of nothing defined counts as undefined', 'x{/a*}', { a: [null] }, 'x'],
    ['inherited members are no values', '{toString}{?constructor}', {}, ''],
    ['own members of any name are values', '{constructor}', { constructor: 'x' }, 'x'],
    ['unreserved characters stay', '{a}', { a: 'AZaz09-._~' }, 'AZaz09-._~'],
    [
      'all others are encoded',
      '{a}',
      { a: "!'()*:/?#[]@$&+,;= %" },
      '%21%27%28%29%2A%3A%2F%3F%23%5B%5D%40%24%26%2B%2C%3B%3D%20%25',
    ],
    ['reserved expansion keeps triplets', '{+a}', { a: 'x%2Fy%zz%4' }, 'x%2Fy%25zz%254'],
    ['reserved expansion keeps reserved characters', '{+a}', { a: ":/?#[]@!$&'()*+,;=" }, ":/?#[]@!$&'()*+,;="],
    ['reserved expansion encodes the rest', '{+a}', { a: '"<>\\^`{|} é' }, '%22%3C%3E%5C%5E%60%7B%7C%7D%20%C3%A9'],
    ['a prefix counts code points', '{a:1}{+a:2}', { a: '𝄞€x' }, '%F0%9D%84%9E%F0%9D%84%9E%E2%82%AC'],
    ['a prefix of surrogate pairs alone', '{a:2}', { a: '𝄞𝄞𝄞' }, '%F0%9D%84%9E%F0%9D%84%9E'],
    ['a prefix is taken of a number', '{a:2}', { a: 1234 }, '12'],
    ['a lone surrogate becomes U+FFFD', '\uD800{a}{+a}', { a: 'x\uDC00' }, '%EF%BF%BDx%EF%BF%BDx%EF%BF%BD'],
    ['an exploded string is one member', '{a*}{;a*}{?b*}', { a: 'x', b: '' }, 'x;a=x?b='],
    ['an exploded list names each member', '{;a*}', { a: ['', 'x'] }, ';a;a=x'],
    ['an exploded object names each member', '{;a*}{?a*}', { a: { k: '', l: 'x' } }, ';k;l=x?k=&l=x'],
    ['keys are encoded', '{?a*}', { a: { 'ö&': 1 } }, '?%C3%B6%26=1'],
    ['names keep dots and triplets', '{?a.b,c%20d}', { 'a.b': 1, 'c%20d': 2 }, '?a.b=1&c%20d=2'],
    ['names may be digits', '{?42}', { 42: 'x' }, '?42=x'],
  ]
  for (const [what, template, values, uri] of expansions) {
    it(`RFC 6570 §3: ${what}`, () => {
      assert.equal(expandUriTemplate(template, values), uri)
    })
  }

  it('RFC 6570 §2.4.1: a prefix of a list or an object is refused', () => {
    for (const keys of [['a'], { a: 'b' }]) {
      assert.throws(() => expandUriTemplate('{keys:1}', { keys }), {
        name: 'DefinitionError',
        message: 'The variable "keys" needs a string, since {keys:1} takes a prefix, got a list or an object',
      })
    }
  })

  it('values that are no text are refused by the name of their variable', () => {
    const deep = JSON.parse('{"filter":{"a":{"b":1}}}')
    assert.throws(() => expandUriTemplate('{?filter*}', deep), {
      name: 'DefinitionError',
      message: 'The variable "filter" needs a string, a number, a boolean, or a list or object of these, got object',
    })
  })

  it('a malformed template is refused', () => {
    assert.throws(() => expandUriTemplate('{a', {}), DefinitionError)
  })

  it('a parsed template expands likewise', () => {
    assert.equal(parseUriTemplate('/search{?q}').expand({ q: 'a b' }), '/search?q=a%20b')
  })
})
