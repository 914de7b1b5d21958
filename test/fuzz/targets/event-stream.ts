import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createEventDecoder } from '../../../src/wire/sse-decoder.ts'
import { bytesOf, cutAt } from '../../support/frames.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { anySizes, INHERITED, nearly } from '../inputs.ts'

type Outcome =
  | readonly ['event', type: string, data: string, lastEventId: string]
  | readonly ['retry', number]
  | readonly ['too large']

interface Input {
  readonly bytes: Uint8Array
  readonly sizes: readonly number[]
  readonly maxBytes: number
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const MARK = '\xef\xbb\xbf'
const asUtf8 = (text: string): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(text, 'latin1'))

/** WHATWG HTML §9.2.6, from all bytes at once: a character of the text is a byte until its field is read. */
const expectedOf = ({ bytes, maxBytes }: Input): readonly unknown[] => {
  // Whether this begins a byte order mark or a line, only the next byte tells.
  if (MARK.startsWith(latin1(bytes))) return ['']
  const outcomes: Outcome[] = []
  const text = latin1(bytes).replace(/^\xef\xbb\xbf/, '')
  const complete = text.split(/\r\n|\r|\n/)
  // Has no line end, and is no line.
  const unfinished = complete.pop() as string
  let [id, lastEventId, type, size] = ['', '', '', 0]
  let data: string[] = []
  const isTooLarge = (line: string): boolean => {
    const before = size
    size += line.length + 1
    if (before <= maxBytes && size > maxBytes) outcomes.push(['too large'])
    return size > maxBytes
  }
  for (const line of complete) {
    if (line === '') {
      lastEventId = id
      if (data.length > 0 && size <= maxBytes) outcomes.push(['event', type || 'message', data.join('\n'), id])
      type = ''
      size = 0
      data = []
    } else if (!line.startsWith(':') && !isTooLarge(line)) {
      const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) as unknown as string[]
      if (name === 'event') type = asUtf8(value)
      if (name === 'data') data.push(asUtf8(value))
      if (name === 'id' && !value.includes('\0')) id = asUtf8(value)
      if (name === 'retry' && /^\d+$/.test(value)) {
        outcomes.push(['retry', Math.min(Number(value), Number.MAX_SAFE_INTEGER)])
      }
    }
  }
  if (unfinished !== '' && !unfinished.startsWith(':')) isTooLarge(unfinished)
  return [...outcomes, lastEventId]
}

const BREAKS = ['\n', '\r', '\r\n'] as const
const NAMES = ['data', 'event', 'id', 'retry', '', 'Data', ...INHERITED] as const

const line = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constant('data') }, { weight: 2, arbitrary: fc.constantFrom(...NAMES) }),
    fc.constantFrom(':', ': ', ''),
    fc.string({ unit: fc.constantFrom('a', '1', ' ', ':', 'é', '世', '🌍', '\0', '\ufeff'), maxLength: 12 }),
    fc.constantFrom(...BREAKS),
    fc.constantFrom('', '', '\n', '\r', '\r\n'),
  )
  .map((parts) => parts.join(''))

const TOKENS = [
  ...BREAKS,
  '\n\n',
  '\ufeff',
  ':',
  ': ',
  'data:',
  'id: 7',
  'retry: 10',
  '\0',
  Uint8Array.of(0xff),
  Uint8Array.of(0xef, 0xbb),
]

const inputs = fc.record<Input>({
  bytes: nearly(
    fc
      .tuple(fc.constantFrom('', '\ufeff'), fc.array(line, { maxLength: 20 }))
      .map(([mark, all]) => bytesOf(mark + all.join(''))),
    TOKENS,
  ),
  sizes: anySizes,
  maxBytes: fc.constantFrom(0, 8, 30, 1000),
})

/** The reading of event streams: the events are the same however the bytes are cut, and those of the standard. */
export const eventStream = (create = createEventDecoder): Fuzzer => {
  const decode = ({ bytes, sizes, maxBytes }: Input): readonly unknown[] => {
    const outcomes: Outcome[] = []
    const decoder = create({
      maxBytes,
      onEvent: ({ event, data, lastEventId }) => outcomes.push(['event', event, data, lastEventId]),
      onRetry: (milliseconds) => outcomes.push(['retry', milliseconds]),
      onTooLarge: () => outcomes.push(['too large']),
    })
    for (const piece of cutAt(bytes, sizes)) {
      const reused = new Uint8Array(piece)
      decoder.write(reused)
      reused.fill(0x58)
    }
    return [...outcomes, decoder.lastEventId]
  }
  return fuzzer<Input>({
    name: 'event-stream',
    runs: 1000,
    inputs,
    corpus: [
      { bytes: Uint8Array.of(10), sizes: [], maxBytes: 0 },
      { bytes: Uint8Array.of(58, 33), sizes: [1], maxBytes: 0 },
    ],
    open: () => ({ check: (input) => assert.deepEqual(decode(input), expectedOf(input)) }),
  })
}
