import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type DisplayOptions, display } from '../../../src/client/display/index.ts'
import { encodeBase64 } from '../../../src/wire/base64.ts'
import { latin1, PNG, PNG_BASE64 } from './samples.ts'

const GIF = encodeBase64(latin1('GIF89a\x80\x02\xe0\x01'))

const image = (data: string, mimeType = 'image/png') => ({ content: [{ type: 'image', data, mimeType }] })

const shown = (value: unknown, options: DisplayOptions = {}): string =>
  display(value, { color: false, width: 100, ...options })

describe('images and other bytes', () => {
  const placeholders: readonly (readonly [what: string, value: unknown, line: string])[] = [
    ['an image with its size in bytes and pixels', image(PNG_BASE64), '[image image/png, 29 B, 640×480]'],
    ['an image of unknown size in pixels', image('AAAA', 'image/avif'), '[image image/avif, 3 B]'],
    ['data that is not base64', image('no base64!'), '[image image/png, not base64]'],
    ['an empty image', image('', ''), '[image, 0 B]'],
    ['a media type with an escape in it', image('AAAA', '\x1b[2J'), '[image ␛[2J, 3 B]'],
    ['999 bytes', image(encodeBase64(new Uint8Array(999))), '[image image/png, 999 B]'],
    ['1,000 bytes', image(encodeBase64(new Uint8Array(1000))), '[image image/png, 1.0 KB]'],
    ['12,345 bytes', image(encodeBase64(new Uint8Array(12_345))), '[image image/png, 12.3 KB]'],
    ['almost a megabyte', image(encodeBase64(new Uint8Array(999_950))), '[image image/png, 1.0 MB]'],
  ]
  for (const [what, value, line] of placeholders) {
    it(`puts a line in the place of ${what}`, () => assert.equal(shown(value), line))
  }

  const sizes: readonly (readonly [size: number, told: string])[] = [
    [0, 'a://b, 0 B'],
    [2.5e9, 'a://b, 2.5 GB'],
    [7e12, 'a://b, 7.0 TB'],
    [7e15, 'a://b, 7000.0 TB'],
    [-1, 'a://b'],
    [Number.POSITIVE_INFINITY, 'a://b'],
  ]
  for (const [size, told] of sizes) {
    it(`tells of a resource of ${size} bytes: ${told}`, () => {
      assert.equal(shown({ type: 'resource_link', uri: 'a://b', name: 'b', size }), `→ b (${told})`)
    })
  }

  it('draws images with the protocol of iTerm2', () => {
    assert.equal(
      shown(image(GIF), { images: 'iterm2' }),
      `\x1b]1337;File=inline=1;size=10;width=80;preserveAspectRatio=1:${GIF}\x07`,
    )
  })

  it('draws images with the protocol of kitty', () => {
    assert.equal(shown(image(PNG_BASE64), { images: 'kitty' }), `\x1b_Ga=T,f=100,q=2,c=80,m=0;${PNG_BASE64}\x1b\\`)
  })

  it('sends large images to kitty in chunks', () => {
    const bytes = new Uint8Array(7000)
    bytes.set(PNG)
    const base64 = encodeBase64(bytes)
    assert.equal(
      shown(image(base64), { images: 'kitty' }),
      [
        `\x1b_Ga=T,f=100,q=2,c=80,m=1;${base64.slice(0, 4096)}\x1b\\`,
        `\x1b_Gq=2,m=1;${base64.slice(4096, 8192)}\x1b\\`,
        `\x1b_Gq=2,m=0;${base64.slice(8192)}\x1b\\`,
      ].join(''),
    )
  })

  it('draws no image wider than the page', () => {
    assert.match(shown(image(PNG_BASE64), { images: 'kitty', width: 30 }), /,c=30,/)
    assert.match(shown(image(PNG_BASE64), { images: 'iterm2', width: 1 }), /;width=1;/)
  })

  it('draws images of prompts and resources, indented as their text is', () => {
    const content = { type: 'image', data: PNG_BASE64, mimeType: 'image/png' }
    assert.equal(
      shown({ messages: [{ role: 'user', content }] }, { images: 'kitty' }),
      `user\n  \x1b_Ga=T,f=100,q=2,c=80,m=0;${PNG_BASE64}\x1b\\`,
    )
    const contents = [{ uri: 'a://b', mimeType: 'image/png', blob: PNG_BASE64 }]
    assert.match(shown({ contents }, { images: 'iterm2' }), /^a:\/\/b \(image\/png\)\n.\]1337;File=/)
  })

  it('keeps the placeholder of what the protocol does not draw', () => {
    assert.equal(shown(image(GIF, 'image/gif'), { images: 'kitty' }), '[image image/gif, 10 B, 640×480]')
    assert.equal(shown(image('AAAA'), { images: 'iterm2' }), '[image image/png, 3 B]')
    assert.equal(shown(image('\x07\x1b[2J'), { images: 'iterm2' }), '[image image/png, not base64]')
    const sound = { content: [{ type: 'audio', data: PNG_BASE64, mimeType: 'audio/wav' }] }
    assert.equal(shown(sound, { images: 'kitty' }), '[audio audio/wav, 29 B]')
  })
})
