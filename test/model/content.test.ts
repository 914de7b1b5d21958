import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { audio, createServer, embed, image, link, result, text, user } from '../../src/index.ts'
import { isBlock, isMessages, isResult, resourceContents } from '../../src/model/content.ts'
import { resultOf, VERSIONS } from '../support/messages.ts'

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const WAV = Uint8Array.from('RIFF\x24\0\0\0WAVE', (character) => character.charCodeAt(0))
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const annotations = { audience: ['user'], priority: 0.5, lastModified: '2026-07-28T00:00:00Z' } as const
const meta = { 'example.com/a': 1 }

/** What a block looks like on the wire. */
const wire = (value: object): unknown => JSON.parse(JSON.stringify(value))

const temporaryFile = async (bytes: Uint8Array, use: (path: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'content-'))
  try {
    const path = join(folder, 'file')
    await writeFile(path, bytes)
    await use(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('content helpers', () => {
  const blocks: readonly (readonly [string, object, object])[] = [
    ['text', text('Booked.'), { type: 'text', text: 'Booked.' }],
    ['text, empty', text(''), { type: 'text', text: '' }],
    ['text, with everything', text('a', { annotations, meta }), { type: 'text', text: 'a', annotations, _meta: meta }],
    ['image of bytes', image(PNG), { type: 'image', data: base64(PNG), mimeType: 'image/png' }],
    ['image of a Buffer', image(Buffer.from(PNG)), { type: 'image', data: base64(PNG), mimeType: 'image/png' }],
    ['image of an ArrayBuffer', image(PNG.buffer), { type: 'image', data: base64(PNG), mimeType: 'image/png' }],
    [
      'image of a part of a buffer',
      image(new Uint8Array(Uint8Array.of(0, ...PNG).buffer, 1)),
      { type: 'image', data: base64(PNG), mimeType: 'image/png' },
    ],
    [
      'image of base64',
      image({ base64: 'YQ==', mimeType: 'image/webp' }, { annotations, meta }),
      { type: 'image', data: 'YQ==', mimeType: 'image/webp', annotations, _meta: meta },
    ],
    [
      'image of a type that was named',
      image(Uint8Array.of(1), { mimeType: 'image/x-own' }),
      { type: 'image', data: 'AQ==', mimeType: 'image/x-own' },
    ],
    ['audio of bytes', audio(WAV), { type: 'audio', data: base64(WAV), mimeType: 'audio/wav' }],
    [
      'audio of base64',
      audio({ base64: 'YQ==', mimeType: 'audio/mpeg' }, { mimeType: 'audio/mp3' }),
      { type: 'audio', data: 'YQ==', mimeType: 'audio/mp3' },
    ],
    ['link', link('note://1', { name: 'One' }), { type: 'resource_link', uri: 'note://1', name: 'One' }],
    [
      'link, with everything',
      link('note://1', { name: 'One', title: 'T', description: 'D', mimeType: 'a/b', size: 3, annotations, meta }),
      {
        type: 'resource_link',
        uri: 'note://1',
        name: 'One',
        title: 'T',
        description: 'D',
        mimeType: 'a/b',
        size: 3,
        annotations,
        _meta: meta,
      },
    ],
    [
      'embedded text',
      embed({ uri: 'note://1', text: '# One' }),
      { type: 'resource', resource: { uri: 'note://1', mimeType: 'text/plain', text: '# One' } },
    ],
    [
      'embedded bytes',
      embed({ uri: 'note://1', blob: PNG, meta }, { annotations, meta }),
      {
        type: 'resource',
        resource: { uri: 'note://1', mimeType: 'image/png', blob: base64(PNG), _meta: meta },
        annotations,
        _meta: meta,
      },
    ],
    [
      'embedded bytes of no known type',
      embed({ uri: 'note://1', blob: Uint8Array.of(1).buffer }),
      { type: 'resource', resource: { uri: 'note://1', mimeType: 'application/octet-stream', blob: 'AQ==' } },
    ],
    [
      'embedded base64',
      embed({ uri: 'note://1', mimeType: 'a/b', blob: 'AQ==' }),
      { type: 'resource', resource: { uri: 'note://1', mimeType: 'a/b', blob: 'AQ==' } },
    ],
    [
      'embedded base64 of no known type',
      embed({ uri: 'note://1', blob: '' }),
      { type: 'resource', resource: { uri: 'note://1', mimeType: 'application/octet-stream', blob: '' } },
    ],
  ]

  for (const [name, block, expected] of blocks) {
    it(`${name}: a frozen, branded block`, () => {
      assert.deepEqual(wire(block), expected)
      assert.ok(isBlock(block))
      assert.ok(Object.isFrozen(block))
    })
  }

  it('read files, whose first bytes tell the media type', async () => {
    await temporaryFile(PNG, async (path) => {
      const block = await image.fromFile(path, { annotations })
      assert.deepEqual(wire(block), { type: 'image', data: base64(PNG), mimeType: 'image/png', annotations })
      assert.deepEqual(wire(await image.fromFile(pathToFileURL(path))), wire(image(PNG)))
      await assert.rejects(audio.fromFile(path), {
        message: "audio: this is image/png; pass { mimeType: 'audio/…' }, or use embed(…) for other data",
      })
    })
    await temporaryFile(WAV, async (path) => assert.deepEqual(wire(await audio.fromFile(path)), wire(audio(WAV))))
    await assert.rejects(image.fromFile('/nowhere/at/all.png'), { code: 'ENOENT' })
  })

  it('PY-152: read a file once: what came of it is there when the file is gone', async () => {
    let block: Awaited<ReturnType<typeof image.fromFile>> | undefined
    await temporaryFile(PNG, async (path) => {
      block = await image.fromFile(path)
    })
    const server = createServer({ name: 'test', version: '1.0.0' }).prompt('show', () =>
      user([block ?? '', block ?? '']),
    )
    for (const version of VERSIONS) {
      const { messages } = await resultOf(server, version, 'prompts/get', { name: 'show' })
      const expected = { type: 'image', data: base64(PNG), mimeType: 'image/png' }
      assert.deepEqual(
        messages.map(({ content }: { content: unknown }) => content),
        [expected, expected],
      )
    }
  })

  // biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
  const any = (value: unknown): any => value

  const mistakes: readonly (readonly [string, () => unknown, string])[] = [
    ['text of a number', () => text(any(42)), 'text: the content must be a string, got 42'],
    [
      'image of a path',
      () => image(any('logo.png'), { mimeType: 'image/png' }),
      'image: pass bytes, { base64, mimeType }, or await image.fromFile(path); got "logo.png"',
    ],
    [
      'audio of a number',
      () => audio(any(5)),
      'audio: pass bytes, { base64, mimeType }, or await audio.fromFile(path); got 5',
    ],
    [
      'image of a data: URL',
      () => image({ base64: 'data:image/png;base64,AQ==', mimeType: 'image/png' }),
      'image: base64 must be base64, got "data:image/png;base64,AQ=="; of a data: URL, only what follows the comma is',
    ],
    [
      'image of base64 without a type',
      () => image(any({ base64: 'AQ==' })),
      "image: nothing tells its media type; pass { mimeType: 'image/…' }, or use embed(…) for other data",
    ],
    [
      'image of unknown bytes',
      () => image(Uint8Array.of(1, 2, 3)),
      "image: nothing tells its media type; pass { mimeType: 'image/…' }, or use embed(…) for other data",
    ],
    [
      'image of no bytes',
      () => image(new Uint8Array()),
      "image: nothing tells its media type; pass { mimeType: 'image/…' }, or use embed(…) for other data",
    ],
    [
      'image of sound',
      () => image(WAV),
      "image: this is audio/wav; pass { mimeType: 'image/…' }, or use embed(…) for other data",
    ],
    ['link without a URI', () => link(any(undefined), { name: 'a' }), 'link: the URI must be a string, got undefined'],
    [
      'link without options',
      () => link('a://b', any(undefined)),
      'link: the name, as in link(uri, { name }), must be a string, got undefined',
    ],
    ['embed of nothing', () => embed(any(undefined)), 'embed: the "uri" must be a string, got undefined'],
    ['embed without a URI', () => embed(any({ text: 'a' })), 'embed: the "uri" must be a string, got undefined'],
    [
      'embed without contents',
      () => embed(any({ uri: 'a://b' })),
      'contents of "a://b": they need text, a string, or blob, which is bytes or base64',
    ],
    [
      'embed of a text that is none',
      () => embed(any({ uri: 'a://b', text: 5 })),
      'contents of "a://b": they need text, a string, or blob, which is bytes or base64',
    ],
    [
      'embed of a text in the place of base64',
      () => embed({ uri: 'a://b', blob: 'Hello, world!' }),
      'contents of "a://b": blob must be base64, got "Hello, world!"; of a data: URL, only what follows the comma is',
    ],
  ]

  for (const [name, make, message] of mistakes) {
    it(`${name}: an error that says what to pass`, () => {
      assert.throws(make, { name: 'TypeError', message })
    })
  }

  it('cannot be forged: what has the same shape is no block, and JSON cannot carry the brand', () => {
    for (const forged of [wire(text('a')), { ...text('a') }, structuredClone(text('a')), 'text', null, undefined, 5]) {
      assert.equal(isBlock(forged), false)
    }
    assert.equal(isResult(wire(result({ content: 'a' }))), false)
    assert.equal(isMessages(wire(user('a'))), false)
    assert.equal(isBlock(result({ content: 'a' })), false)
    assert.equal(isResult(user('a')), false)
  })

  it('are understood by another copy of this package: the brand is a registered symbol', () => {
    const brand = Symbol.for('fluent-mcp.brand')
    const foreign = Object.defineProperty({ type: 'text', text: 'a' }, brand, { value: 'block' })
    assert.ok(isBlock(foreign))
  })
})

describe('resourceContents', () => {
  it('fills in the URI, and the media type that is known best', () => {
    assert.deepEqual(resourceContents({ text: 'a' }, 'a://b'), { uri: 'a://b', mimeType: 'text/plain', text: 'a' })
    assert.deepEqual(resourceContents({ text: 'a' }, 'a://b', 'x/y'), { uri: 'a://b', mimeType: 'x/y', text: 'a' })
    const own = { uri: 'own://1', mimeType: 'own/type', text: 'a', meta }
    assert.deepEqual(resourceContents(own, 'a://b', 'x/y'), {
      uri: 'own://1',
      mimeType: 'own/type',
      text: 'a',
      _meta: meta,
    })
    assert.equal(resourceContents({ blob: PNG }, 'a://b', 'x/y').mimeType, 'x/y')
  })

  it('takes the blob where the text is left undefined', () => {
    const contents = resourceContents({ text: undefined, blob: 'AQ==' } as never, 'a://b')
    assert.deepEqual(contents, { uri: 'a://b', mimeType: 'application/octet-stream', blob: 'AQ==' })
  })
})
