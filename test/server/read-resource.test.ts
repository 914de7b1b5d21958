import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer, ErrorCode, image, McpError, result, text, user } from '../../src/index.ts'
import { isStateless, resultOf, VERSIONS } from '../support/messages.ts'
import { errorOf, quiet } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const uri = 'a://b'

const returning = (value: unknown, mimeType?: string) =>
  mimeType === undefined ? create().resource(uri, () => value) : create().resource(uri, { mimeType }, () => value)

const read = async (server: Parameters<typeof resultOf>[0], at = uri) =>
  (await resultOf(server, '2026-07-28', 'resources/read', { uri: at })).contents

describe('resources/read: what a handler returns', () => {
  const rows: readonly (readonly [string, unknown, string | undefined, readonly object[]])[] = [
    ['a string', 'text', undefined, [{ uri, mimeType: 'text/plain', text: 'text' }]],
    ['an empty string', '', undefined, [{ uri, mimeType: 'text/plain', text: '' }]],
    ['a string of a type', '# A', 'text/markdown', [{ uri, mimeType: 'text/markdown', text: '# A' }]],
    ['bytes', PNG, undefined, [{ uri, mimeType: 'image/png', blob: 'iVBORw0KGgo=' }]],
    ['bytes of a type', PNG, 'image/x-own', [{ uri, mimeType: 'image/x-own', blob: 'iVBORw0KGgo=' }]],
    ['unknown bytes', Uint8Array.of(1), undefined, [{ uri, mimeType: 'application/octet-stream', blob: 'AQ==' }]],
    ['no bytes', new Uint8Array(), undefined, [{ uri, mimeType: 'application/octet-stream', blob: '' }]],
    ['an ArrayBuffer', PNG.buffer, undefined, [{ uri, mimeType: 'image/png', blob: 'iVBORw0KGgo=' }]],
    ['a DataView', new DataView(PNG.buffer), undefined, [{ uri, mimeType: 'image/png', blob: 'iVBORw0KGgo=' }]],
    ['an object', { a: 1 }, undefined, [{ uri, mimeType: 'application/json', text: '{"a":1}' }]],
    [
      'an object of a type',
      { a: 1 },
      'application/geo+json',
      [{ uri, mimeType: 'application/geo+json', text: '{"a":1}' }],
    ],
    ['an array', [1, 'a'], undefined, [{ uri, mimeType: 'application/json', text: '[1,"a"]' }]],
    ['an empty array', [], undefined, [{ uri, mimeType: 'application/json', text: '[]' }]],
    ['null', null, undefined, [{ uri, mimeType: 'application/json', text: 'null' }]],
    ['a number', 0, undefined, [{ uri, mimeType: 'application/json', text: '0' }]],
    [
      'one contents outside of an array, which is data',
      { text: 'a' },
      undefined,
      [{ uri, mimeType: 'application/json', text: '{"text":"a"}' }],
    ],
    [
      'an array of contents',
      [{ text: 'a' }, { uri: 'a://c', mimeType: 'x/y', blob: PNG, meta: { own: 1 } }, { blob: 'AQ==' }],
      undefined,
      [
        { uri, mimeType: 'text/plain', text: 'a' },
        { uri: 'a://c', mimeType: 'x/y', blob: 'iVBORw0KGgo=', _meta: { own: 1 } },
        { uri, mimeType: 'application/octet-stream', blob: 'AQ==' },
      ],
    ],
    [
      'an array of contents of a type',
      [{ text: 'a' }],
      'text/markdown',
      [{ uri, mimeType: 'text/markdown', text: 'a' }],
    ],
    [
      'an array of contents and other data, which is data',
      [{ text: 'a' }, { text: 'b', author: 'c' }],
      undefined,
      [{ uri, mimeType: 'application/json', text: '[{"text":"a"},{"text":"b","author":"c"}]' }],
    ],
    ['a promise', Promise.resolve('text'), undefined, [{ uri, mimeType: 'text/plain', text: 'text' }]],
  ]
  for (const [name, value, mimeType, contents] of rows) {
    it(name, async () => assert.deepEqual(await read(returning(value, mimeType)), contents))
  }

  it('2026-07-28 Resources, Error Handling: undefined means that there is none, and contents are never empty for that', async () => {
    for (const value of [undefined, Promise.resolve(undefined)]) {
      for (const version of VERSIONS) {
        assert.deepEqual(await errorOf(returning(value), 'resources/read', { uri }, version), {
          code: isStateless(version) ? -32602 : -32002,
          message: 'Resource not found: a://b.',
          data: { uri },
        })
      }
    }
  })

  const forOthers =
    'resource "a://b": it returned content for tools and prompts; return the text or the bytes themselves, or [{ text }]'
  const refused: readonly (readonly [string, unknown, string])[] = [
    ['a block', text('a'), forOthers],
    ['blocks', [image(PNG)], forOthers],
    ['a result', result({ content: 'a' }), forOthers],
    ['a message', user('a'), forOthers],
    ['a function', () => 1, 'resource "a://b": it returned a function, which JSON cannot carry'],
    ['a bigint', 1n, 'resource "a://b": it returned what JSON cannot carry: Do not know how to serialize a BigInt'],
    [
      'a text in the place of base64',
      [{ blob: 'Hello!' }],
      'contents of "a://b": blob must be base64, got "Hello!"; of a data: URL, only what follows the comma is',
    ],
  ]
  for (const [name, value, message] of refused) {
    it(`${name} is a mistake of the server`, async () => {
      assert.deepEqual(await errorOf(quiet(returning(value)), 'resources/read', { uri }), { code: -32603, message })
    })
  }
})

