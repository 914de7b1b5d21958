import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { frame, Opcode } from '../../src/wire/frame.ts'
import { DEFAULT_MAX_MESSAGE_BYTES, type FrameEvent, FrameReceiver } from '../../src/wire/frame-receiver.ts'
import { bytesOf, closing, cut, cutAt, encodeRaw, hex, type RawFrame, rawFrame } from '../support/frames.ts'
import { chunksOf, FAIL_FAST, WEBSOCKET_CASES, type WebSocketCase } from '../support/websocket-cases.ts'

const MASK = hex('37 fa 21 3d')

type Side = 'a server' | 'a client'
const SIDES: readonly Side[] = ['a server', 'a client']

const encoderFor =
  (side: Side) =>
  (raw: RawFrame): Uint8Array =>
    encodeRaw(raw, side === 'a server' ? MASK : undefined)

const receive = (
  side: Side,
  chunks: Iterable<Uint8Array>,
  options: { maxMessageBytes?: number; textOnly?: boolean } = {},
): readonly FrameEvent[] => {
  const events: FrameEvent[] = []
  const receiver = new FrameReceiver({
    masked: side === 'a server',
    ...options,
    onEvent: (event) => events.push(event),
  })
  for (const chunk of chunks) {
    const reused = Uint8Array.from(chunk)
    receiver.write(reused)
    reused.fill(0x58)
  }
  return events
}

const receiveFrames = (frames: readonly RawFrame[], options = {}): readonly FrameEvent[] =>
  receive('a server', frames.map(encoderFor('a server')), options)

// ---- the cases of the Autobahn suite

const expectedOf = ({ returned, code, fails }: WebSocketCase) => ({
  returned: returned.map(([kind, payload]) => [kind, Buffer.from(bytesOf(payload)).toString('latin1')]),
  code,
  kind: fails ? 'failure' : 'close',
})

const outcomeOf = (events: readonly FrameEvent[]) => {
  const returned: unknown[] = []
  let end: { code: number; kind: string } | undefined
  for (const event of events) {
    if (event.kind === 'text') returned.push(['text', Buffer.from(event.text).toString('latin1')])
    else if (event.kind === 'binary') returned.push(['binary', Buffer.from(event.bytes).toString('latin1')])
    else if (event.kind === 'ping') returned.push(['pong', Buffer.from(event.payload).toString('latin1')])
    else if (event.kind !== 'pong') end = { code: event.code, kind: event.kind }
  }
  return { returned, ...end }
}

test('there are 247 cases, each with a number of its own', () => {
  assert.equal(new Set(WEBSOCKET_CASES.map(({ id }) => id)).size, 247)
  assert.equal(WEBSOCKET_CASES.length, 247)
})

for (const one of WEBSOCKET_CASES) {
  for (const side of SIDES) {
    test(`Autobahn ${one.id}: ${side} gets ${one.title}`, () => {
      const encode = encoderFor(side)
      const expected = expectedOf(one)
      assert.deepEqual(outcomeOf(receive(side, chunksOf(one, encode))), expected)
      const bytes = Buffer.concat(one.send.map(encode))
      for (const size of [1, 3, 1000, bytes.length]) {
        assert.deepEqual(outcomeOf(receive(side, cut(bytes, size))), expected, `in pieces of ${size}`)
      }
    })
  }
}

for (const { id, parts, as } of FAIL_FAST) {
  test(`Autobahn ${id}: a text that cannot become UTF-8 any more fails at once, not at its end`, () => {
    const [start, wrong] = parts
    const failed = (chunks: readonly Uint8Array[]): boolean => receive('a server', chunks).at(-1)?.kind === 'failure'
    if (as === 'fragments') {
      const begun = encodeRaw(rawFrame('text', start, { fin: false }), MASK)
      const continued = encodeRaw(rawFrame('continuation', wrong, { fin: false }), MASK)
      assert.equal(failed([begun]), false)
      assert.equal(failed([begun, continued.subarray(0, -wrong.length)]), false)
      assert.equal(failed([begun, continued]), true)
    } else {
      const whole = encodeRaw(rawFrame('text', Buffer.concat(parts)), MASK)
      const wrongAt = whole.length - parts[2].length - wrong.length + (wrong.length > 1 ? 2 : 1)
      assert.equal(failed([whole.subarray(0, wrongAt - 1)]), false)
      assert.equal(failed([whole.subarray(0, wrongAt)]), true)
    }
  })
}

// ---- the examples of RFC 6455

const examples: readonly (readonly [name: string, side: Side, bytes: string, expected: FrameEvent])[] = [
  ['an unmasked text', 'a client', '81 05 48 65 6c 6c 6f', { kind: 'text', text: 'Hello' }],
  ['a masked text', 'a server', '81 85 37 fa 21 3d 7f 9f 4d 51 58', { kind: 'text', text: 'Hello' }],
  ['a fragmented text', 'a client', '01 03 48 65 6c 80 02 6c 6f', { kind: 'text', text: 'Hello' }],
  ['a ping', 'a client', '89 05 48 65 6c 6c 6f', { kind: 'ping', payload: bytesOf('Hello') }],
  ['a masked pong', 'a server', '8a 85 37 fa 21 3d 7f 9f 4d 51 58', { kind: 'pong', payload: bytesOf('Hello') }],
]

