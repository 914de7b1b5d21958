import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { commentText, eventText } from '../../src/wire/sse.ts'
import { createEventDecoder, DEFAULT_MAX_EVENT_BYTES } from '../../src/wire/sse-decoder.ts'
import { bytesOf, cut, cutAt, hex } from '../support/frames.ts'

type Outcome =
  | readonly [event: string, data: string, lastEventId: string]
  | readonly ['retry', number]
  | readonly ['too large']

const decode = (chunks: Iterable<Uint8Array>, maxBytes?: number) => {
  const outcomes: Outcome[] = []
  const decoder = createEventDecoder({
    ...(maxBytes !== undefined && { maxBytes }),
    onEvent: ({ event, data, lastEventId }) => outcomes.push([event, data, lastEventId]),
    onRetry: (milliseconds) => outcomes.push(['retry', milliseconds]),
    onTooLarge: () => outcomes.push(['too large']),
  })
  for (const chunk of chunks) {
    const reused = Uint8Array.from(chunk)
    decoder.write(reused)
    reused.fill(0x58)
  }
  return { outcomes, lastEventId: decoder.lastEventId }
}

/** What comes of a text, however it is cut. */
const read = (text: string | Uint8Array, maxBytes?: number) => {
  const bytes = bytesOf(text)
  const whole = decode([bytes], maxBytes)
  for (const size of [1, 2, 3]) assert.deepEqual(decode(cut(bytes, size), maxBytes), whole, `in pieces of ${size}`)
  return whole
}

const SECTION = 'WHATWG HTML §9.2.6'

const data = (...texts: readonly string[]): readonly Outcome[] => texts.map((text) => ['message', text, ''])

const cases: readonly (readonly [name: string, text: string, expected: readonly Outcome[], lastEventId?: string])[] = [
  ['nothing', '', []],
  ['one event', 'data: a\n\n', data('a')],
  ['several lines of data, joined with LF', 'data: YHOO\ndata: +2\ndata: 10\n\n', data('YHOO\n+2\n10')],
  ['data without a space', 'data:a\n\n', data('a')],
  ['only the first space away', 'data:  a \n\n', data(' a ')],
  ['a tab as it is', 'data:\ta\n\n', data('\ta')],
  ['colons within the data', 'data: a:b: c\n\n', data('a:b: c')],
  ['empty data as an event', 'data\n\ndata:\n\ndata: \n\n', data('', '', '')],
  ['two empty lines of data as LF', 'data\ndata\n\n', data('\n')],
  ['no event that has not ended', 'data: a\n\ndata: b\n', data('a')],
  ['no event whose last line has not ended', 'data: a', []],
  ['blank lines between events', '\n\n\ndata: a\n\n\n\ndata: b\n\n', data('a', 'b')],
  ['CR', 'data: a\rdata: b\r\rdata: c\r\r', data('a\nb', 'c')],
  ['CRLF', 'data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n', data('a\nb', 'c')],
  ['all line ends together', 'data: a\r\n\rdata: b\n\r\ndata: c\r\n\ndata: d\n\n', data('a', 'b', 'c', 'd')],
  ['line breaks that only Unicode knows as data', 'data: a\u2028b\u0085\n\n', data('a\u2028b\u0085')],
  ['comments as nothing', ': a\n:\n:data: b\ndata: c\n: d\n\n', data('c')],
  ['a byte order mark as nothing', '\ufeffdata: a\n\n', data('a')],
  ['a byte order mark alone', '\ufeff', []],
  ['a second byte order mark as part of a name', '\ufeff\ufeffdata: a\n\n', []],
  ['a byte order mark within', 'data: \ufeffa\n\ndata: b\n\n\ufeffdata: c\n\n', data('\ufeffa', 'b')],
  ['a byte order mark before a comment', '\ufeff: a\n\ndata: b\n\n', data('b')],
  ['names in other cases, longer or spaced as nothing', 'Data: a\ndatas: a\n data: a\ndata : a\n: a\n\n', []],
  ['names of every object as nothing', '__proto__: a\nconstructor: a\ntoString: a\nhasOwnProperty\n\n', []],
  ['a line without a colon as a name', 'datadata\n\n', []],
  [
    'types, each of its own event',
    'event: add\ndata: 1\n\ndata: 2\n\nevent: a\nevent:\ndata: 3\n\n',
    [['add', '1', ''], ...data('2', '3')],
  ],
  ['no type without data', 'event: add\n\ndata: 1\n\n', data('1')],
  ['ids, which stay', 'id: 1\ndata: a\n\ndata: b\n\n', [1, 2].map((n) => ['message', n === 1 ? 'a' : 'b', '1']), '1'],
  ['an empty id, which takes the last away', 'id: 1\n\nid\ndata: a\n\n', data('a'), ''],
  ['an id with NUL as nothing', 'id: 1\n\nid: a\0\ndata: b\n\n', [['message', 'b', '1']], '1'],
  ['an id without data', 'id: 7\n\n', [], '7'],
  ['no id of an event that has not ended', 'id: 7\n\nid: 8\ndata: a\n', [], '7'],
  [
    'a retry, also without an event',
    'retry: 1000\ndata: a\n\nretry: 007\n',
    [['retry', 1000], ...data('a'), ['retry', 7]],
  ],
  ['no retry of anything but digits', 'retry\nretry: \nretry: 1.5\nretry: -1\nretry: 1e3\nretry: 1 \nretry: ٣\n\n', []],
  ['a retry beyond all numbers as the longest', `retry: ${'9'.repeat(400)}\n`, [['retry', Number.MAX_SAFE_INTEGER]]],
  ['the replacement character itself', 'data: \ufffd\n\n', data('\ufffd')],
  ['characters of each length', 'data: é世🌍\nid: 世\n\n', [['message', 'é世🌍', '世']], '世'],
]

