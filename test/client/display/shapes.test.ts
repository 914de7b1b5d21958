import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { display } from '../../../src/client/display/index.ts'
import { ADD, LIST, NOTE, PNG_BASE64, PROMPT, TEMPLATE, TOOLS, text } from './samples.ts'

const shown = (value: unknown, width = 80): string => display(value, { color: false, width })

const same: readonly (readonly [what: string, value: unknown, as: unknown])[] = [
  ['a list result is its list', { tools: TOOLS }, TOOLS],
  [
    'a list of the newest revision',
    { resources: [NOTE], ttlMs: 0, cacheScope: 'private', resultType: 'complete', _meta: {} },
    [NOTE],
  ],
  ['a list of templates', { resourceTemplates: [TEMPLATE] }, [TEMPLATE]],
  ['a list of prompts', { prompts: [PROMPT] }, [PROMPT]],
  ['content blocks are a result', [text('a'), text('b')], { content: [text('a'), text('b')] }],
  ['one content block', text('a'), { content: [text('a')] }],
  [
    'messages are a prompt',
    [{ role: 'user', content: text('a') }],
    { messages: [{ role: 'user', content: text('a') }] },
  ],
  ['one message', { role: 'user', content: text('a') }, { messages: [{ role: 'user', content: text('a') }] }],
  [
    'a message of several contents',
    { role: 'user', content: [text('a'), text('b')] },
    { role: 'user', content: text('a\nb') },
  ],
  ['contents of one resource', { uri: 'a://b', text: 'x' }, { contents: [{ uri: 'a://b', text: 'x' }] }],
  ['a text', 'plain text', text('plain text')],
]

// Data of one's own that is near to what servers give.
const others: readonly unknown[] = [
  [],
  [ADD, LIST],
  { tools: [{ name: 'hammer' }] },
  { tools: [ADD], owner: 'Ada' },
  { tools: 'none' },
  { nextCursor: 'x' },
  { name: 'calendar', version: '1.0.0' },
  { name: 'x', arguments: 'y' },
  { name: 'x', arguments: ['y'] },
  { name: 5 },
  { messages: ['Hello'] },
  { messages: [{ role: 'user', content: 'Hello' }] },
  { contents: ['x'] },
  { contents: [{ uri: 'a://b' }] },
  { contents: [{ uri: 'a://b', text: 5 }] },
  { role: 'admin' },
  [text('a'), { type: 'hologram' }],
  [text('a'), 'b'],
]

const types: readonly (readonly [schema: unknown, type: string])[] = [
  [{ type: 'string' }, 'string'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ type: 'array' }, 'any[]'],
  [{ type: 'array', items: { type: 'integer' } }, 'integer[]'],
  [{ type: 'array', items: { type: ['string', 'null'] } }, '(string | null)[]'],
  [{ type: ['array', 5], items: { type: 'string' } }, 'string[] | any'],
  [{ type: 5 }, 'any'],
  [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
  [{ enum: [1, null, true, [1], { a: 1 }, 'x', 'x'] }, '1 | null | true | array | object | "x"'],
  [{ enum: [1, 2, 3, 4, 5, 6, 7, 8, 9] }, '1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | …'],
  [{ enum: [10n] }, '10n'],
  [{ const: 'only' }, '"only"'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
  [{ oneOf: [{ const: 1 }, { $ref: '#/$defs/Address' }] }, '1 | Address'],
  [{ $ref: 'Address' }, 'Address'],
  [{ anyOf: [{ anyOf: [{ anyOf: [{ anyOf: [{ type: 'string' }] }] }] }] }, 'any'],
  [{}, 'any'],
  [true, 'any'],
]

describe('what display recognises', () => {
  for (const [what, value, as] of same) {
    it(`by its shape: ${what}`, () => assert.equal(shown(value), shown(as)))
  }

  it('shows data that is only near to that as JSON', () => {
    for (const value of others) assert.deepEqual(JSON.parse(shown(value)), value)
  })

  it('says that lists are empty', () => {
    assert.equal(shown({ tools: [] }), '(no tools)')
    assert.equal(shown({ resources: [], nextCursor: '2' }), '(no resources)\n\nThere is another page.')
    assert.equal(shown({ messages: [] }), '(no messages)')
    assert.equal(shown({ contents: [] }), '(no contents)')
  })

  it('shows all of an entry that has nothing but a name', () => {
    assert.equal(shown({ name: 'clock', inputSchema: {} }), 'clock')
    assert.equal(shown({ name: 'plain' }), 'plain')
    assert.equal(shown({ uri: 'a://b', name: '' }), 'a://b')
  })

  it('tells the hints of a tool that hold', () => {
    const annotations = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: 'yes' }
    assert.equal(shown({ name: 'wipe', inputSchema: {}, annotations }), 'wipe\ndestructive, idempotent')
  })

  for (const [schema, type] of types) {
    it(`names the type of an argument: ${type}`, () => {
      const tool = { name: 't', inputSchema: { properties: { a: schema } } }
      assert.equal(shown([tool]).split('\n').at(-1), `t     a: ${type}`)
    })
  }

  it('tells defaults that fit in a line, and no others', () => {
    const properties = { a: { default: false }, b: { default: 'x' }, c: { default: [1] }, d: true }
    assert.equal(
      shown({ name: 't', inputSchema: { properties, required: 'a' } }),
      [
        't',
        '',
        'Arguments',
        'Name  Type  Description',
        '────  ────  ──────────────',
        'a     any   default: false',
        'b     any   default: "x"',
        'c     any',
        'd     any',
      ].join('\n'),
    )
  })

  it('leaves out members that are not what they should be', () => {
    const tool = { name: 't', title: 5, description: ['x'], inputSchema: { properties: 'none' }, outputSchema: 5 }
    assert.equal(shown(tool), 't')
    assert.equal(shown({ uri: 'a://b', mimeType: 5, blob: PNG_BASE64 }), 'a://b\n[blob, 29 B]')
  })
})
