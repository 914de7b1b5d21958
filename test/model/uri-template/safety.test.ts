import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { UriTemplateMatch } from '../../../src/model/uri-template/index.ts'
import { parseUriTemplate, unsafeVariable } from '../../../src/model/uri-template/index.ts'

describe('unsafeVariable', () => {
  const unsafe: readonly UriTemplateMatch[] = [
    '..',
    '../etc',
    'a/../b',
    'a\\..\\b',
    'a/..',
    'a\\..',
    '..\\a',
    'a/..\\b',
    '/etc/passwd',
    '/',
    '\\\\host\\share',
    'C:\\Windows',
    'c:',
    'x:y',
    'a\0b',
    ['a', '..', 'b'],
    ['a', '/etc'],
    ['', 'etc'],
    ['a\0'],
    { a: '../b' },
    { '..': 'b' },
  ]
  for (const value of unsafe) {
    it(`PY-148: names the variable of ${JSON.stringify(value)}`, () => {
      assert.equal(unsafeVariable({ first: 'safe', second: value }), 'second')
    })
  }

  const safe: readonly UriTemplateMatch[] = [
    '',
    '.',
    '...',
    'a..b',
    '..a',
    'a..',
    'a/b/c',
    'a/...',
    'ab:c',
    '1:2',
    '%2e%2e%2f',
    'résumé.txt',
    [],
    [''],
    ['a', 'b..'],
    ['a', ''],
    {},
    { a: 'b' },
  ]
  for (const value of safe) {
    it(`finds ${JSON.stringify(value)} safe`, () => {
      assert.equal(unsafeVariable({ value }), undefined)
    })
  }

  it('looks over variables that are absent', () => {
    assert.equal(unsafeVariable({ absent: undefined }), undefined)
  })

  it('names the first of several', () => {
    assert.equal(unsafeVariable({ a: '', b: '..', c: '..' }), 'b')
  })

  it('leaves out the variables that are allowed', () => {
    const found = parseUriTemplate('file://{+path}{?q}').match('file:///etc/hosts?q=..')
    assert.ok(found)
    assert.equal(unsafeVariable(found), 'path')
    assert.equal(unsafeVariable(found, ['path']), 'q')
    assert.equal(unsafeVariable(found, ['path', 'q']), undefined)
  })

  const matched: readonly (readonly [template: string, uri: string, name: string | undefined])[] = [
    ['files://{name}', 'files://..%2F..%2Fetc%2Fpasswd', 'name'],
    ['files://{name}', 'files://..%5Cboot.ini', 'name'],
    ['files://{name}', 'files://%2e%2e', 'name'],
    ['files://{name}', 'files://%2Fetc', 'name'],
    ['files://{name}', 'files://C%3A%5C', 'name'],
    ['files://{name}', 'files://a%00.png', 'name'],
    ['files://{name}', 'files://%252e%252e%252f', undefined],
    ['files:/{/path*}', 'files://a/%2e%2e/b', 'path'],
    ['files:/{/path*}', 'files:///etc', 'path'],
    ['files:/{/path*}', 'files://a/b', undefined],
  ]
  for (const [template, uri, name] of matched) {
    it(`judges what ${template} decodes from ${uri}`, () => {
      const found = parseUriTemplate(template).match(uri)
      assert.ok(found)
      assert.equal(unsafeVariable(found), name)
    })
  }
})