for (const [name, text, outcomes, lastEventId = ''] of cases) {
  test(`${SECTION}: reads ${name}`, () => assert.deepEqual(read(text), { outcomes, lastEventId }))
}

test('the beginning of a byte order mark that is none belongs to the first name', () => {
  assert.deepEqual(read(hex('ef bb 64 61 74 61 3a 61 0a 0a')).outcomes, [])
  assert.deepEqual(read(Buffer.concat([hex('ef 0a'), bytesOf('data:a\n\n')])).outcomes, data('a'))
})

test('what is not UTF-8 is read as U+FFFD, and harms no line after it', () => {
  const bytes = Buffer.concat([bytesOf('data: a'), hex('ff'), bytesOf('\ndata: b'), hex('e4 b8 0a 0a')])
  assert.deepEqual(read(bytes).outcomes, data('a\ufffd\nb\ufffd'))
})

test('a server may retry without anybody listening for it', () => {
  const events: string[] = []
  const decoder = createEventDecoder({ onEvent: ({ data }) => events.push(data), onTooLarge: () => assert.fail() })
  decoder.write(bytesOf('retry: 5\ndata: a\n\n'))
  assert.deepEqual(events, ['a'])
})

const limits: readonly (readonly [name: string, text: string, expected: readonly Outcome[], lastEventId?: string])[] = [
  ['an event of exactly the limit is read', 'data: 123\n\n', data('123')],
  ['one byte more is too large', 'data: 1234\n\ndata: b\n\n', [['too large'], ...data('b')]],
  [
    'all lines of an event count',
    'data:1\nid\n\ndata:1\nid:\n\ndata:b\n\n',
    [...data('1'), ['too large'], ...data('b')],
  ],
  ['bytes count, not characters', 'data: é1\n\ndata: éé\n\n', [...data('é1'), ['too large']]],
  ['the last event does not count', 'data: 123\n\n'.repeat(2), data('123', '123')],
  ['comments do not count', `:${'c'.repeat(50)}\n:${'c'.repeat(50)}\ndata: 123\n\n`, data('123')],
  ['blank lines do not count', `${'\n'.repeat(50)}data: 123\n\n`, data('123')],
  ['unknown fields count', `${'x'.repeat(11)}\ndata:b\n\ndata:c\n\n`, [['too large'], ...data('c')]],
  ['it is told once', `data:${'1\ndata:'.repeat(20)}\n\ndata:b\n\n`, [['too large'], ...data('b')]],
  ['it is told before the event has ended', 'data: 1234', [['too large']]],
  [
    'what follows in it is not read',
    'data: 12345\nid: 1\nretry: 1\nevent: x\n\ndata: b\n\n',
    [['too large'], ...data('b')],
  ],
  ['an id before stays', 'id:7\ndata: 12345\n\n', [['too large']], '7'],
  ['CRLF counts as one byte', 'data: 123\r\n\r\n', data('123')],
]

