import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { display } from '../../../src/client/display/index.ts'
import { graphemesOf, widthOf } from '../../../src/client/display/width.ts'
import { PNG_BASE64 } from './samples.ts'

const ESCAPE = '\x1b'
const OWN_COLOURS = new RegExp(`${ESCAPE}\\[(?:1|2|31|1;31|32|33|35|36|0)m`, 'g')

const withoutColours = (shown: string): string => shown.replace(OWN_COLOURS, '')

const plain = (value: unknown, width = 80): string => display(value, { color: false, width })

const asResult = (content: string): unknown => ({ content: [{ type: 'text', text: content }] })

const hidden: readonly (readonly [what: string, given: string, shown: string])[] = [
  ['an escape', '\x1b[31m', '␛[31m'],
  ['a hyperlink', '\x1b]8;;http://a\x1b\\b', '␛]8;;http://a␛\\b'],
  ['a null, a bell, a backspace and a delete', '\0\x07\b\x7f', '␀␇␈␡'],
  ['a carriage return that would overwrite the line', 'good\rbad', 'good␍bad'],
  ['vertical tabs and form feeds', '\v\f', '␋␌'],
  ['control characters of eight bits', '\x9b31m\x85\x9d', '<U+009B>31m<U+0085><U+009D>'],
  ['overrides and isolates of direction', '\u202Ea\u202C\u2066b\u2069', '<U+202E>a<U+202C><U+2066>b<U+2069>'],
  ['marks of direction', '\u200E\u200F\u061C', '<U+200E><U+200F><U+061C>'],
  ['separators of lines and paragraphs', 'a\u2028b\u2029', 'a<U+2028>b<U+2029>'],
  ['spaces without width', 'a\u200Bb\uFEFF\u2060\u00AD', 'a<U+200B>b<U+FEFF><U+2060><U+00AD>'],
  ['letters that are drawn as nothing', '\u3164\u115F', '<U+3164><U+115F>'],
  ['tag characters', 'a\u{E0068}\u{E0069}', 'a<U+E0068><U+E0069>'],
  ['halves of surrogate pairs', 'a\uD800b\uDC00', 'a<U+D800>b<U+DC00>'],
  ['all but the first of a series of variation selectors', 'a\u{E0100}\u{E0101}\uFE0F', 'a\u{E0100}<U+E0101><U+FE0F>'],
  ['all but the first of a series of joiners', 'a\u200D\u200C\uFE0Fb', 'a\u200D<U+200C><U+FE0F>b'],
]

const kept: readonly (readonly [what: string, text: string])[] = [
  ['letters of any script', 'Grüße, 日本, שלום, नमस्ते, سلام'],
  ['joiners that scripts need', 'می\u200Cخواهم'],
  ['emoji that are joined', '👩\u200D👩\u200D👧 ❤\uFE0F\u200D🔥 👍🏽'],
  ['combining marks', 'e\u0301'],
]

// Texts with much of what is dangerous, wide or invisible in them.
const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\x1b',
      '\x9b',
      '\x07',
      '\r',
      '\n',
      '\t',
      ' ',
      '\0',
      '\u202E',
      '\u2066',
      '\u200B',
      '\u200D',
      '\uFE0F',
    ),
    fc.constantFrom(
      '世',
      '🎉',
      '👩‍👩‍👧',
      '🇫🇷',
      'e\u0301',
      '\u0301',
      '한',
      'ᄒ',
      '\uD800',
      '\u{E0041}',
      'word ',
      'ä',
      'a',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  ),
  maxLength: 40,
})

const anyJson = fc.jsonValue({ stringUnit: nasty, maxDepth: 4 })

const block = fc.oneof(
  fc.record({ type: fc.constant('text'), text: nasty }),
  fc.record({ type: fc.constantFrom('image', 'audio'), data: fc.constantFrom(PNG_BASE64, '!'), mimeType: nasty }),
  fc.record(
    { type: fc.constant('resource_link'), uri: nasty, name: nasty, description: nasty, size: fc.double() },
    { requiredKeys: ['type', 'uri'] },
  ),
  fc.record({
    type: fc.constant('resource'),
    resource: fc.record({ uri: nasty, mimeType: nasty, text: nasty, blob: nasty }, { requiredKeys: ['uri'] }),
  }),
  fc.record({ type: nasty, other: anyJson }),
)

