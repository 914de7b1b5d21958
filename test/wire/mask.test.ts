import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyMask } from '../../src/wire/mask.ts'

const anyMask = fc.uint8Array({ minLength: 4, maxLength: 4 })

test('RFC 6455 §5.3: each byte is combined with the byte of the mask whose turn it is, wherever the bytes stand', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300, size: 'max' }),
      anyMask,
      fc.nat({ max: 7 }),
      fc.nat({ max: 9 }),
      (payload, mask, before, phase) => {
        const around = new Uint8Array(before + payload.length + 5).fill(0xaa)
        around.set(payload, before)
        applyMask(around.subarray(before, before + payload.length), mask, phase)
        const expected = payload.map((byte, index) => byte ^ (mask[(phase + index) % 4] as number))
        assert.deepEqual(around.subarray(before, before + payload.length), expected)
        assert.deepEqual([...around.subarray(0, before)], Array(before).fill(0xaa))
        assert.deepEqual([...around.subarray(before + payload.length)], Array(5).fill(0xaa))
      },
    ),
    { numRuns: 1000 },
  )
})

test('what is masked twice is as it was, also when the second time is in pieces', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500, size: 'max' }), anyMask, fc.nat(), (payload, mask, at) => {
      const bytes = payload.slice()
      const cut = payload.length === 0 ? 0 : at % payload.length
      applyMask(bytes, mask)
      applyMask(bytes.subarray(0, cut), mask)
      applyMask(bytes.subarray(cut), mask, cut)
      assert.deepEqual(bytes, payload)
    }),
  )
})