for (const [name, text, outcomes, lastEventId = ''] of limits) {
  test(`where events are limited: ${name}`, () => assert.deepEqual(read(text, 10), { outcomes, lastEventId }))
}

test('an event of 16 MiB is read by default, one byte more is too large', () => {
  const fits = 'x'.repeat(DEFAULT_MAX_EVENT_BYTES - 'data:\n'.length)
  const chunks = cut(bytesOf(`data:${fits}\n\ndata:${fits}x\n\ndata:a\n\n`), 65_536)
  assert.deepEqual(
    decode(chunks).outcomes.map(([kind, text]) => [kind, String(text).length]),
    [
      ['message', fits.length],
      ['too large', 'undefined'.length],
      ['message', 1],
    ],
  )
})

// Quadratic cost would take minutes with each of these.
for (const [name, text, size] of [
  ['one line in pieces of a byte', `data:${'x'.repeat(500_000)}\n\n`, 1],
  ['very many lines of data', `${'data:x\n'.repeat(300_000)}\n`, 65_536],
  ['very many lines that end with CR alone', `${'data:x\r'.repeat(300_000)}\r`, 10_000_000],
  ['very many events', 'data:x\n\n'.repeat(300_000), 10_000_000],
  ['very many comments in pieces of a byte', `${':x\n'.repeat(200_000)}data:x\n\n`, 1],
] as const) {
  test(`the work grows with the bytes alone: ${name}`, () => {
    assert.ok(decode(cut(bytesOf(text), size)).outcomes.length > 0)
  })
}

const anyText = fc.string({
  unit: fc.constantFrom('\r', '\n', '\r\n', 'data: ', ':', ' ', 'a', '世', '🌍', '\ufeff', '\0'),
})
const withoutBreaks = anyText.map((text) => text.replaceAll(/[\r\n\0]/g, ''))
const written = fc.record({
  data: anyText,
  fields: fc.record({ id: withoutBreaks, event: withoutBreaks, retry: fc.nat() }, { requiredKeys: [] }),
  comment: fc.option(anyText, { nil: undefined }),
})

test('what is written is read, however it is cut: LF for every line break', () => {
  fc.assert(
    fc.property(fc.array(written), fc.array(fc.nat({ max: 40 })), (events, sizes) => {
      let lastEventId = ''
      const expected = events.flatMap(({ data, fields: { id, event, retry } }): readonly Outcome[] => {
        lastEventId = id ?? lastEventId
        const dispatched: Outcome = [event || 'message', data.replace(/\r\n?/g, '\n'), lastEventId]
        return retry === undefined ? [dispatched] : [['retry', retry], dispatched]
      })
      const texts = events.map(({ data, fields, comment }) => {
        const before = comment === undefined ? '' : commentText(comment)
        return `${before}${eventText(data, fields)}`
      })
      assert.deepEqual(decode(cutAt(bytesOf(texts.join('')), sizes)), { outcomes: expected, lastEventId })
    }),
  )
})
