import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MAX_DEPTH, parseJson } from '../../../src/wire/json.ts'
import { readMessage } from '../../../src/wire/message.ts'
import { anyCharacter } from '../../support/characters.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { anyJson, INHERITED, nearlyText } from '../inputs.ts'

const OPENINGS = ['[', '{"a":', '{"__proto__":', '[[],', '{"b":{},"a":'] as const
const CLOSINGS: Readonly<Record<string, string>> = { '[': ']', '{': '}' }

/** Around the limit, and far beyond it. */
const nested = fc
  .tuple(
    fc.oneof(fc.integer({ min: MAX_DEPTH - 2, max: MAX_DEPTH + 2 }), fc.constantFrom(1, 300, 2000)),
    fc.array(fc.constantFrom(...OPENINGS), { minLength: 1, maxLength: 4 }),
  )
  .map(([depth, openings]) => {
    const begun = Array.from({ length: depth }, (_, index) => openings[index % openings.length] as string)
    const ends = begun.map((opening) => CLOSINGS[opening.charAt(0)]).reverse()
    return `${begun.join('')}1${ends.join('')}`
  })

const text = fc.oneof(
  anyJson.map((value) => JSON.stringify(value)),
  anyJson.map((value) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: value })),
  nested,
  fc.string({ unit: anyCharacter }),
)

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  'null',
  '1e999',
  '-0',
  '\ufeff',
  '\0',
  ...INHERITED.map((name) => `"${name}":{}`),
]

/** How deep a value nests, without recursion. */
const depthOf = (value: unknown): number => {
  let depth = 0
  let level: readonly unknown[] = [value]
  for (;;) {
    level = level.filter((one) => typeof one === 'object' && one !== null)
    if (level.length === 0) return depth
    depth += 1
    level = level.flatMap((one) => Object.values(one as object))
  }
}

const KINDS = ['request', 'notification', 'response', 'invalid']

const attempt = (input: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(input) }
  } catch {
    return undefined
  }
}

/** A text is read when it is JSON that does not nest too deep, and is then what it says. */
export const json = (parse = parseJson): Fuzzer =>
  fuzzer<string>({
    name: 'json',
    runs: 500,
    inputs: nearlyText(text, TOKENS),
    corpus: ['{"__proto__":{"polluted":true}}', '['.repeat(100_000)],
    open: () => ({
      check: (input) => {
        const parsed = parse(input)
        const expected = attempt(input)
        assert.equal(parsed.ok, expected !== undefined && depthOf(expected.value) <= MAX_DEPTH)
        if (parsed.ok) {
          assert.deepEqual(parsed.value, expected?.value)
          assert.equal(JSON.stringify(parsed.value), JSON.stringify(expected?.value))
          assert.ok(KINDS.includes(readMessage(parsed.value).kind))
        } else assert.ok(parsed.reason.length > 0 && parsed.reason.length < 1000)
      },
    }),
  })
