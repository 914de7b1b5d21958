import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { UriTemplateMatch } from '../../../src/model/uri-template/index.ts'
import { parseUriTemplate } from '../../../src/model/uri-template/index.ts'
import { EXAMPLES, VALUES } from './rfc6570.ts'

type Found = Readonly<Record<string, UriTemplateMatch>> | undefined

const ASSOCIATIVE: readonly string[] = ['keys', 'empty_keys']
const values: Readonly<Record<string, unknown>> = VALUES

describe('match of what was expanded', () => {
  for (const { section, template, expansion, matching } of EXAMPLES) {
    it(`RFC 6570 §${section}: ${template}`, () => {
      if (matching === 'refused') {
        assert.throws(() => parseUriTemplate(template), { name: 'DefinitionError' })
        return
      }
      const { variables } = parseUriTemplate(template)
      const objects = variables.filter(({ name, explode }) => explode && ASSOCIATIVE.includes(name))
      const { match } = parseUriTemplate(template, { associative: objects.map(({ name }) => name) })
      const same = Object.fromEntries(variables.map(({ name }) => [name, values[name]]))
      const expected = matching === 'same' ? same : matching === 'nothing' ? undefined : matching
      assert.deepEqual(match(expansion), expected)
    })
  }
})

describe('match', () => {
  const table: Readonly<Record<string, readonly (readonly [template: string, uri: string, found: Found])[]>> = {
    'text alone': [
      ['note://all', 'note://all', {}],
      ['note://all', 'note://al', undefined],
      ['note://all', 'note://all/', undefined],
      ['', '', {}],
      ['', 'x', undefined],
    ],
    'a plain variable takes what is no delimiter': [
      ['greeting://{name}', 'greeting://World', { name: 'World' }],
      ['greeting://{name}', 'greeting://', { name: '' }],
      ['greeting://{name}', 'greeting:/', undefined],
      ['greeting://{name}', 'other://World', undefined],
      ['greeting://{name}', 'greeting://a/b', undefined],
      ['greeting://{name}', 'greeting://a%2Fb', { name: 'a/b' }],
      ['greeting://{name}', 'greeting://a%2fb', { name: 'a/b' }],
      ['greeting://{name}', 'greeting://a?b', undefined],
      ['greeting://{name}', 'greeting://a#b', undefined],
      ['greeting://{name}', "greeting://a b!$&'()*+,;=:@\\é", { name: "a b!$&'()*+,;=:@\\é" }],
      ['test://{id}/data', 'test://123/data', { id: '123' }],
      ['test://{id}/data', 'test://123/dat', undefined],
      ['aba{x}aba', 'aba', undefined],
      ['aba{x}aba', 'abaaba', { x: '' }],
    ],
    'percent-decoding happens once': [
      ['x:{a}', 'x:%252e%252E', { a: '%2e%2E' }],
      ['x:{a}', 'x:%C3%A9+%2B', { a: 'é++' }],
      ['x:{a}', 'x:%', undefined],
      ['x:{a}', 'x:%4', undefined],
      ['x:{a}', 'x:%zz', undefined],
      ['x:{a}', 'x:%FF', undefined],
      ['x:{a}', 'x:%C3', undefined],
      ['x:{a}', 'x:%C0%AF', undefined],
      ['x:{a}', 'x:%ED%A0%80', undefined],
      ['x:{+a}', 'x:/%zz', undefined],
      ['x:{/a*}', 'x:/ok/%zz', undefined],
      ['x:{a}', 'x:\uD800', { a: '\uD800' }],
      ['x:{a}', 'x:%00', { a: '\0' }],
    ],
    'encoded text matches encoded and raw': [
      ['café/{a}', 'caf%C3%A9/é', { a: 'é' }],
      ['café/{a}', 'café/%C3%A9', { a: 'é' }],
      ['café/{a}', 'café/%zz', undefined],
      ['café/{a}', 'café/\uD800', { a: '\uFFFD' }],
      ['caf%C3%A9/{a}', 'caf%C3%A9/x', { a: 'x' }],
    ],
    'variables on the left take as little as they can': [
      ['{a}-{b}', 'x-y-z', { a: 'x', b: 'y-z' }],
      ['{a}-{b}-{c}', 'x-y-z-', { a: 'x', b: 'y', c: 'z-' }],
      ['{a}-{b}', 'xyz', undefined],
      ['{a}-{b}-z', 'x-z', undefined],
      ['{name}.txt', 'a.txt.txt', { name: 'a.txt' }],
      ['{x,y}', '1,2,3', { x: '1', y: '2,3' }],
      ['{a}{.b}', 'x.tar.gz', { a: 'x', b: 'tar.gz' }],
      ['{a}{/b}', 'x/y', { a: 'x', b: 'y' }],
      ['{a}/{b}', 'x/y/z', undefined],
      ['{a}/x-{b}-{c}', 'y/x-1/2-3', undefined],
    ],
    'a reserved variable spans segments': [
      ['file://{+path}', 'file:///a/b?c#d', { path: '/a/b?c#d' }],
      ['file://{+path}', 'file://', { path: '' }],
      ['{+path}/{name}', 'a/b/c', { path: 'a/b', name: 'c' }],
      ['{+path}/{name}', 'abc', undefined],
      ['{+path}-{a}-{b}', 'x-y-1-2', { path: 'x-y', a: '1', b: '2' }],
      ['{+path}-{a}-{b}', '1-2', undefined],
      ['{+path}-{a}', '', undefined],
      ['{+path}-{a}', 'x-1/2', undefined],
      ['{a}/{+path}', 'x/y/z', { a: 'x', path: 'y/z' }],
      ['{a}/{+path}/{b}', 'x/y', undefined],
      ['{a}--{+path}--{b}', 'x---y', undefined],
      ['{a}?{+path}', 'x/y?z', undefined],
      ['{+path}{?q}', 'a/b?q=1', { path: 'a/b', q: '1' }],
      ['{+path}{#part}', 'a/b#c/d', { path: 'a/b', part: 'c/d' }],
      ['{+path}{;v}', 'a;v=1;v=2', { path: 'a;v=1', v: '2' }],
    ],
    'an exploded variable is a list': [
      ['docs:/{/path*}', 'docs://a/b', { path: ['a', 'b'] }],
      ['docs:{/path*}', 'docs:', { path: [] }],
      ['docs:{/path*}', 'docs:/', { path: [''] }],
      ['docs:{/path*}', 'docs:/a//b/', { path: ['a', '', 'b', ''] }],
      ['docs:{/path*}', 'docs:/a%2Fb/year=2024', { path: ['a/b', 'year=2024'] }],
      ['docs:{/path*}', 'docs:a', undefined],
      ['docs:{/path*}', 'docs:/a?b', undefined],
      ['docs:{/path*}', 'docs:/a#b', undefined],
      ['docs:?x{/path*}', 'docs:?x/a/b', { path: ['a', 'b'] }],
      ['docs:?x{/path*}', 'docs:?x/a&b', undefined],
      ['{a}{/path*}', 'x', { a: 'x', path: [] }],
      ['{a}{/path*}', 'x/y/z', { a: 'x', path: ['y', 'z'] }],
      ['{a}-{/path*}', 'x-y-/z', { a: 'x-y', path: ['z'] }],
      ['{a}-{/path*}', 'x-y-', { a: 'x-y', path: [] }],
      ['{a}-{/path*}', 'x', undefined],
      ['{a}-{/path*}', 'x/y', undefined],
      ['{a}---{/path*}!', '--!', undefined],
      ['{a}-{b}{/path*}', 'x-y/z', { a: 'x', b: 'y', path: ['z'] }],
      ['{a}{/path*}/{b}', 'x/y/z', { a: 'x', path: ['y'], b: 'z' }],
      ['{a}{/path*}/{b}', 'x/y', { a: 'x', path: [], b: 'y' }],
      ['{a}?{/path*}', 'x/y?/z', undefined],
      ['{/path*}{.ext}', '/a/b.txt', { path: ['a', 'b'], ext: 'txt' }],
      ['{/a,path*}', '/x/y/z', { a: 'x', path: ['y', 'z'] }],
      ['{x,list*}', '1,2,3', { x: '1', list: ['2', '3'] }],
      ['{x,list*}', '1', { x: '1', list: [] }],
      ['{list*}', '', { list: [] }],
      ['{list*}', 'a,b%2C', { list: ['a', 'b,'] }],
      ['{list*}', 'a/b', undefined],
      ['{+list*}', '/a,b?', { list: ['/a', 'b?'] }],
      ['x{#list*}', 'x', { list: [] }],
      ['x{#list*}', 'x#', { list: [''] }],
      ['x{.list*}', 'x.a.b', { list: ['a', 'b'] }],
      ['x{.list*}', 'x.a/b', undefined],
    ],
    'path parameters are in order': [
      ['x{;a,b}', 'x;a=1;b=2', { a: '1', b: '2' }],
      ['x{;a,b}', 'x;a;b', { a: '', b: '' }],
      ['x{;a,b}', 'x;a=;b', { a: '', b: '' }],
      ['x{;a,b}', 'x;b=2;a=1', undefined],
      ['x{;a}', 'x;ab=1', undefined],
      ['x{;a}', 'x;a=1/2', undefined],
      ['x{;a*}', 'x;a=1;a;a=3', { a: ['1', '', '3'] }],
      ['x{;a*}', 'x;a=1;b=2', undefined],
      ['x{;a*}', 'x;ab=1', undefined],
    ],
    'query variables are optional and in any order': [
      ['x{?a,b}', 'x', {}],
      ['x{?a,b}', 'x?', {}],
      ['x{?a,b}', 'x?b=2&a=1', { a: '1', b: '2' }],
      ['x{?a,b}', 'x?c=3&b=2&', { b: '2' }],
      ['x{?a,b}', 'x?a', { a: '' }],
      ['x{?a,b}', 'x?a=1=2', { a: '1=2' }],
      ['x{?a,b}', 'x?a=/?&b=+', { a: '/?', b: '+' }],
      ['x{?a,b}', 'x?a=1&a=%zz', { a: '1' }],
      ['x{?a,b}', 'x?%61=1', { a: '1' }],
      ['x{?a,b}', 'x?c=%zz&a=1', { a: '1' }],
      ['x{?a,b}', 'x?a=%zz', undefined],
      ['x{?a,b}', 'x?%zz=1', undefined],
      ['x{?a,b}', 'x?a=1#b', undefined],
      ['x{?a,b}', 'x&a=1', undefined],
      ['x{?a}{&b}', 'x?b=2&a=1', { a: '1', b: '2' }],
      ['x{?a*}', 'x?a=1&b=2&a=3', { a: ['1', '3'] }],
      ['x{?a*}', 'x', {}],
      ['x{?a*}', 'x?a=%zz', undefined],
      ['x{?a%20b}', 'x?a%20b=1', { 'a%20b': '1' }],
      ['x{?a%20b}', 'x?a b=1', { 'a%20b': '1' }],
      ['x{?%FF}', 'x?%FF=1', undefined],
      ['x{?toJSON}', 'x?__proto__=1&toString=2', {}],
      ['{a}{&b}', 'x&b=1', { a: 'x', b: '1' }],
      ['{a}{?b}', 'x/y?b=1', undefined],
    ],
    'text in a query comes first': [
      ['x?fixed=yes{&a}', 'x?fixed=yes', {}],
      ['x?fixed=yes{&a}', 'x?fixed=yes&b=2&a=1', { a: '1' }],
      ['x?fixed=yes{&a}', 'x?fixed=no&a=1', undefined],
      ['x?fixed=yes{&a}', 'x', undefined],
      ['x?q={q}', 'x?q=a%26b', { q: 'a&b' }],
      ['x?q={q}', 'x?q=a&b', undefined],
      ['x?q={q}', 'x?q=a/b', undefined],
      ['x?q={q}&l={l}', 'x?q=1&l=2', { q: '1', l: '2' }],
      ['x?q={q}&l={l}{&a}', 'x?q=1&l=2&a=3', { q: '1', l: '2', a: '3' }],
      ['x?q={q}&l={l}{&a}', 'x?q=1&l=2', { q: '1', l: '2' }],
      ['x?q={q}&l={l}{&a}', 'x?q=1', undefined],
      ['x?q={q}{&a}#y', 'x?q=1#y', { q: '1' }],
      ['x?q={q}{&a}#&{y}', 'x?q=1#&2', { q: '1', y: '2' }],
      ['x?ref={+ref}', 'x?ref=a&b/c', { ref: 'a&b/c' }],
      ['x?ref={+ref}{&a}', 'x?ref=y/z&a=1', { ref: 'y/z', a: '1' }],
      ['x?{&a}', 'x?&a=1', { a: '1' }],
    ],
    'a fragment begins at the first #': [
      ['x{#a}', 'x#1/2#3?', { a: '1/2#3?' }],
      ['x{#a}', 'x', undefined],
      ['x#y-{a}', 'x#y-1', { a: '1' }],
      ['x#y-{a}', 'x#y-1/2', undefined],
      ['x#{a}{#b}', 'x#1#2', { a: '1', b: '2' }],
      ['x{?a}{#b}', 'x?a=1#2', { a: '1', b: '2' }],
      ['x{?a}{#b}', 'x#2?a=1', { b: '2?a=1' }],
      ['x{?a}#y', 'x?a=1#y', { a: '1' }],
    ],
    'a prefix is no longer than it says': [
      ['{a:3}', 'abc', { a: 'abc' }],
      ['{a:3}', 'abcd', undefined],
      ['{a:3}', 'abcdefg', undefined],
      ['{a:2}', '%F0%9D%84%9E𝄞', { a: '𝄞𝄞' }],
      ['{?a:2}', '?a=123', undefined],
    ],
  }
  for (const [what, rows] of Object.entries(table)) {
    it(what, () => {
      for (const [template, uri, found] of rows) {
        assert.deepEqual(parseUriTemplate(template).match(uri), found, `${template} ${uri}`)
      }
    })
  }
})

