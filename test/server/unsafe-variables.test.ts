import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer } from '../../src/index.ts'
import { ask, resultOf } from '../support/messages.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

const strict = create().resource('file:///{+path}', ({ path }) => path)
const lax = create().resource('file:///{+path}', { allowUnsafe: true }, ({ path }) => path)

const unsafe: readonly (readonly [string, string])[] = [
  ['file:///../etc/passwd', '../etc/passwd'],
  ['file:///a/../../b', 'a/../../b'],
  ['file:///%2e%2e/etc', '../etc'],
  ['file:///a%2F..%2F..%2Fb', 'a/../../b'],
  ['file:///..%5C..%5Cwindows', '..\\..\\windows'],
  ['file:////etc/passwd', '/etc/passwd'],
  ['file:///%2Fetc/passwd', '/etc/passwd'],
  ['file:///C:/windows', 'C:/windows'],
  ['file:///c%3A%5Cwindows', 'c:\\windows'],
  ['file:///a%00.txt', 'a\0.txt'],
]

describe('2026-07-28 Resources, Security Considerations: variables that could lead a file system astray', () => {
  for (const [uri, value] of unsafe) {
    it(`PY-143: ${uri} does not exist, as any other that does not`, async () => {
      const { error } = await ask(strict, '2026-07-28', 'resources/read', { uri })
      const other = await ask(
        create().resource('x://y', () => 'y'),
        '2026-07-28',
        'resources/read',
        { uri },
      )
      assert.deepEqual(error, { code: -32602, message: `Resource not found: ${uri}.`, data: { uri } })
      assert.deepEqual(error, other.error)
    })

    it(`allowUnsafe gives it to the handler: ${JSON.stringify(value)}`, async () => {
      assert.equal((await resultOf(lax, '2026-07-28', 'resources/read', { uri })).contents[0].text, value)
    })
  }

  it('PY-144: decoding happens once: %252e%252e is a name with percent signs', async () => {
    const uri = 'file:///%252e%252e/etc'
    assert.equal((await resultOf(strict, '2026-07-28', 'resources/read', { uri })).contents[0].text, '%2e%2e/etc')
  })

  it('dots that are part of a name, and balanced paths inside of one, are judged by the segment', async () => {
    for (const path of ['a..b', '...', 'a/..b/c', '.hidden']) {
      const uri = `file:///${path}`
      assert.equal((await resultOf(strict, '2026-07-28', 'resources/read', { uri })).contents[0].text, path)
    }
  })

  it('allowUnsafe may name the variables that are free, and keeps watch over the others', async () => {
    const server = create().resource(
      'x://{folder}/{+rest}',
      { allowUnsafe: ['rest'] },
      ({ folder, rest }) => `${folder}|${rest}`,
    )
    const { contents } = await resultOf(server, '2026-07-28', 'resources/read', { uri: 'x://a/../b' })
    assert.equal(contents[0].text, 'a|../b')
    assert.equal((await ask(server, '2026-07-28', 'resources/read', { uri: 'x://../b' })).error.code, -32602)
  })

  it('PY-143: ends the search: a laxer template further on does not get it', async () => {
    const server = create()
      .resource('x://{+path}', ({ path }) => `strict ${path}`)
      .resource('x://{+any}', { name: 'lax', allowUnsafe: true }, ({ any }) => `lax ${any}`)
    const { contents } = await resultOf(server, '2026-07-28', 'resources/read', { uri: 'x://a' })
    assert.equal(contents[0].text, 'strict a')
    assert.equal((await ask(server, '2026-07-28', 'resources/read', { uri: 'x://../a' })).error.code, -32602)
  })

  it('an exploded variable is judged by the path that it would form', async () => {
    const server = create().resource('x://y{/path*}', ({ path }) => path.join('|'))
    const { contents } = await resultOf(server, '2026-07-28', 'resources/read', { uri: 'x://y/a/b' })
    assert.equal(contents[0].text, 'a|b')
    for (const uri of ['x://y/a/../b', 'x://y/..', 'x://y//etc']) {
      assert.equal((await ask(server, '2026-07-28', 'resources/read', { uri })).error.code, -32602, uri)
    }
  })

  it('PY-146: variables of a query are optional, in any order, and absent when they are not there', async () => {
    const server = create().resource('x://y{?a,b}', (args) => args)
    const rows = [
      ['x://y', {}],
      ['x://y?b=2', { b: '2' }],
      ['x://y?b=2&a=1', { a: '1', b: '2' }],
      ['x://y?z=9&a=1', { a: '1' }],
    ] as const
    for (const [uri, args] of rows) {
      const { contents } = await resultOf(server, '2026-07-28', 'resources/read', { uri })
      assert.deepEqual(JSON.parse(contents[0].text), args)
    }
  })
})
