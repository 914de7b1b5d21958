import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DefinitionError } from '../../src/errors.ts'
import { commentText, type EventFields, eventText } from '../../src/wire/sse.ts'

const events: readonly (readonly [name: string, data: string, fields: EventFields | undefined, expected: string])[] = [
  ['data alone', '{"a":1}', undefined, 'data: {"a":1}\n\n'],
  ['no fields', 'a', {}, 'data: a\n\n'],
  ['every field', 'a', { id: '7', event: 'message', retry: 500 }, 'event: message\nid: 7\nretry: 500\ndata: a\n\n'],
  ['empty data, which primes a stream', '', { id: '1' }, 'id: 1\ndata: \n\n'],
  ['an empty id, which resets the last one', 'a', { id: '' }, 'id: \ndata: a\n\n'],
  ['a retry of zero', 'a', { retry: 0 }, 'retry: 0\ndata: a\n\n'],
  ['LF', 'a\nb', undefined, 'data: a\ndata: b\n\n'],
  ['CRLF', 'a\r\nb', undefined, 'data: a\ndata: b\n\n'],
  ['CR', 'a\rb', undefined, 'data: a\ndata: b\n\n'],
  ['a line break at the end', 'a\n', undefined, 'data: a\ndata: \n\n'],
  ['a leading space', ' a', undefined, 'data:  a\n\n'],
]

for (const [name, data, fields, expected] of events) {
  test(`writes an event: ${name}`, () => assert.equal(eventText(data, fields), expected))
}

for (const value of ['a\nb', 'a\rb', 'a\0b']) {
  for (const name of ['id', 'event'] as const) {
    test(`refuses ${JSON.stringify(value)} as the ${name} of an event`, () => {
      assert.throws(
        () => eventText('a', { [name]: value }),
        (error) => error instanceof DefinitionError && error.message.includes(`"${name}"`),
      )
    })
  }
}

test('writes a comment', () => {
  assert.equal(commentText('ping'), ': ping\n\n')
  assert.equal(commentText(''), ': \n\n')
  assert.equal(commentText('a\ndata: b'), ': a\n: data: b\n\n')
})
