import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../src/index.ts'
import { resultOf } from '../support/messages.ts'
import { untyped } from './asking.ts'

const base = createServer({ name: 'test', version: '1.0.0' })
const define = base.resource as (...args: unknown[]) => typeof base
const handler = () => 'a'

const icons = [{ src: 'https://example.com/a.png' }]
const annotations = { audience: ['user' as const], priority: 1 }

describe('resource: the forms', () => {
  it('(uri, fn): the URI is its name', async () => {
    const server = base.resource('docs://welcome', handler)
    const { resources } = await resultOf(server, '2026-07-28', 'resources/list')
    assert.deepEqual(resources, [{ uri: 'docs://welcome', name: 'docs://welcome' }])
  })

  it('(uri, options, fn), with all options', async () => {
    const server = base.resource(
      'docs://welcome',
      {
        name: 'welcome',
        title: 'Welcome',
        description: 'Says hello',
        mimeType: 'text/markdown',
        size: 5,
        annotations,
        icons,
        meta: { 'example.com/a': 1 },
        cache: { ttlMs: 1000, scope: 'public' },
      },
      handler,
    )
    const { resources } = await resultOf(server, '2026-07-28', 'resources/list')
    assert.deepEqual(resources, [
      {
        uri: 'docs://welcome',
        name: 'welcome',
        title: 'Welcome',
        description: 'Says hello',
        mimeType: 'text/markdown',
        size: 5,
        annotations,
        icons,
        _meta: { 'example.com/a': 1 },
      },
    ])
  })

  it('a URI with {…} is a template, with options of its own', async () => {
    const server = base.resource(
      'docs://{name}',
      {
        name: 'docs',
        title: 'Documents',
        description: 'All of them',
        mimeType: 'text/markdown',
        annotations,
        icons,
        meta: { 'example.com/a': 1 },
      },
      handler,
    )
    const { resourceTemplates } = await resultOf(server, '2026-07-28', 'resources/templates/list')
    assert.deepEqual(resourceTemplates, [
      {
        uriTemplate: 'docs://{name}',
        name: 'docs',
        title: 'Documents',
        description: 'All of them',
        mimeType: 'text/markdown',
        annotations,
        icons,
        _meta: { 'example.com/a': 1 },
      },
    ])
    assert.deepEqual((await resultOf(server, '2026-07-28', 'resources/list')).resources, [])
  })

  it('takes URIs of every form (RFC 3986)', async () => {
    const uris = [
      'file:///a/b.txt',
      'https://example.com:8080/a?b=c#d',
      'urn:isbn:1',
      'A+b-c.1://x',
      'a:',
      'a://%20~!$&',
    ]
    const server = uris.reduce((chain, uri) => define.call(chain, uri, () => uri), base)
    for (const uri of uris) {
      const { contents } = await resultOf(server, '2026-07-28', 'resources/read', { uri })
      assert.deepEqual(contents, [{ uri, mimeType: 'text/plain', text: uri }])
    }
  })
})

