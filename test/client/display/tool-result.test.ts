import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { display } from '../../../src/client/display/index.ts'
import { PNG_BASE64, text } from './samples.ts'

const shown = (value: unknown, width = 80): string => display(value, { color: false, width })

const USERS = [
  { id: 1, name: 'Ada' },
  { id: 2, name: 'Grace' },
]
const TABLE = ['id  name', '──  ─────', ' 1  Ada', ' 2  Grace'].join('\n')
const PICTURE = { type: 'image', data: PNG_BASE64, mimeType: 'image/png' }
const PLACEHOLDER = '[image image/png, 29 B, 640×480]'

interface Row {
  readonly what: string
  readonly content?: readonly unknown[]
  readonly structuredContent: unknown
  readonly shown: string
}

const rows: readonly Row[] = [
  {
    what: 'shows a table in the place of the same as JSON',
    content: [text(JSON.stringify(USERS))],
    structuredContent: USERS,
    shown: TABLE,
  },
  {
    what: 'takes indented JSON with its keys in another order for the same',
    content: [text(JSON.stringify({ b: [2, { d: 4 }], a: 1 }, null, 2))],
    structuredContent: { a: 1, b: [2, { d: 4 }] },
    shown: shown({ a: 1, b: [2, { d: 4 }] }),
  },
  {
    what: 'keeps content besides the text that says the same',
    content: [PICTURE, text(JSON.stringify(USERS)), text('Two users')],
    structuredContent: USERS,
    shown: `${PLACEHOLDER}\nTwo users\n\n${TABLE}`,
  },
  {
    what: 'sees through the object that wraps a value before 2026-07-28',
    content: [text(JSON.stringify(USERS))],
    structuredContent: { result: USERS },
    shown: TABLE,
  },
  {
    what: 'sees that each text is one of the items',
    content: USERS.map((user) => text(JSON.stringify(user))),
    structuredContent: { result: USERS },
    shown: TABLE,
  },
  {
    what: 'shows texts that are all of the structured content once',
    content: [text('Oslo'), text('Lima')],
    structuredContent: { result: ['Oslo', 'Lima'] },
    shown: 'Oslo\nLima',
  },
  { what: 'shows a text once', content: [text('Sunny')], structuredContent: 'Sunny', shown: 'Sunny' },
  {
    what: 'shows a wrapped text once',
    content: [text('Sunny')],
    structuredContent: { result: 'Sunny' },
    shown: 'Sunny',
  },
  { what: 'shows a number once', content: [text('3')], structuredContent: { result: 3 }, shown: '3' },
  {
    what: 'shows what wraps a value when content says nothing',
    content: [],
    structuredContent: { result: 3 },
    shown: 'result  3',
  },
  {
    what: 'shows an object named result with other members as it is',
    content: [text('3')],
    structuredContent: { result: 3, unit: 'km' },
    shown: '3\n\nresult  3\nunit    km',
  },
  {
    what: 'shows both when the text says something else',
    content: [text('{"id":1,"name":"Bob"}')],
    structuredContent: { id: 1, name: 'Ada' },
    shown: '{"id":1,"name":"Bob"}\n\nid    1\nname  Ada',
  },
  {
    what: 'shows both when the items are not those of the texts',
    content: [text('Oslo'), text('Rome')],
    structuredContent: { result: ['Oslo', 'Lima'] },
    shown: 'Oslo\nRome\n\n{\n  "result": ["Oslo", "Lima"]\n}',
  },
  {
    what: 'shows structured content without any content',
    structuredContent: USERS,
    shown: TABLE,
  },
  {
    what: 'leaves a field empty that a row does not have, and shows null as null',
    content: [],
    structuredContent: [{ a: null }, { constructor: 'x' }],
    shown: 'a     constructor\n────  ───────────\nnull\n      x',
  },
  {
    what: 'shows a column that is empty in every row',
    content: [],
    structuredContent: [{ a: '', b: 1 }],
    shown: 'a  b\n─  ─\n   1',
  },
  { what: 'shows a member that is empty', content: [], structuredContent: { note: '' }, shown: 'note' },
  { what: 'shows an empty array as JSON', content: [], structuredContent: [], shown: '[]' },
  { what: 'shows an empty object as JSON', content: [], structuredContent: {}, shown: '{}' },
  { what: 'shows objects without members as JSON', content: [], structuredContent: [{}], shown: '[\n  {}\n]' },
  { what: 'shows null as JSON', content: [], structuredContent: null, shown: 'null' },
  {
    what: 'shows tables alone, where an object holds nothing else',
    content: [],
    structuredContent: { users: USERS },
    shown: `users\n${TABLE}`,
  },
]

// What is nearly the same as { a: [1], b: {} }, and is not.
const others = [
  '{"a":[1],"b":[]}',
  '{"a":[1]}',
  '{"a":[1],"c":{}}',
  '{"a":[1,2],"b":{}}',
  '{"a":{},"b":{}}',
  '[]',
  '5',
  'null',
  '{',
]

describe('display of a tool result', () => {
  for (const { what, content, structuredContent, shown: expected } of rows) {
    it(what, () => assert.equal(shown({ ...(content && { content }), structuredContent }), expected))
  }

  it('shows empty fields of records, and none that a row does not have', () => {
    const structuredContent = [
      { long_name: '', b: 1 },
      { b: 2, other_name: 'x' },
    ]
    assert.equal(shown({ structuredContent }, 16), 'long_name:\nb: 1\n\nb: 2\nother_name: x')
  })

  it('breaks the name of a table that is wider than the page', () => {
    assert.equal(shown({ structuredContent: { people_here: [{ a: 1 }] } }, 6), 'people\n_here\na\n─\n1')
  })

  it('takes no other JSON for the same', () => {
    const structuredContent = { a: [1], b: {} }
    for (const other of others) {
      assert.equal(shown({ content: [text(other)], structuredContent }), `${other}\n\n${shown(structuredContent)}`)
    }
  })

  it('says that there is nothing', () => {
    assert.equal(shown({ content: [] }), '(no content)')
    assert.equal(shown({ content: [], isError: true }), 'Error\n(no content)')
  })

  it('shows the structured content of an error under its text', () => {
    const value = { content: [text('It failed')], structuredContent: { code: 7 }, isError: true }
    assert.equal(shown(value), 'Error\nIt failed\n\ncode  7')
  })

  it('shows as JSON what blocks lack that their type needs', () => {
    for (const block of [
      { type: 'text', text: 5 },
      { type: 'image', data: 'AAAA' },
      { type: 'audio', mimeType: 'audio/wav' },
      { type: 'resource_link', name: 'a' },
      { type: 'resource', resource: { uri: 'a://b' } },
      { type: 'constructor' },
    ]) {
      assert.equal(shown({ content: [block] }), JSON.stringify(block, null, 2))
    }
  })

  it('shows what is no tool result as JSON', () => {
    for (const value of [{ content: 'text' }, { content: [5] }, { content: [{ text: 'x' }] }, { isError: true }]) {
      assert.deepEqual(JSON.parse(shown(value)), value)
    }
  })
})
