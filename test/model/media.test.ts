import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mediaTypeOfBytes, mediaTypeOfPath } from '../../src/model/media.ts'

/** One byte for each character. */
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

const signatures: readonly (readonly [mediaType: string, start: string])[] = [
  ['image/png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
  ['image/jpeg', '\xff\xd8\xff\xe0\0\x10JFIF\0'],
  ['image/gif', 'GIF89a\x01\0\x01\0'],
  ['image/gif', 'GIF87a\x01\0\x01\0'],
  ['image/webp', 'RIFF\x24\0\0\0WEBPVP8 '],
  ['image/avif', '\0\0\0\x1cftypavif\0\0\0\0avifmif1'],
  ['image/avif', '\0\0\0\x1cftypavis\0\0\0\0avis'],
  ['image/avif', '\0\0\0\x1cftypmif1\0\0\0\0mif1avif'],
  ['image/heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
  ['image/heic', '\0\0\0\x18ftypheix\0\0\0\0'],
  ['image/heic', '\0\0\0\x18ftypmif1\0\0\0\0mif1heic'],
  ['image/heic-sequence', '\0\0\0\x18ftyphevc\0\0\0\0'],
  ['image/heif', '\0\0\0\x18ftypmif1\0\0\0\0mif1'],
  ['image/heif-sequence', '\0\0\0\x18ftypmsf1\0\0\0\0'],
  ['image/jxl', '\xff\x0a\xfa\x1f'],
  ['image/jxl', '\0\0\0\x0cJXL \r\n\x87\n'],
  ['image/bmp', 'BM\x46\0\0\0\0\0\0\0\x36'],
  ['image/tiff', 'II*\0\x08\0\0\0'],
  ['image/tiff', 'MM\0*\0\0\0\x08'],
  ['image/vnd.microsoft.icon', '\0\0\x01\0\x01\0\x10\x10'],
  ['audio/wav', 'RIFF\x24\0\0\0WAVEfmt '],
  ['audio/aiff', 'FORM\0\0\0\x2eAIFFCOMM'],
  ['audio/aiff', 'FORM\0\0\0\x2eAIFCFVER'],
  ['audio/mpeg', 'ID3\x04\0\0'],
  ['audio/mpeg', '\xff\xfb\x90\x44'],
  ['audio/mpeg', '\xff\xfa\x90\x44'],
  ['audio/mpeg', '\xff\xf3\x90\x44'],
  ['audio/mpeg', '\xff\xf2\x90\x44'],
  ['audio/mpeg', '\xff\xe3\x90\x44'],
  ['audio/mpeg', '\xff\xe2\x90\x44'],
  ['audio/aac', '\xff\xf1\x50\x80'],
  ['audio/aac', '\xff\xf0\x50\x80'],
  ['audio/aac', '\xff\xf9\x50\x80'],
  ['audio/aac', '\xff\xf8\x50\x80'],
  ['audio/ogg', 'OggS\0\x02'],
  ['audio/flac', 'fLaC\0\0\0\x22'],
  ['audio/midi', 'MThd\0\0\0\x06'],
  ['audio/mp4', '\0\0\0\x20ftypM4A \0\0\0\0'],
  ['audio/mp4', '\0\0\0\x20ftypM4B \0\0\0\0'],
  ['video/quicktime', '\0\0\0\x14ftypqt  \0\0\0\0'],
  ['video/3gpp', '\0\0\0\x14ftyp3gp4\0\0\0\0'],
  ['video/mp4', '\0\0\0\x20ftypisom\0\0\x02\0isomiso2'],
  ['video/webm', '\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webmB\x87\x81\x04'],
  ['video/x-matroska', '\x1aE\xdf\xa3\xa3B\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x88matroska'],
  ['video/x-msvideo', 'RIFF\x24\0\0\0AVI LIST'],
  ['application/pdf', '%PDF-1.7\n'],
  ['application/zip', 'PK\x03\x04\x14\0'],
  ['application/gzip', '\x1f\x8b\x08\0'],
]

for (const [mediaType, start] of signatures) {
  test(`${mediaType} begins with ${JSON.stringify(start)}, whatever follows`, () => {
    fc.assert(
      fc.property(fc.uint8Array(), (rest) => {
        const bytes = Uint8Array.from([...latin1(start), ...new Array<number>(64).fill(0), ...rest])
        assert.equal(mediaTypeOfBytes(bytes), mediaType)
      }),
      { numRuns: 10 },
    )
  })
}

const svgs: readonly (readonly [name: string, text: string])[] = [
  ['alone', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['without attributes', '<svg></svg>'],
  ['in upper case', '<SVG>'],
  ['after white space', '\n \t<svg\n>'],
  ['after a byte order mark', '\ufeff<svg/>'],
  ['after a prolog', '<?xml version="1.0" encoding="UTF-8"?>\n<svg/>'],
  ['after comments', '<?xml version="1.0"?><!-- <b> -- > --><!----> <svg/>'],
  [
    'after a document type',
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n<svg/>',
  ],
  ['after a document type with entities', '<!DOCTYPE svg [ <!ENTITY a "b"> ] >\n<!-- c -->\n<svg/>'],
  ['with text above ASCII', '<!-- 世界 --><svg/>'],
]

for (const [name, text] of svgs) {
  test(`image/svg+xml ${name}`, () => assert.equal(mediaTypeOfBytes(new TextEncoder().encode(text)), 'image/svg+xml'))
}

const unknown: readonly (readonly [name: string, text: string])[] = [
  ['nothing', ''],
  ['text', 'Hello, world'],
  ['text that begins like a bitmap', 'BMW builds cars'],
  ['HTML with an SVG inside', '<!DOCTYPE html><html><svg/></html>'],
  ['other XML', '<?xml version="1.0"?><feed/>'],
  ['an element whose name begins with svg', '<svgfoo/>'],
  ['an SVG in a comment', '<!-- <svg/> -->'],
  ['a comment without an end', `<!-- ${'<svg/>'.repeat(10)}`],
  ['a RIFF of another form', 'RIFF\x24\0\0\0ACONLIST'],
  ['an EBML document of another type', '\x1aE\xdf\xa3\x8bB\x82\x84abcd'],
  ['a cut signature', '\x89PNG\r\n'],
]

for (const [name, text] of unknown) {
  test(`no media type: ${name}`, () => assert.equal(mediaTypeOfBytes(latin1(text)), undefined))
}

test('whatever the bytes are, the answer is a media type or undefined', () => {
  const tags = fc.string({
    unit: fc.constantFrom('<!--', '-->', '<?xml', '?>', '<!DOCTYPE ', '[', ']', '>', '<svg', ' '),
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), tags.map(latin1)), (bytes) => {
      const mediaType = mediaTypeOfBytes(bytes)
      assert.ok(mediaType === undefined || /^(image|audio|video|application)\/[\w.+-]+$/.test(mediaType))
    }),
  )
})

test('markup that never becomes an SVG is read in one pass', () => {
  for (const piece of ['<!---->', '<!-- -->', '<!--', '<!DOCTYPE a[', '<!DOCTYPE a[]>', '<?xml?>', ' ']) {
    assert.equal(mediaTypeOfBytes(latin1(piece.repeat(10_000))), undefined)
  }
})

const paths: readonly (readonly [path: string, expected: string | undefined])[] = [
  ['a.txt', 'text/plain'],
  ['notes/Today.MD', 'text/markdown'],
  ['/srv/a.b/c.json', 'application/json'],
  ['C:\\photos\\cat.JPEG', 'image/jpeg'],
  ['file:///a/b.svg', 'image/svg+xml'],
  ['report.final.pdf', 'application/pdf'],
  ['song.mp3', 'audio/mpeg'],
  ['voice.wav', 'audio/wav'],
  ['data.csv', 'text/csv'],
  ['main.ts', 'text/x-typescript'],
  ['sheet.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['config.yml', 'application/yaml'],
  ['', undefined],
  ['README', undefined],
  ['a.', undefined],
  ['.json', undefined],
  ['folder/.json', undefined],
  ['folder\\.json', undefined],
  ['a.json/b', undefined],
  ['a.unknown', undefined],
  ['a.constructor', undefined],
  ['a.__proto__', undefined],
]

for (const [path, expected] of paths) {
  test(`the media type of the path ${JSON.stringify(path)}`, () => assert.equal(mediaTypeOfPath(path), expected))
}

test('the extension and the first bytes agree', () => {
  const extensions =
    'png jpg gif webp avif heic heif jxl bmp tiff ico wav aiff mp3 aac ogg flac midi m4a mov 3gp mp4 webm mkv avi pdf zip gz'
  const found = new Set(signatures.map(([mediaType]) => mediaType))
  for (const extension of extensions.split(' ')) {
    assert.ok(found.has(mediaTypeOfPath(`a.${extension}`) ?? ''), extension)
  }
})
