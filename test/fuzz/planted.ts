import { createServer, type NodeSocket } from '../../src/index.ts'
import { parseUriTemplate } from '../../src/model/uri-template/index.ts'
import { type Binding, createSealer } from '../../src/protocol/request-state.ts'
import { Connection } from '../../src/server/connection.ts'
import { FrameReceiver } from '../../src/wire/frame-receiver.ts'
import { decodeHeaderValue, encodeHeaderValue } from '../../src/wire/header-value.ts'
import { isObject, type Parsed, parseJson } from '../../src/wire/json.ts'
import { createLineDecoder } from '../../src/wire/lines.ts'
import { createEventDecoder } from '../../src/wire/sse-decoder.ts'
import type { Fuzzer } from './engine.ts'
import { connection } from './targets/connection.ts'
import { eventStream } from './targets/event-stream.ts'
import { fetch } from './targets/fetch.ts'
import { frames } from './targets/frames.ts'
import { headerValue } from './targets/header-value.ts'
import { http } from './targets/http.ts'
import { json } from './targets/json.ts'
import { lines } from './targets/lines.ts'
import { params } from './targets/params.ts'
import { requestState } from './targets/request-state.ts'
import { stdio } from './targets/stdio.ts'
import { uriTemplate } from './targets/uri-template.ts'
import { websocket } from './targets/websocket.ts'

/** What is wrong with a part that is right but for this, and the fuzzer of that part. */
export type Planted = readonly [what: string, fuzzer: Fuzzer]

const CR = 13
const LF = 10

const parsed = (value: unknown): Parsed => ({ ok: true, value })

/** The careless way to copy. */
const merge = (target: Record<string, unknown>, source: Record<string, unknown>): void => {
  for (const [key, value] of Object.entries(source)) {
    if (isObject(value) && isObject(target[key])) merge(target[key], value)
    else target[key] = value
  }
}

const spin = (times: number): number => {
  let count = 0
  for (let index = 0; index < times; index += 1) count = (count * 31 + index) | 0
  return count
}

const changingWrites = (socket: NodeSocket, change: (bytes: Buffer) => Buffer): NodeSocket => {
  const write = socket.write.bind(socket)
  socket.write = (bytes) => write(change(Buffer.from(bytes)))
  return socket
}