describe('resources/read: caching', () => {
  const hints = async (server: Parameters<typeof resultOf>[0]) => {
    const { ttlMs, cacheScope } = await resultOf(server, '2026-07-28', 'resources/read', { uri })
    return { ttlMs, cacheScope }
  }

  it('2026-07-28 Caching: the hint of the resource is sent; by default, contents are private and stale at once', async () => {
    assert.deepEqual(await hints(returning('a')), { ttlMs: 0, cacheScope: 'private' })
    const own = create().resource(uri, { cache: { ttlMs: 5000, scope: 'public' } }, () => 'a')
    assert.deepEqual(await hints(own), { ttlMs: 5000, cacheScope: 'public' })
    const half = create().resource(uri, { cache: { ttlMs: 5000 } }, () => 'a')
    assert.deepEqual(await hints(half), { ttlMs: 5000, cacheScope: 'private' })
    const template = create().resource('a://{x}', { cache: { scope: 'public' } }, () => 'a')
    assert.deepEqual(await hints(template), { ttlMs: 0, cacheScope: 'public' })
  })

  it('earlier revisions hear nothing of it', async () => {
    const own = create().resource(uri, { cache: { ttlMs: 5000 } }, () => 'a')
    assert.deepEqual(Object.keys(await resultOf(own, '2025-11-25', 'resources/read', { uri })), ['contents'])
  })
})

describe('resources/read: which resource is meant', () => {
  const server = create()
    .resource('https://a', () => 'without slash')
    .resource('https://b/', () => 'with slash')
    .resource('https://c', () => 'c without slash')
    .resource('https://c/', () => 'c with slash')
    .resource('note://{id}', { name: 'first' }, ({ id }) => `first ${id}`)
    .resource('note://special', () => 'special')
    .resource('note://{+rest}', { name: 'second' }, ({ rest }) => `second ${rest}`)
    .resource('https://{host}/x', ({ host }) => `template ${host}`)
    .resource('https://h/x', () => 'exact')

  const meant: readonly (readonly [string, string])[] = [
    ['https://a', 'without slash'],
    ['https://a/', 'without slash'],
    ['HTTPS://A', 'without slash'],
    ['https://b', 'with slash'],
    ['https://b/', 'with slash'],
    ['https://b:443/', 'with slash'],
    ['https://c', 'c without slash'],
    ['https://c/', 'c with slash'],
    ['note://1', 'first 1'],
    ['note://special', 'special'],
    ['note://1/2', 'second 1/2'],
    ['note://a%20b', 'first a b'],
    ['https://g/x', 'template g'],
    ['https://h/x', 'exact'],
    ['https://H/x', 'exact'],
  ]
  for (const [at, expected] of meant) {
    it(`TSBUG-3: ${at} is read: ${expected}`, async () => {
      const [contents] = await read(server, at)
      assert.deepEqual([contents.text, contents.uri], [expected, at])
    })
  }

  it('DESIGN §4: an unknown URI is named, with the code of the revision and the nearest one that is open', async () => {
    const notes = create()
      .resource('note://monday', () => 'a')
      .resource('hidden://plan', { enabled: () => false }, () => 'b')
    for (const version of VERSIONS) {
      const code = isStateless(version) ? -32602 : -32002
      assert.deepEqual(await errorOf(notes, 'resources/read', { uri: 'note://munday' }, version), {
        code,
        message: 'Resource not found: note://munday. Did you mean "note://monday"?',
        data: { uri: 'note://munday' },
      })
      for (const hidden of ['hidden://plan', 'hidden://plam', 'nothing like it']) {
        assert.deepEqual(await errorOf(notes, 'resources/read', { uri: hidden }, version), {
          code,
          message: `Resource not found: ${hidden}.`,
          data: { uri: hidden },
        })
      }
    }
  })

  it('the URI must be there, and a string', async () => {
    for (const params of [{}, { uri: 5 }, { uri: null }]) {
      assert.deepEqual(await errorOf(server, 'resources/read', params), {
        code: -32602,
        message: 'resources/read: "uri" must be a string',
      })
    }
  })
})

describe('resources/read: failures', () => {
  it('PY-147: an McpError keeps its code and data, anything else is an internal error', async () => {
    const failing = (error: unknown) =>
      quiet(
        create().resource(uri, () => {
          throw error
        }),
      )
    assert.deepEqual(await errorOf(failing(new McpError(7, 'own', { a: 1 })), 'resources/read', { uri }), {
      code: 7,
      message: 'own',
      data: { a: 1 },
    })
    assert.deepEqual(await errorOf(failing(new Error('boom')), 'resources/read', { uri }), {
      code: -32603,
      message: 'boom',
    })
  })

  it('2026-07-28 §Error Codes: "not found" of a handler has the code of the revision', async () => {
    const server = create().resource(uri, () => {
      throw new McpError(ErrorCode.ResourceNotFound, 'gone')
    })
    for (const version of VERSIONS) {
      assert.deepEqual(await errorOf(server, 'resources/read', { uri }, version), {
        code: isStateless(version) ? -32602 : -32002,
        message: 'gone',
      })
    }
  })
})
