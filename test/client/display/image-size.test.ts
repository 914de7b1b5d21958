import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { imageSize } from '../../../src/client/display/image-size.ts'
import { latin1, PNG } from './samples.ts'

const JPEG_START = '\xff\xd8'
const APP0 = '\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0'
const frame = (marker: string): string => `\xff${marker}\0\x11\x08\x01\xe0\x02\x80\x03`
const webp = (chunk: string): string => `RIFF\x24\0\0\0WEBP${chunk}`

const known: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ['PNG', PNG],
  ['GIF', latin1('GIF89a\x80\x02\xe0\x01')],
  ['JPEG', latin1(JPEG_START + APP0 + frame('\xc0'))],
  ['progressive JPEG', latin1(JPEG_START + APP0 + frame('\xc2'))],
  ['JPEG with tables before the frame', latin1(`${JPEG_START}\xff\xc4\0\x03a\xff\xdb\0\x02${frame('\xc1')}`)],
  [
    'JPEG with fill bytes and a marker that has no segment',
    latin1(`${JPEG_START}\xff\xff\xff\x01\xff${frame('\xc0')}`),
  ],
  ['lossy WebP', latin1(webp('VP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x42\xe0\x41'))],
  ['lossless WebP', latin1(webp('VP8L\0\0\0\0\x2f\x7f\xc2\x77\0'))],
  ['extended WebP', latin1(webp('VP8X\x0a\0\0\0\x10\0\0\0\x7f\x02\0\xdf\x01\0'))],
]

const unknown: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ['nothing', latin1('')],
  ['what is no image', latin1('plain text')],
  ['formats whose header is not read', latin1('BM\x46\0\0\0\0\0\0\0\x36')],
  ['a PNG that is cut off', PNG.subarray(0, 20)],
  ['a JPEG that ends before its frame', latin1(JPEG_START + APP0)],
  ['a JPEG whose scan begins before its frame', latin1(`${JPEG_START}\xff\xda\0\x02\0\0`)],
  ['a JPEG with something else between its segments', latin1(`${JPEG_START}\xff\xe0\0\x02\0\0\0`)],
  ['a WebP of a chunk that is not known', latin1(webp('ABCD\0\0\0\0'))],
]

describe('imageSize', () => {
  for (const [what, bytes] of known) {
    it(`reads the size of a ${what} file`, () => assert.deepEqual(imageSize(bytes), { width: 640, height: 480 }))
  }

  for (const [what, bytes] of unknown) {
    it(`knows no size of ${what}`, () => assert.equal(imageSize(bytes), undefined))
  }

  it('reads bytes that stand in the middle of a larger buffer', () => {
    const buffer = new Uint8Array(100)
    buffer.set(PNG, 7)
    assert.deepEqual(imageSize(buffer.subarray(7, 7 + PNG.length)), { width: 640, height: 480 })
  })

  it('tells the greatest size that extended WebP can have', () => {
    const bytes = latin1(webp('VP8X\x0a\0\0\0\x10\0\0\0\xff\xff\xff\xff\xff\xff'))
    assert.deepEqual(imageSize(bytes), { width: 2 ** 24, height: 2 ** 24 })
  })

  it('never throws, and never loops, whatever follows the signature', () => {
    const starts = known.map(([, bytes]) => bytes.subarray(0, 16))
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 60 }), (start, rest) => {
        const size = imageSize(new Uint8Array([...start, ...rest]))
        assert.ok(size === undefined || (size.width >= 0 && size.height >= 0))
      }),
    )
  })
})
