import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assistant, image, result, text, user } from '../../src/index.ts'
import { isMessages } from '../../src/model/content.ts'

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

const meta = { 'example.com/a': 1 }

/** What a value looks like on the wire. */
const wire = (value: object): unknown => JSON.parse(JSON.stringify(value))

describe('user, assistant', () => {
  it('make one message of a string or a block, and one for each item of an array', () => {
    const one = { role: 'user', content: { type: 'text', text: 'a' } }
    assert.deepEqual(wire(user('a')), { messages: [one] })
    assert.deepEqual(wire(user(text('a'))), { messages: [one] })
    assert.deepEqual(wire(user(['a', image(PNG)])), {
      messages: [one, { role: 'user', content: wire(image(PNG)) }],
    })
    assert.deepEqual(wire(assistant('a')), { messages: [{ ...one, role: 'assistant' }] })
    assert.deepEqual(wire(user([])), { messages: [] })
    assert.ok(isMessages(user('a')))
  })

  it('refuse content that no helper made', () => {
    assert.throws(() => user({ type: 'text', text: 'a' } as never), {
      name: 'TypeError',
      message:
        'user: content is a string, a block made by text(…), image(…), audio(…), link(…) or embed(…), or an array of these; got an object',
    })
    assert.throws(() => assistant([undefined] as never), /^TypeError: assistant: content is .*; got undefined$/)
    assert.throws(() => user(user('a') as never), /got an object$/)
  })
})

describe('result', () => {
  it('makes content from the structured content where there is none', () => {
    const made = result({ structuredContent: { a: 1 } })
    assert.deepEqual(wire(made), { content: [{ type: 'text', text: '{"a":1}' }], structuredContent: { a: 1 } })
    assert.deepEqual(wire(result({ structuredContent: null })), {
      content: [{ type: 'text', text: 'null' }],
      structuredContent: null,
    })
    assert.deepEqual(wire(result({})), { content: [] })
    assert.ok(Object.isFrozen(made))
  })

  it('takes strings and blocks, alone and together', () => {
    assert.deepEqual(result({ content: 'a' }).content, [text('a')])
    assert.deepEqual(result({ content: image(PNG) }).content, [image(PNG)])
    assert.deepEqual(result({ content: ['a', image(PNG)] }).content, [text('a'), image(PNG)])
    assert.deepEqual(wire(result({ content: 'a', isError: false, meta })), {
      content: [{ type: 'text', text: 'a' }],
      isError: false,
      _meta: meta,
    })
  })

  const mistakes: readonly (readonly [unknown, string])[] = [
    [undefined, 'result: pass an object of content, structuredContent, isError, meta; got undefined'],
    ['Done.', 'result: pass an object of content, structuredContent, isError, meta; got "Done."'],
    [{ _meta: {} }, 'result: there is no "_meta"; there are content, structuredContent, isError, meta'],
    [
      { content: [{ type: 'text', text: 'a' }] },
      'result: content is a string, a block made by text(…), image(…), audio(…), link(…) or embed(…), or an array of these; got an object',
    ],
    [
      { structuredContent: 1n },
      'result: structuredContent is what JSON cannot carry: Do not know how to serialize a BigInt',
    ],
  ]
  for (const [parts, message] of mistakes) {
    it(`refuses what it cannot send: ${message}`, () => {
      assert.throws(() => result(parts as never), { name: 'TypeError', message })
    })
  }
})