const flat = fc.dictionary(nasty, fc.oneof(nasty, fc.double(), fc.boolean(), fc.constant(null)), { maxKeys: 5 })

const schema = fc.record({
  properties: fc.dictionary(
    nasty,
    fc.record({ type: fc.oneof(nasty, fc.array(nasty)), enum: fc.array(anyJson) }, { requiredKeys: [] }),
  ),
  required: fc.array(nasty),
})

const optional = { requiredKeys: [] }

const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withTypedArray: true,
    withSparseArray: true,
  }),
  anyJson,
  nasty,
  fc.record(
    {
      content: fc.array(block, { maxLength: 4 }),
      structuredContent: fc.oneof(
        anyJson,
        flat,
        fc.array(flat),
        fc.record({ result: fc.array(flat), total: fc.nat() }),
      ),
      isError: fc.boolean(),
    },
    optional,
  ),
  fc.record({ messages: fc.array(fc.record({ role: nasty, content: block })), description: nasty }),
  fc.record({ contents: fc.array(fc.record({ uri: nasty, mimeType: nasty, text: nasty })) }),
  fc.record({
    tools: fc.array(
      fc.record({ name: nasty, title: nasty, description: nasty, inputSchema: schema, outputSchema: schema }),
    ),
    nextCursor: nasty,
  }),
  fc.record({ name: nasty, title: nasty, description: nasty, inputSchema: schema, outputSchema: schema }),
  fc.array(fc.record({ name: nasty, uri: nasty, title: nasty, mimeType: nasty, size: fc.integer() })),
  fc.record({
    name: nasty,
    description: nasty,
    arguments: fc.array(fc.record({ name: nasty, required: fc.boolean() })),
  }),
)

describe('display of what is not to be trusted', () => {
  for (const [what, given, shown] of hidden) {
    it(`makes visible ${what}`, () => {
      assert.equal(plain(asResult(given)), shown)
      assert.equal(plain([{ name: given, inputSchema: {} }]).split('\n')[2], shown)
    })
  }

  for (const [what, text] of kept) {
    it(`keeps ${what}`, () => assert.equal(plain(asResult(text)), text))
  }

  it('writes what is hidden in JSON with escapes of JSON', () => {
    const value = { '\x1b\u202E': ['\x1b[0m\x9b\x7f\u2028', '\u{E0041}\uD800\u200D'] }
    const shown = plain(value)
    assert.equal(shown, '{\n  "\\u001b\\u202e": ["\\u001b[0m\\u009b\\u007f\\u2028", "\\udb40\\udc41\\ud800\u200D"]\n}')
    assert.deepEqual(JSON.parse(shown), value)
  })

  it('makes line breaks visible where a line break would fake a row', () => {
    assert.match(plain([{ name: 'a\nb\tc', inputSchema: {} }]), /^a␊b␉c$/m)
  })

  it('never throws, acts on the terminal, or is wider than the page, whatever it is given', () => {
    const widths = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 21, max: 120 }))
    fc.assert(
      fc.property(anything, widths, fc.boolean(), (value, width, color) => {
        const shown = display(value, { color, width })
        const bare = withoutColours(shown)
        if (!color) assert.equal(bare, shown)
        for (const line of bare.split('\n')) {
          const fits = widthOf(line) <= width || graphemesOf(line).length === 1
          assert.ok(fits, `"${line}" is wider than ${width}`)
          assert.doesNotMatch(line, /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069\u200B\u{E0001}-\u{E007F}]/u)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('shows the same with and without colours', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 100 }), (value, width) => {
        assert.equal(withoutColours(display(value, { color: true, width })), display(value, { color: false, width }))
      }),
    )
  })
})