for (const [name, side, bytes, expected] of examples) {
  test(`RFC 6455 §5.7: ${side} reads ${name}`, () => assert.deepEqual(receive(side, [hex(bytes)]), [expected]))
}

// ---- what the suite does not reach

const failures: readonly (readonly [name: string, side: Side, bytes: string, code: number, reason: RegExp])[] = [
  ['§5.1: a frame without a mask', 'a server', '81 01 61', 1002, /the frames of a client must be masked/],
  ['§5.1: a frame with a mask', 'a client', '81 81 00 00 00 00 61', 1002, /the frames of a server must not be masked/],
  ['§5.2: a length of 125 in two bytes', 'a client', '81 7e 00 7d', 1002, /fewest bytes/],
  ['§5.2: a length of 65535 in eight bytes', 'a client', '82 7f 00 00 00 00 00 00 ff ff', 1002, /fewest bytes/],
  ['§5.2: a length whose first bit is set', 'a client', '82 7f 80 00 00 00 00 00 00 00', 1002, /first bit 0/],
  ['§5.2: the longest length', 'a client', '82 7f 7f ff ff ff ff ff ff ff', 1009, /at most 4194304 bytes/],
  ['§5.2: a reserved opcode', 'a client', '83 00', 1002, /the opcode 3 is reserved/],
  ['§5.2: a reserved bit', 'a client', 'c1 00', 1002, /a reserved bit is set/],
  ['§5.5: a control frame in fragments', 'a client', '09 00', 1002, /must not be fragmented/],
  ['§5.5: a control frame of 126 bytes', 'a client', '8a 7e', 1002, /at most 125 bytes/],
  ['§5.4: a fragment of nothing', 'a client', '80 00', 1002, /no message to continue/],
  ['§5.4: a message within a message', 'a client', '01 00 82 00', 1002, /before the last one had ended/],
  ['§5.5.1: half a code', 'a client', '88 01 03', 1002, /no code or a whole one/],
  ['§7.4.1: a code that is never sent', 'a client', '88 02 03 ed', 1002, /must not hold the code 1005/],
  ['§5.5.1: a reason that is not UTF-8', 'a client', '88 03 03 e8 ff', 1007, /the reason for closing is not UTF-8/],
  ['§8.1: a text that is not UTF-8', 'a client', '81 01 ff', 1007, /a text is not UTF-8/],
]

for (const [name, side, bytes, code, reason] of failures) {
  test(`RFC 6455 ${name} fails, and nothing after it is read`, () => {
    const [event, ...more] = receive(side, [hex(bytes), hex('81 01 61'), hex('88 00')])
    assert.ok(event?.kind === 'failure')
    assert.deepEqual([event.code, more], [code, []])
    assert.match(event.reason, reason)
  })
}

test('RFC 6455 §5.5.1: the code and the reason for closing are read', () => {
  const events = receiveFrames([rawFrame('close', closing(4001, 'später'))])
  assert.deepEqual(events, [{ kind: 'close', code: 4001, reason: 'später' }])
})

test('where only text is understood, a binary message is refused by its first bytes', () => {
  const binary = encodeRaw(rawFrame('binary', new Uint8Array(1000)), MASK)
  const [event, ...more] = receive('a server', cut(binary, 8).slice(0, 1), { textOnly: true })
  assert.deepEqual(event, { kind: 'failure', code: 1003, reason: 'binary messages are not understood here' })
  assert.deepEqual(more, [])
})

test('where only text is understood, a text is read like any other', () => {
  assert.deepEqual(receiveFrames([rawFrame('text', 'abc')], { textOnly: true }), [{ kind: 'text', text: 'abc' }])
})

test('a message of exactly the limit is read', () => {
  assert.deepEqual(receiveFrames([rawFrame('text', 'abcd')], { maxMessageBytes: 4 }), [{ kind: 'text', text: 'abcd' }])
  const inTwo = [rawFrame('text', 'ab', { fin: false }), rawFrame('continuation', 'cd')]
  assert.deepEqual(receiveFrames(inTwo, { maxMessageBytes: 4 }), [{ kind: 'text', text: 'abcd' }])
})

test('a message beyond the limit is refused by the head of its frame, before a byte of it is read', () => {
  const head = encodeRaw(rawFrame('text', 'abcde'), MASK).subarray(0, 6)
  const [event] = receive('a server', [head], { maxMessageBytes: 4 })
  assert.deepEqual(event, { kind: 'failure', code: 1009, reason: 'a message has at most 4 bytes' })
})

test('the limit counts all fragments of a message, and none of the last message', () => {
  const first = rawFrame('text', 'abc', { fin: false })
  const [event] = receiveFrames([first, rawFrame('continuation', 'de', { fin: false })], { maxMessageBytes: 4 })
  assert.ok(event?.kind === 'failure')
  assert.equal(event.code, 1009)
  const twice = [rawFrame('text', 'abc'), rawFrame('text', 'def')]
  assert.equal(receiveFrames(twice, { maxMessageBytes: 4 }).length, 2)
})

