import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer, embed, image, link, result, text, user } from '../../src/index.ts'
import { resultOf, VERSIONS } from '../support/messages.ts'
import { callTool, quiet, toolError } from './asking.ts'

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

const returning = (value: unknown) => createServer({ name: 'test', version: '1.0.0' }).tool('t', () => value)

/** The result without what 2026-07-28 adds to each. */
const given = async (value: unknown) => {
  const { _meta, resultType, ...rest } = await callTool(returning(value), 't')
  assert.equal(resultType, 'complete')
  return rest
}

const words = (...texts: string[]) => texts.map((one) => ({ type: 'text', text: one }))

describe('results: strings and blocks are content', () => {
  const rows: readonly (readonly [string, unknown, readonly object[]])[] = [
    ['a string', 'three', words('three')],
    ['an empty string', '', words('')],
    ['nothing', undefined, []],
    [
      'a block',
      text('three', { annotations: { priority: 1 } }),
      [{ ...words('three')[0], annotations: { priority: 1 } }],
    ],
    ['blocks', [text('a'), text('b')], words('a', 'b')],
    ['blocks and strings', ['a', text('b'), 'c'], words('a', 'b', 'c')],
    [
      'blocks of all kinds',
      [image(PNG), link('a://b', { name: 'b' }), embed({ uri: 'a://b', text: 'b' })],
      [
        { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' },
        { type: 'resource_link', uri: 'a://b', name: 'b' },
        { type: 'resource', resource: { uri: 'a://b', mimeType: 'text/plain', text: 'b' } },
      ],
    ],
    ['a promise of a string', Promise.resolve('three'), words('three')],
    ['a promise of blocks', Promise.resolve([text('a')]), words('a')],
    ['a thenable', { then: (resolve: (value: string) => void) => resolve('three') }, words('three')],
  ]
  for (const [name, value, content] of rows) {
    it(`${name}`, async () => assert.deepEqual(await given(value), { content }))
  }
})

describe('results: any other JSON value is structured content, and its JSON as text', () => {
  const date = new Date(0)
  class Point {
    x = 1
    readonly #hidden = 2
    get sum() {
      return this.x + this.#hidden
    }
  }
  const rows: readonly (readonly [string, unknown, unknown])[] = [
    ['a number', 3, 3],
    ['zero', 0, 0],
    ['true', true, true],
    ['false', false, false],
    ['null', null, null],
    ['an object', { count: 3 }, { count: 3 }],
    ['an empty object', {}, {}],
    ['an array', [1, 'a', null], [1, 'a', null]],
    ['an empty array', [], []],
    ['strings in an array', ['a', 'b'], ['a', 'b']],
    ['nested data', { a: [{ b: { c: [] } }] }, { a: [{ b: { c: [] } }] }],
    ['members that are undefined', { a: undefined, b: 1 }, { b: 1 }],
    ['a Date', date, '1970-01-01T00:00:00.000Z'],
    ['a Date inside', { at: date }, { at: '1970-01-01T00:00:00.000Z' }],
    ['NaN, which JSON writes as null', Number.NaN, null],
    ['an infinite number inside', [Number.POSITIVE_INFINITY], [null]],
    ['toJSON', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
    ['toJSON that gives a list', { toJSON: () => [1] }, [1]],
    ['an instance of a class', new Point(), { x: 1 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a boxed string', Object('a'), 'a'],
    ['an Error, whose members are hidden', new Error('secret'), {}],
    ['a URL', new URL('http://a/'), 'http://a/'],
    ['a key called __proto__', JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
    ['a promise of an object', Promise.resolve({ a: 1 }), { a: 1 }],
    ['data that has content among other members', { title: 'T', content: ['a'] }, { title: 'T', content: ['a'] }],
    ['data whose content is no list', { content: 'a' }, { content: 'a' }],
  ]
  for (const [name, value, structuredContent] of rows) {
    it(name, async () => {
      assert.deepEqual(await given(value), { content: words(JSON.stringify(structuredContent)), structuredContent })
    })
  }

  it('2025-06-18 §Structured Content: what is no object travels as { result }, and is marked', async () => {
    for (const version of ['2025-06-18', '2025-11-25'] as const) {
      for (const value of [3, null, [1], false, date, Object('a')]) {
        const json = JSON.stringify(value)
        assert.deepEqual(await callTool(returning(value), 't', {}, version), {
          content: words(json),
          structuredContent: { result: JSON.parse(json) },
          _meta: { 'fluent-mcp/wrapped': true },
        })
      }
      assert.deepEqual(await callTool(returning({ a: 1 }), 't', {}, version), {
        content: words('{"a":1}'),
        structuredContent: { a: 1 },
      })
    }
  })

  it('before 2025-06-18, the text says it all, and _meta says that it is the value', async () => {
    for (const version of ['2024-11-05', '2025-03-26'] as const) {
      for (const value of [3, null, [1], { a: 1 }, date]) {
        assert.deepEqual(await callTool(returning(value), 't', {}, version), {
          content: words(JSON.stringify(value)),
          _meta: { 'fluent-mcp/value-in-text': 0 },
        })
      }
    }
  })
})

describe('results: plain data of the shape of a block is data', () => {
  const block = { type: 'text', text: 'From a database' }
  it('PY-140: alone, in an array, and as a member', async () => {
    for (const value of [block, [block], { block }, [{ type: 'image', data: 'AQ==', mimeType: 'image/png' }]]) {
      assert.deepEqual(await given(value), { content: words(JSON.stringify(value)), structuredContent: value })
    }
  })

  it('PY-140: blocks as members of data stay data', async () => {
    const value = { block: text('a') }
    assert.deepEqual(await given(value), {
      content: words('{"block":{"type":"text","text":"a"}}'),
      structuredContent: { block: { type: 'text', text: 'a' } },
    })
  })

  it('PY-135: what looks like a round is data, and asks nobody', async () => {
    const round = {
      resultType: 'input_required',
      inputRequests: { q: { method: 'roots/list' } },
      requestState: 'mine',
    }
    for (const version of VERSIONS) {
      const { content, resultType, inputRequests } = await callTool(returning(round), 't', {}, version)
      assert.deepEqual(content, words(JSON.stringify(round)))
      assert.deepEqual([resultType, inputRequests], [version === '2026-07-28' ? 'complete' : undefined, undefined])
    }
  })

  it('also when it came over the wire, from another server', async () => {
    const upstream = JSON.parse(JSON.stringify(result({ content: 'a', structuredContent: { a: 1 } })))
    assert.match(await toolError(returning(upstream), 't'), /wrap it in result\(…\)$/)
    assert.deepEqual((await given({ upstream })).structuredContent, { upstream })
  })

  it('data among blocks is a mistake: nobody can tell what it was meant for', async () => {
    for (const value of [
      [text('a'), block],
      [text('a'), 5],
      [text('a'), null],
      [text('a'), ['b']],
    ]) {
      assert.equal(
        await toolError(returning(value), 't'),
        't: it returned an array of content and other values; use text(…) for those, or result(…)',
      )
    }
  })
})

describe('results: what is none', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const wrap = 'it returned { content: […] }, which could be anybody’s data; wrap it in result(…)'
  const rows: readonly (readonly [string, unknown, string])[] = [
    ['a bigint', 1n, 'it returned what JSON cannot carry: Do not know how to serialize a BigInt'],
    ['a bigint inside', { a: [1n] }, 'it returned what JSON cannot carry: Do not know how to serialize a BigInt'],
    ['a function', () => 1, 'it returned a function, which JSON cannot carry'],
    ['a symbol', Symbol('s'), 'it returned a symbol, which JSON cannot carry'],
    ['a circle', cycle, 'it returned what JSON cannot carry: Converting circular structure to JSON'],
    ['{ content: [] } without the brand', { content: [] }, wrap],
    ['{ content: […] } without the brand', { content: [{ type: 'text', text: 'a' }], isError: true, _meta: {} }, wrap],
    ['a message of a prompt', user('a'), 'it returned a prompt message; return the text itself, or text(…)'],
    ['bytes', PNG, 'it returned bytes; say what they are with image(…), audio(…) or embed(…)'],
    ['a buffer', PNG.buffer, 'it returned bytes; say what they are with image(…), audio(…) or embed(…)'],
  ]
  for (const [name, value, message] of rows) {
    it(`${name}: an error that says so, on every revision`, async () => {
      for (const version of VERSIONS) {
        assert.deepEqual(await toolError(returning(value), 't', {}, version), `t: ${message}`)
      }
    })
  }
})

describe('results: result(…)', () => {
  it('gives full control', async () => {
    const full = result({ content: ['a'], structuredContent: { a: 1 }, isError: true, meta: { own: 1 } })
    for (const version of ['2025-06-18', '2025-11-25'] as const) {
      assert.deepEqual(await resultOf(quiet(returning(full)), version, 'tools/call', { name: 't' }), {
        content: words('a'),
        structuredContent: { a: 1 },
        isError: true,
        _meta: { own: 1 },
      })
    }
    assert.deepEqual(await given(result({ content: 'a', isError: false })), { content: words('a'), isError: false })
    assert.deepEqual(await given(result({})), { content: [] })
  })

  it('2026-07-28 §Structured Content: takes any JSON value, and makes its text', async () => {
    for (const structuredContent of [3, null, [1], false, { a: 1 }, '']) {
      assert.deepEqual(await given(result({ structuredContent })), {
        content: words(JSON.stringify(structuredContent)),
        structuredContent,
      })
    }
  })

  it('2025-06-18 §Structured Content: wraps what is no object, also what only turns into something else', async () => {
    const made = returning(result({ structuredContent: new Date(0) as never, meta: { own: 1 } }))
    assert.deepEqual(await callTool(made, 't', {}, '2025-06-18'), {
      content: words('"1970-01-01T00:00:00.000Z"'),
      structuredContent: { result: '1970-01-01T00:00:00.000Z' },
      _meta: { own: 1, 'fluent-mcp/wrapped': true },
    })
  })

  it('its value reaches clients that know no structured content, as text besides its content', async () => {
    const made = returning(result({ content: 'See below.', structuredContent: { a: 1 } }))
    assert.deepEqual(await callTool(made, 't', {}, '2024-11-05'), {
      content: words('See below.', '{"a":1}'),
      _meta: { 'fluent-mcp/value-in-text': 1 },
    })
  })

  it('a value that is no JSON is a mistake', async () => {
    const made = returning(result({ content: 'a', structuredContent: 1n as never }))
    assert.match(await toolError(made, 't'), /^t: it returned what JSON cannot carry/)
  })
})
