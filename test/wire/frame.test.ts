import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { frame, Opcode } from '../../src/wire/frame.ts'
import { bytesOf, decodeRaw, encodeRaw, hex, rawFrame } from '../support/frames.ts'

const MASK = hex('37 fa 21 3d')
const HELLO = bytesOf('Hello')

const headOf = (bytes: Uint8Array, length: number): string => Buffer.from(bytes.subarray(0, length)).toString('hex')

test('RFC 6455 §5.7: writes the frames of the examples', () => {
  assert.deepEqual(frame(Opcode.Text, HELLO), hex('81 05 48 65 6c 6c 6f'))
  assert.deepEqual(frame(Opcode.Text, HELLO, { mask: MASK }), hex('81 85 37 fa 21 3d 7f 9f 4d 51 58'))
  assert.deepEqual(frame(Opcode.Ping, HELLO), hex('89 05 48 65 6c 6c 6f'))
  assert.deepEqual(frame(Opcode.Pong, HELLO, { mask: MASK }), hex('8a 85 37 fa 21 3d 7f 9f 4d 51 58'))
  assert.equal(headOf(frame(Opcode.Binary, new Uint8Array(256)), 4), '827e0100')
  assert.equal(headOf(frame(Opcode.Binary, new Uint8Array(65_536)), 10), '827f0000000000010000')
})

const lengths: readonly (readonly [length: number, head: string, masked: string])[] = [
  [0, '8200', '8280'],
  [1, '8201', '8281'],
  [125, '827d', '82fd'],
  [126, '827e007e', '82fe007e'],
  [65_535, '827effff', '82feffff'],
  [65_536, '827f0000000000010000', '82ff0000000000010000'],
]

for (const [length, head, masked] of lengths) {
  test(`RFC 6455 §5.2: a length of ${length} is written in the fewest bytes`, () => {
    const payload = new Uint8Array(length).fill(7)
    const plain = frame(Opcode.Binary, payload)
    assert.equal(headOf(plain, head.length / 2), head)
    assert.equal(plain.length, head.length / 2 + length)
    const hidden = frame(Opcode.Binary, payload, { mask: MASK })
    assert.equal(headOf(hidden, head.length / 2 + 4), `${masked}37fa213d`)
    assert.equal(hidden.length, head.length / 2 + 4 + length)
  })
}

test('the payload is left as it was', () => {
  const payload = bytesOf('Hello')
  frame(Opcode.Text, payload, { mask: MASK })
  assert.deepEqual(payload, HELLO)
})

test('any frame is what a plain writer makes of it, and what a plain reader reads', () => {
  const anyOpcode = fc.constantFrom(...Object.values(Opcode))
  const anyMask = fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined })
  fc.assert(
    fc.property(anyOpcode, fc.uint8Array({ maxLength: 70_000, size: 'large' }), anyMask, (opcode, payload, mask) => {
      const bytes = frame(opcode, payload, { mask })
      assert.ok(Buffer.from(bytes).equals(encodeRaw(rawFrame(opcode, payload), mask)))
      assert.deepEqual(decodeRaw(bytes), [{ opcode, payload, fin: true, reserved: 0 }])
    }),
    { numRuns: 200 },
  )
})