describe('resource: mistakes', () => {
  const where = 'resource "docs://a"'
  const template = 'resource "docs://{name}"'
  const ofStatic =
    'The options are title, description, icons, meta, enabled, name, mimeType, size, annotations, cache, watch'
  const ofTemplate =
    'The options are title, description, icons, meta, enabled, name, mimeType, annotations, list, complete, cache, allowUnsafe, watch'
  const mistakes: readonly (readonly [readonly unknown[], string])[] = [
    [[5, handler], 'resource 5: a URI begins with its scheme, as in "docs://welcome"'],
    [['', handler], 'resource "": a URI begins with its scheme, as in "docs://"'],
    [['welcome', handler], 'resource "welcome": a URI begins with its scheme, as in "docs://welcome"'],
    [['/etc/passwd', handler], 'resource "/etc/passwd": a URI begins with its scheme, as in "docs:///etc/passwd"'],
    [['1a://b', handler], 'resource "1a://b": a URI begins with its scheme, as in "docs://1a://b"'],
    [['{scheme}://a', handler], 'resource "{scheme}://a": a URI begins with its scheme, as in "docs://{scheme}://a"'],
    [
      ['docs://my file', handler],
      'resource "docs://my file": " " cannot stand in a URI; percent-encode it, as in "docs://my%20file"',
    ],
    [
      ['docs://50% ü|😀', handler],
      'resource "docs://50% ü|😀": " " cannot stand in a URI; percent-encode it, as in "docs://50%%20%C3%BC%7C%F0%9F%98%80"',
    ],
    [
      ['docs://\ud800', handler],
      'resource "docs://\\ud800": "\\ud800" cannot stand in a URI; percent-encode it, as in "docs://%EF%BF%BD"',
    ],
    [['docs://a'], `${where}: the last argument must be the handler, a function (args, ctx) => …`],
    [['docs://a', {}], `${where}: the last argument must be the handler, a function (args, ctx) => …`],
    [
      ['docs://a', 'b', handler],
      `${where}: this is no schema, got "b"; pass one of valibot, zod ≥ 4.2, ArkType ≥ 2.1.28, or jsonSchema({ … })`,
    ],
    [['docs://a', { mime: 'a' }, handler], `${where}: there is no option "mime". ${ofStatic}`],
    [['docs://a', { list: () => [] }, handler], `${where}: there is no option "list". ${ofStatic}`],
    [['docs://a', v.object({}), handler], `${where}: there is no option "input". ${ofStatic}`],
    [['docs://a', { size: -1 }, handler], `${where}: size must be a whole number of bytes, got -1`],
    [['docs://a', { size: '5' }, handler], `${where}: size must be a whole number of bytes, got "5"`],
    [['docs://a', { name: 5 }, handler], `${where}: name must be a string, got 5`],
    [['docs://a', { mimeType: null }, handler], `${where}: mimeType must be a string, got null`],
    [['docs://a', { cache: 5 }, handler], `${where}: cache must be an object, got 5`],
    [
      ['docs://a', { cache: { ttl: 5 } }, handler],
      `${where}, cache: there is no option "ttl". The options are ttlMs, scope`,
    ],
    [
      ['docs://a', { cache: { ttlMs: -1 } }, handler],
      `${where}, cache: ttlMs is a whole number of milliseconds from 0, got -1`,
    ],
    [
      ['docs://a', { cache: { ttlMs: 0.5 } }, handler],
      `${where}, cache: ttlMs is a whole number of milliseconds from 0, got 0.5`,
    ],
    [['docs://a', { cache: { scope: 'all' } }, handler], `${where}, cache: scope is 'public' or 'private', got "all"`],
    [['docs://{name}', { size: 5 }, handler], `${template}: there is no option "size". ${ofTemplate}`],
    [
      ['docs://{name}', { list: ['a'] }, handler],
      `${template}: list must be a function (ctx) => the URIs that exist, got an array`,
    ],
    [
      ['docs://{name}', { complete: () => [] }, handler],
      `${template}: complete must be an object of functions (value, ctx) => string[], got a function`,
    ],
    [
      ['docs://{name}', { complete: { nam: () => [] } }, handler],
      `${template}, complete: there is no "nam" to complete; it has name. Did you mean "name"?`,
    ],
    [
      ['docs://{name}', { complete: { name: ['a'] } }, handler],
      `${template}, complete: "name" must be a function (value, ctx) => string[]`,
    ],
    [
      ['docs://{name}', { allowUnsafe: 'name' }, handler],
      `${template}, allowUnsafe: pass true, or an array of variables of the template, which has name; got "name"`,
    ],
    [
      ['docs://{name}', { allowUnsafe: ['path'] }, handler],
      `${template}, allowUnsafe: pass true, or an array of variables of the template, which has name; got "path"`,
    ],
    [
      ['docs://{name}', { allowUnsafe: false }, handler],
      `${template}, allowUnsafe: pass true, or an array of variables of the template, which has name; got false`,
    ],
  ]
  for (const [args, message] of mistakes) {
    it(message, () => {
      assert.throws(() => define.apply(base, [...args]), { name: 'DefinitionError', message })
    })
  }

  it('PY-146: a template that breaks the grammar', () => {
    for (const uri of [
      'docs://{name',
      'docs://name}',
      'docs://{}',
      'docs://{a{b}}',
      'docs://{a}{b}',
      'docs://{a}/{a}',
    ]) {
      assert.throws(() => base.resource(uri, untyped(handler)), { name: 'DefinitionError' }, uri)
    }
  })

  it('a variable called like a member that every object has', () => {
    assert.throws(() => base.resource('docs://{constructor}', handler), {
      name: 'DefinitionError',
      message: /"constructor" is a member of every object; choose another name/,
    })
  })
})