test('a control frame does not count towards the limit', () => {
  const events = receiveFrames([rawFrame('ping', 'more than four')], { maxMessageBytes: 4 })
  assert.deepEqual(events, [{ kind: 'ping', payload: bytesOf('more than four') }])
})

test('a text of 4 MiB is read by default, one byte more is refused', () => {
  const frames = cut(encodeRaw(rawFrame('text', 'x'.repeat(DEFAULT_MAX_MESSAGE_BYTES)), undefined), 65_536)
  const [event] = receive('a client', frames)
  assert.ok(event?.kind === 'text')
  assert.equal(event.text.length, DEFAULT_MAX_MESSAGE_BYTES)
  const head = hex('81 7f 00 00 00 00 00 40 00 01')
  assert.deepEqual(receive('a client', [head])[0]?.kind, 'failure')
})

test('a length that is declared takes no room before its bytes have come', () => {
  const before = process.memoryUsage().arrayBuffers
  const heads = [hex('82 7f 00 00 00 00 00 40 00 00 00'), hex('02 01 00')]
  const receivers = Array.from({ length: 50 }, (_, index) => {
    const receiver = new FrameReceiver({ masked: false, onEvent: () => assert.fail() })
    receiver.write(heads[index % 2] as Uint8Array)
    return receiver
  })
  assert.ok(process.memoryUsage().arrayBuffers - before < 50 * 1024 * 1024)
  assert.equal(receivers.length, 50)
})

test('a text after one whose last fragment ended within its piece is checked anew', () => {
  const bytes = bytesOf('é')
  const inTwo = [rawFrame('text', bytes.subarray(0, 1), { fin: false }), rawFrame('continuation', bytes.subarray(1))]
  assert.deepEqual(receiveFrames([...inTwo, ...inTwo]), [
    { kind: 'text', text: 'é' },
    { kind: 'text', text: 'é' },
  ])
})

test('fragments without end take no room when they are empty', () => {
  const empty = rawFrame('continuation', '', { fin: false })
  const frames = [rawFrame('text', 'a', { fin: false }), ...Array(10_000).fill(empty), rawFrame('continuation', 'b')]
  assert.deepEqual(receiveFrames(frames, { maxMessageBytes: 2 }), [{ kind: 'text', text: 'ab' }])
})

// Quadratic cost would take minutes here.
test('a message in very many fragments of one byte is put together', () => {
  const fragment = encodeRaw(rawFrame('continuation', 'x', { fin: false }), undefined)
  const many = Buffer.alloc(fragment.length * 200_000, fragment)
  const head = encodeRaw(rawFrame('text', '', { fin: false }), undefined)
  const [event] = receive('a client', [head, many, encodeRaw(rawFrame('continuation', ''), undefined)])
  assert.ok(event?.kind === 'text')
  assert.equal(event.text.length, 200_000)
})

test('a message in very many pieces of one byte is put together', () => {
  const bytes = encodeRaw(rawFrame('binary', new Uint8Array(200_000).fill(7)), MASK)
  const [event] = receive('a server', cut(bytes, 1))
  assert.ok(event?.kind === 'binary')
  assert.deepEqual(event.bytes, new Uint8Array(200_000).fill(7))
})

// ---- properties

const anyMask = fc.uint8Array({ minLength: 4, maxLength: 4 })
const anyText = fc.string({ unit: fc.constantFrom('a', 'é', '世', '🌍', '\ufeff', '\0'), maxLength: 300 })
const anyMessage: fc.Arbitrary<FrameEvent> = fc.oneof(
  anyText.map((text): FrameEvent => ({ kind: 'text', text })),
  fc.uint8Array({ maxLength: 70_000, size: 'medium' }).map((bytes): FrameEvent => ({ kind: 'binary', bytes })),
  fc
    .tuple(fc.constantFrom<'ping' | 'pong'>('ping', 'pong'), fc.uint8Array({ maxLength: 125 }))
    .map(([kind, payload]): FrameEvent => ({ kind, payload })),
)

const encode = (event: FrameEvent, mask: Uint8Array | undefined): Uint8Array => {
  if (event.kind === 'text') return frame(Opcode.Text, bytesOf(event.text), { mask })
  if (event.kind === 'binary') return frame(Opcode.Binary, event.bytes, { mask })
  if (event.kind === 'ping') return frame(Opcode.Ping, event.payload, { mask })
  if (event.kind === 'pong') return frame(Opcode.Pong, event.payload, { mask })
  return frame(Opcode.Close, closing(event.code, event.reason), { mask })
}

const anySizes = fc.array(fc.nat({ max: 40 }), { maxLength: 60 })

test('what a side sends, the other reads, however it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(anyMessage, { maxLength: 6 }),
      anySizes,
      fc.option(anyMask, { nil: undefined }),
      (messages, sizes, mask) => {
        const bytes = Buffer.concat(messages.map((message) => encode(message, mask)))
        const read = receive(mask ? 'a server' : 'a client', cutAt(bytes, sizes))
        assert.deepEqual(read, messages)
      },
    ),
    { numRuns: 300 },
  )
})
