import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLineDecoder, DEFAULT_MAX_LINE_BYTES } from '../../src/wire/lines.ts'

type Outcome = readonly ['line', string] | readonly ['too long'] | readonly ['malformed']

const decode = (chunks: Iterable<Uint8Array>, maxBytes?: number): readonly Outcome[] => {
  const outcomes: Outcome[] = []
  const decoder = createLineDecoder({
    ...(maxBytes !== undefined && { maxBytes }),
    onLine: (text) => outcomes.push(['line', text]),
    onTooLong: () => outcomes.push(['too long']),
    onMalformed: () => outcomes.push(['malformed']),
  })
  for (const chunk of chunks) {
    const reused = chunk.slice()
    decoder.write(reused)
    reused.fill(0x58)
  }
  decoder.end()
  return outcomes
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const lines = (...texts: readonly string[]): readonly Outcome[] => texts.map((text) => ['line', text])

const cases: readonly (readonly [name: string, chunks: readonly string[], expected: readonly Outcome[]])[] = [
  ['nothing', [], []],
  ['one line', ['{"a":1}\n'], lines('{"a":1}')],
  ['many lines in one chunk', ['a\nb\nc\n'], lines('a', 'b', 'c')],
  ['one line in many chunks', ['a', 'b', '', 'c\n'], lines('abc')],
  ['a newline on its own', ['a', '\n', 'b', '\n'], lines('a', 'b')],
  ['the end of one line with the start of the next', ['ab', 'c\nd\nef', 'g\n'], lines('abc', 'd', 'efg')],
  ['CRLF', ['a\r\nb\r', '\nc\r\n'], lines('a', 'b', 'c')],
  ['CRLF behind several characters', ['hello\r\n', 'bye\r\n'], lines('hello', 'bye')],
  ['a carriage return within a line', ['a\rb\n'], lines('a\rb')],
  ['blank lines', ['\n\r\n  \n\t\r\na\n\n', '\n', ' \n'], lines('a')],
  ['white space around a line', [' a \n'], lines(' a ')],
  ['a last line without a newline', ['a\nb'], lines('a', 'b')],
  ['a last line that is blank', ['a\n', ' \r'], lines('a')],
  ['a byte order mark', ['\ufeffa\n\ufeffb\n'], lines('\ufeffa', '\ufeffb')],
  ['line breaks that only Unicode knows', ['a\u2028b\u2029c\u0085d\n'], lines('a\u2028b\u2029c\u0085d')],
  ['the replacement character itself', ['\ufffd\n'], lines('\ufffd')],
]

for (const [name, chunks, expected] of cases) {
  test(`reads ${name}`, () => assert.deepEqual(decode(chunks.map(bytesOf)), expected))
}

test('a character may be split across chunks', () => {
  const bytes = bytesOf('"世界 🌍"\n')
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte))
  assert.deepEqual(decode(single), lines('"世界 🌍"'))
})

test('a line that is not UTF-8 is reported in its place, and the others are read', () => {
  const chunk = Uint8Array.of(0x61, 10, 0xff, 10, 0x62, 10, 0xe4, 0xb8, 10, 0x63, 10)
  assert.deepEqual(decode([chunk]), [['line', 'a'], ['malformed'], ['line', 'b'], ['malformed'], ['line', 'c']])
})

test('a character cut off by the end is malformed', () => {
  assert.deepEqual(decode([Uint8Array.of(0x61, 10, 0xe4)]), [['line', 'a'], ['malformed']])
})

test('a line of exactly the limit is read, one byte more is too long', () => {
  assert.deepEqual(decode([bytesOf('abcd\nabcde\nab\n')], 4), [['line', 'abcd'], ['too long'], ['line', 'ab']])
})

test('the limit counts bytes, not characters', () => {
  assert.deepEqual(decode([bytesOf('éé\nééa\n')], 4), [['line', 'éé'], ['too long']])
})

test('a line that is too long is reported once, as soon as it is, and skipped up to its newline', () => {
  const chunks = ['abc', 'de', 'fghijklmnop', 'q\nok', '\n'].map(bytesOf)
  assert.deepEqual(decode(chunks, 4), [['too long'], ['line', 'ok']])
  assert.deepEqual(decode(chunks.slice(0, 2), 4), [['too long']])
})

test('behind a line that was skipped, every further chunk is read from its beginning', () => {
  const chunks = ['abcdefgh', 'ij\nok\n', 'also\n', 'and\n'].map(bytesOf)
  assert.deepEqual(decode(chunks, 4), [['too long'], ...lines('ok', 'also', 'and')])
})

test('a line that ends too long in its last chunk is reported once', () => {
  assert.deepEqual(decode(['abc', 'de\nok\n'].map(bytesOf), 4), [['too long'], ['line', 'ok']])
})

test('after the end, a decoder begins anew', () => {
  const read: string[] = []
  const decoder = createLineDecoder({
    maxBytes: 3,
    onLine: (text) => read.push(text),
    onTooLong: () => read.push('too long'),
    onMalformed: assert.fail,
  })
  decoder.write(bytesOf('abcd'))
  decoder.end()
  decoder.write(bytesOf('ab\n'))
  decoder.end()
  assert.deepEqual(read, ['too long', 'ab'])
})

test('a line of 16 MiB is read by default, one byte more is too long', () => {
  const line = new Uint8Array(DEFAULT_MAX_LINE_BYTES).fill(0x61)
  const chunks = function* (bytes: Uint8Array): Iterable<Uint8Array> {
    for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536)
  }
  const [outcome, ...more] = decode([...chunks(line), bytesOf('\nb\n')])
  assert.deepEqual([outcome?.[0], outcome?.[1]?.length, more], ['line', DEFAULT_MAX_LINE_BYTES, lines('b')])
  assert.deepEqual(decode([...chunks(line), bytesOf('a\nb\n')]), [['too long'], ['line', 'b']])
})
