import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accepts, mediaTypeOf } from '../../src/wire/media-type.ts'

const contentTypes: readonly (readonly [contentType: string | undefined, expected: string | undefined])[] = [
  [undefined, undefined],
  ['', undefined],
  ['application/json', 'application/json'],
  ['Application/JSON', 'application/json'],
  [' application/json\t', 'application/json'],
  ['application/json;', 'application/json'],
  ['application/json; charset=utf-8', 'application/json'],
  ['application/json ;charset="utf-8"', 'application/json'],
  ['application/json;;a=b;', 'application/json'],
  ['application/vnd.api+json', 'application/vnd.api+json'],
  ['text/plain; a=application/json', 'text/plain'],
  ['text/plain; a="x, application/json; \\", y"', 'text/plain'],
  ['application/json, application/json', undefined],
  ['application/json; charset=utf-8, application/json', undefined],
  ['application/json; a="', undefined],
  ['application/json; a="b\\"', undefined],
  ['application', undefined],
  ['/json', undefined],
  ['application/', undefined],
  ['application/json/x', undefined],
  ['application /json', undefined],
  ['application/json charset=utf-8', undefined],
]

for (const [contentType, expected] of contentTypes) {
  test(`RFC 9110 §8.3.1: the media type of ${JSON.stringify(contentType)}`, () =>
    assert.equal(mediaTypeOf(contentType), expected))
}

const JSON_TYPE = 'application/json'
const EVENTS = 'text/event-stream'

const headers: readonly (readonly [accept: string | undefined, mediaType: string, expected: boolean])[] = [
  [undefined, JSON_TYPE, true],
  ['', JSON_TYPE, true],
  [' , ', JSON_TYPE, true],
  ['application/json', JSON_TYPE, true],
  ['application/json', EVENTS, false],
  ['application/json, text/event-stream', JSON_TYPE, true],
  ['application/json, text/event-stream', EVENTS, true],
  ['application/json, text/event-stream', 'text/html', false],
  ['text/event-stream,application/json', JSON_TYPE, true],
  ['TEXT/Event-Stream', EVENTS, true],
  ['*/*', EVENTS, true],
  ['text/*', EVENTS, true],
  ['application/*', EVENTS, false],
  ['application/*', JSON_TYPE, true],
  ['application/jsonx', JSON_TYPE, false],
  ['x-application/json', JSON_TYPE, false],
  ['*', JSON_TYPE, false],
  ['*/json', JSON_TYPE, false],
  ['garbage', JSON_TYPE, false],
  ['application/json;q=0', JSON_TYPE, false],
  ['application/json ; Q=0.000', JSON_TYPE, false],
  ['application/json;q=0.001', JSON_TYPE, true],
  ['application/json;q=1', JSON_TYPE, true],
  ['application/json;q=0, */*', JSON_TYPE, false],
  ['*/*;q=0, application/json', JSON_TYPE, true],
  ['*/*;q=0, application/json', EVENTS, false],
  ['text/*;q=0, */*', EVENTS, false],
  ['text/*, */*;q=0', EVENTS, true],
  ['application/json;q=0, application/json', JSON_TYPE, true],
  ['application/json;charset=utf-8', JSON_TYPE, true],
  ['application/json;charset=utf-8;q=0', JSON_TYPE, false],
  ['application/json;q=0;charset=utf-8', JSON_TYPE, false],
  ['application/json;a="b, c;q=0"', JSON_TYPE, true],
  ['text/html;a="x, application/json"', JSON_TYPE, false],
  ['text/html;a="\\", application/json', JSON_TYPE, false],
]

for (const [accept, mediaType, expected] of headers) {
  test(`RFC 9110 §12.5.1: ${JSON.stringify(accept)} ${expected ? 'takes' : 'refuses'} ${mediaType}`, () =>
    assert.equal(accepts(accept, mediaType), expected))
}

const headerText = fc.string({
  unit: fc.constantFrom('application/json', 'text/*', '*/*', ';', 'q=0', 'q=1', ',', '"', '\\', ' ', '=', 'é', '\n'),
})

const anyText = fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) })

test('whatever a header holds, reading it does not throw', () => {
  fc.assert(
    fc.property(fc.oneof(headerText, anyText), (header) => {
      const mediaType = mediaTypeOf(header)
      assert.ok(mediaType === undefined || /^[^/\s]+\/[^/\s]+$/.test(mediaType))
      assert.equal(typeof accepts(header, JSON_TYPE), 'boolean')
    }),
  )
})

test('what a Content-Type names is found whatever its parameters are', () => {
  const parameter = fc.tuple(
    fc.constantFrom('charset', 'q', 'boundary'),
    fc.oneof(
      fc.constantFrom('utf-8', '0', ''),
      fc.string().map((text) => JSON.stringify(text)),
    ),
  )
  fc.assert(
    fc.property(fc.array(parameter), (parameters) => {
      const tail = parameters.map(([name, value]) => `; ${name}=${value}`).join('')
      assert.equal(mediaTypeOf(`text/html${tail}`), 'text/html')
    }),
  )
})