describe('TSBUG-5: what other matchers get wrong', () => {
  const rows: readonly (readonly [template: string, uri: string, found: Found])[] = [
    ['x:{a,b}', 'x:1,2', { a: '1', b: '2' }],
    ['x:{;a,b}', 'x:;a=1;b=2', { a: '1', b: '2' }],
    ['x:y{#a}', 'x:y#1', { a: '1' }],
    ['x:y{#a}', 'x:y1', undefined],
    ['x:y{?a,b}', 'x:y?b=2&a=1', { a: '1', b: '2' }],
    ['x:y{?a,b}', 'x:y?b=2', { b: '2' }],
    ['x:y{?a,b}', 'x:y', {}],
    ['x:{a}', 'x:caf%C3%A9%20%2F', { a: 'café /' }],
  ]
  for (const [template, uri, found] of rows) {
    it(`${template} and ${uri}`, () => assert.deepEqual(parseUriTemplate(template).match(uri), found))
  }
})

describe('match of associative arrays', () => {
  const table: readonly (readonly [template: string, uri: string, keys: UriTemplateMatch | undefined])[] = [
    ['{keys*}', '', {}],
    ['{keys*}', 'a=1,b=', { a: '1', b: '' }],
    ['{keys*}', 'a', undefined],
    ['{keys*}', 'a=%zz', undefined],
    ['{keys*}', '%zz=a', undefined],
    ['{/keys*}', '/a=1/b=2=3', { a: '1', b: '2=3' }],
    ['{/keys*}', '/a=1/a=2', { a: '1' }],
    ['{/keys*}', '/%61%3D=1', { 'a=': '1' }],
    ['{;keys*}', ';a;b=2', { a: '', b: '2' }],
    ['{?keys*}', '?a=1&&b&a=2', { a: '1', b: '' }],
    ['{?keys*}', '?a=%zz', undefined],
    ['{?keys*,x}', '?x=0&a=1&x=%zz', { a: '1' }],
  ]
  for (const [template, uri, keys] of table) {
    it(`${template} of ${uri}`, () => {
      assert.deepEqual(parseUriTemplate(template, { associative: ['keys'] }).match(uri)?.['keys'], keys)
    })
  }

  it('leaves out a query variable that nothing is left for', () => {
    assert.deepEqual(parseUriTemplate('{?keys*,x}', { associative: ['keys'] }).match('?x=1'), { x: '1' })
  })

  it('keeps keys that are members of every object as data', () => {
    const found = parseUriTemplate('{?keys*}', { associative: ['keys'] }).match('?__proto__=1&constructor=2')
    assert.deepEqual(Object.entries(found?.['keys'] ?? {}), [
      ['__proto__', '1'],
      ['constructor', '2'],
    ])
  })
})
