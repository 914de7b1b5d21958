import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createLineDecoder, type LineDecoder } from '../../../src/wire/lines.ts'
import { bytesOf, cutAt } from '../../support/frames.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { anyJson, anySizes, nearly } from '../inputs.ts'

type Outcome = readonly ['line', string] | readonly ['too long'] | readonly ['malformed']

interface Input {
  readonly bytes: Uint8Array
  readonly sizes: readonly number[]
  readonly maxBytes: number
}

/** What the decoder must say, from all bytes at once. */
const expectedOf = ({ bytes, maxBytes }: Input): readonly Outcome[] => {
  const split: number[][] = [[]]
  for (const byte of bytes) {
    if (byte === 10) split.push([])
    else split.at(-1)?.push(byte)
  }
  return split.flatMap((line): readonly Outcome[] => {
    if (line.length > maxBytes) return [['too long']]
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(line))
      return /^[ \t\r]*$/.test(text) ? [] : [['line', text.replace(/\r$/, '')]]
    } catch {
      return [['malformed']]
    }
  })
}

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('\n', '\r\n', 'a', ' ', 'é', '世', '🌍'), maxLength: 100 }),
  fc.array(anyJson, { maxLength: 5 }).map((values) => values.map((value) => `${JSON.stringify(value)}\n`).join('')),
)

const TOKENS = ['\n', '\r\n', '\r', ' ', '\t', '\ufeff', '🌍', Uint8Array.of(0xff), Uint8Array.of(0xe4, 0xb8)]

const inputs = fc.record<Input>({
  bytes: nearly(text.map(bytesOf), TOKENS),
  sizes: anySizes,
  maxBytes: fc.constantFrom(0, 3, 10, 1000),
})

type Create = (options: Parameters<typeof createLineDecoder>[0]) => LineDecoder

/** The framing of stdio: the lines are the same however the bytes are cut, and exactly those that are there. */
export const lines = (create: Create = createLineDecoder): Fuzzer => {
  const decode = ({ bytes, sizes, maxBytes }: Input): readonly Outcome[] => {
    const outcomes: Outcome[] = []
    const decoder = create({
      maxBytes,
      onLine: (line) => outcomes.push(['line', line]),
      onTooLong: () => outcomes.push(['too long']),
      onMalformed: () => outcomes.push(['malformed']),
    })
    for (const piece of cutAt(bytes, sizes)) {
      const reused = new Uint8Array(piece)
      decoder.write(reused)
      reused.fill(0x58)
    }
    decoder.end()
    return outcomes
  }
  return fuzzer<Input>({
    name: 'lines',
    runs: 1000,
    inputs,
    open: () => ({ check: (input) => assert.deepEqual(decode(input), expectedOf(input)) }),
  })
}