/** Each of these must be found within the inputs of one run. */
export const PLANTED: readonly Planted[] = [
  [
    'a line decoder that decodes each chunk by itself',
    lines((options) => {
      const { write, end } = createLineDecoder(options)
      return { write: (chunk) => write(Buffer.from(Buffer.from(chunk).toString())), end }
    }),
  ],
  [
    'a line decoder that forgets the last line',
    lines((options) => ({ ...createLineDecoder(options), end: () => undefined })),
  ],
  ['a line decoder without a limit', lines((options) => createLineDecoder({ ...options, maxBytes: 10_000 }))],
  [
    'an event decoder that takes a CRLF in two chunks for two line ends',
    eventStream((options) => {
      const inner = createEventDecoder(options)
      const write = (chunk: Uint8Array): void => inner.write(chunk.at(-1) === CR ? chunk.with(-1, LF) : chunk)
      return Object.defineProperty({ ...inner, write }, 'lastEventId', { get: () => inner.lastEventId })
    }),
  ],
  [
    'an event decoder that takes ids with NUL',
    eventStream((options) => {
      const inner = createEventDecoder(options)
      const write = (chunk: Uint8Array): void => inner.write(chunk.filter((byte) => byte !== 0))
      return Object.defineProperty({ ...inner, write }, 'lastEventId', { get: () => inner.lastEventId })
    }),
  ],
  ['an event decoder without a limit', eventStream((options) => createEventDecoder({ ...options, maxBytes: 10_000 }))],
  [
    'JSON without a limit to its depth',
    json((text) => {
      try {
        return parsed(JSON.parse(text))
      } catch {
        return { ok: false, reason: 'no' }
      }
    }),
  ],
  [
    'JSON that throws',
    json((text) => {
      JSON.parse(text)
      return parseJson(text)
    }),
  ],
  [
    'JSON that is copied into prototypes',
    json((text) => {
      const result = parseJson(text)
      if (result.ok && isObject(result.value)) merge({}, result.value)
      return result
    }),
  ],
  [
    'header values that are sent as they are when they look encoded',
    headerValue({
      encode: (value) => (/^=\?base64\?[!-~]*\?=$/.test(value) ? value : encodeHeaderValue(value)),
      decode: decodeHeaderValue,
    }),
  ],
  [
    'header values whose spaces are sent as they are',
    headerValue({
      encode: (value) => (/^ [ -~]*$/.test(value) ? value : encodeHeaderValue(value)),
      decode: decodeHeaderValue,
    }),
  ],
  [
    'a frame receiver that accepts frames without a mask',
    frames((options) => {
      let inner: FrameReceiver | undefined
      return {
        write: (chunk) => {
          inner ??= new FrameReceiver(
            chunk.length > 1 && (chunk[1] ?? 0) < 128 ? { ...options, masked: false } : options,
          )
          inner.write(chunk)
        },
      }
    }),
  ],
  [
    'a frame receiver without a limit',
    frames((options) => new FrameReceiver({ ...options, maxMessageBytes: 1_000_000 })),
  ],
  [
    'a frame receiver that takes binary messages where only text is understood',
    frames((options) => new FrameReceiver({ ...options, textOnly: false })),
  ],
  [
    'a URI template that throws at malformed URIs',
    uriTemplate((source, options) => {
      const template = parseUriTemplate(source, options)
      return { ...template, match: (uri) => template.match(decodeURIComponent(uri) && uri) }
    }),
  ],
  [
    'a URI template whose work grows with the square of the URI',
    uriTemplate((source, options) => {
      const template = parseUriTemplate(source, options)
      return {
        ...template,
        match: (uri) => template.match(spin(5 * Math.min(uri.length, 10_000) ** 2) === 0.5 ? '' : uri),
      }
    }),
  ],
  [
    'a URI template that expands to spaces',
    uriTemplate((source, options) => {
      const template = parseUriTemplate(source, options)
      return { ...template, expand: (values) => template.expand(values).replaceAll('%2F', '\u2215') }
    }),
  ],
  [
    'a state that opens whatever its tag is',
    requestState((options) => {
      const inner = createSealer(options)
      const sealed = new Map<string, Promise<string>>()
      const body = (state: string): string => state.slice(0, -20)
      return {
        seal: (payload, binding) => {
          const state = inner.seal(payload, binding)
          void state.then((text) => sealed.set(body(text), state))
          return state
        },
        open: async (state, binding) => {
          const known = typeof state === 'string' ? sealed.get(body(state)) : undefined
          return inner.open(known ? await known : state, binding)
        },
      }
    }),
  ],
  [
    'a state that opens for any principal',
    requestState((options) => {
      const inner = createSealer(options)
      const anybody = (binding: Binding): Binding => ({
        ...binding,
        principal: undefined,
        target: '',
        method: '',
        arguments: null,
      })
      return {
        seal: (payload, binding) => inner.seal(payload, anybody(binding)),
        open: (state, binding) => inner.open(state, anybody(binding)),
      }
    }),
  ],
  [
    'a completion that fails for what it does not expect',
    params(
      createServer({ name: 'test', version: '1.0.0' })
        .tool('echo', () => 'e')
        .prompt('echo', () => 'e')
        .resource(
          'a://{x}/{+y}{?z}',
          {
            complete: { x: (value) => [decodeURIComponent(value).normalize(value && 'NFX')] },
            list: () => ['a://1/2', 'a://3/4'],
          },
          () => 'r',
        ),
    ),
  ],
  [
    'a connection that takes 0 for no id',
    connection(function (this: Connection, value) {
      if (isObject(value) && value['id'] === 0) return
      Connection.prototype.receive.call(this, value)
    }),
  ],
  [
    'a connection that answers some requests twice',
    connection(function (this: Connection, value) {
      Connection.prototype.receive.call(this, value)
      if (isObject(value) && value['method'] === 'ping') Connection.prototype.receive.call(this, value)
    }),
  ],
  ['a stdio that ends at a line that is no JSON', stdio({ parseJson: (text) => parsed(JSON.parse(text)) })],
  [
    'a stdio that reads nothing after a line that is too long',
    stdio({
      createLineDecoder: (options) => {
        let isOver = false
        const end = (): void => {
          isOver = true
        }
        const onLine = (line: string): void => {
          if (!isOver) options.onLine(line)
        }
        return createLineDecoder({ ...options, onLine, onTooLong: end, onMalformed: end })
      },
    }),
  ],
  [
    'a fetch that rejects for a header that it does not expect',
    fetch((handler) => async (request) => {
      if (request.headers.has('upgrade')) throw new Error('no')
      return handler(request)
    }),
  ],
  [
    'a fetch that fails for methods that it does not know',
    fetch(
      (handler) => async (request) =>
        request.method === 'PATCH' ? new Response(null, { status: 500 }) : handler(request),
    ),
  ],
  [
    'a handler that does not answer GET',
    http((handler) => (request, response) => (request.method === 'GET' ? undefined : handler(request, response))),
  ],
  [
    'a handler that writes a length that is not that of its body',
    http((handler) => (request, response) => {
      if (request.url === '/mcp') return handler(request, response)
      response.writeHead(404, { 'content-type': 'text/plain', 'content-length': '100' })
      return response.end('Not found')
    }),
  ],
  [
    'a WebSocket whose pongs are fragments',
    websocket((upgrade) => (request, socket, head) => {
      upgrade(
        request,
        changingWrites(socket, (bytes) => (bytes[0] === 0x8a ? Buffer.from(bytes.with(0, 0x0a)) : bytes)),
        head,
      )
    }),
  ],
  [
    'a WebSocket that says what it thinks of an upgrade in words alone',
    websocket((upgrade) => (request, socket, head) => {
      const plain = (bytes: Buffer): Buffer =>
        Buffer.from(bytes.toString('latin1').replace(/^HTTP\/1\.1 4/, 'Error 4'), 'latin1')
      upgrade(request, changingWrites(socket, plain), head)
    }),
  ],
]
