import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import fc from 'fast-check'
import type { NodeHandler, Runtime } from '../../../src/index.ts'
import { cutAt } from '../../support/frames.ts'
import { sendToPort } from '../../transport/http/support.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import {
  anySent,
  bound,
  checkGood,
  checkIdle,
  checkResponse,
  endSession,
  goodRequest,
  openSession,
  SESSION,
  type Sent,
} from '../http.ts'
import { nearly } from '../inputs.ts'
import { listen, someTurns, talk, unlisten } from '../raw.ts'

interface Input {
  /** Requests, one behind the other; nearly. */
  readonly bytes: Uint8Array
  readonly sizes: readonly number[]
}

const CRLF = '\r\n'

/** How the body says where it ends. */
type Framing = 'length' | 'chunks' | 'nothing' | 'both' | 'wrong length'

const chunked = (body: Uint8Array): Buffer => {
  const chunks = cutAt(body, [7, 60]).filter(({ length }) => length > 0)
  const written = chunks.map((chunk) =>
    Buffer.concat([Buffer.from(`${chunk.length.toString(16)}${CRLF}`), chunk, Buffer.from(CRLF)]),
  )
  return Buffer.concat([...written, Buffer.from(`0${CRLF}${CRLF}`)])
}

const framed = (body: Uint8Array, framing: Framing): readonly [head: readonly string[], body: Uint8Array] => {
  const length = `Content-Length: ${body.length + (framing === 'wrong length' ? 5 : 0)}`
  if (framing === 'nothing') return [[], body]
  if (framing === 'chunks') return [['Transfer-Encoding: chunked'], chunked(body)]
  if (framing === 'both') return [[length, 'Transfer-Encoding: chunked'], chunked(body)]
  return [[length], body]
}

const written = ({ method, path, headers, body }: Sent, framing: Framing, version: string): Uint8Array => {
  const hasBody = method !== 'GET' && method !== 'TRACE'
  const [lines, content] = hasBody ? framed(body, framing) : [[], new Uint8Array()]
  const all = [
    `${method} ${path} HTTP/${version}`,
    'Host: 127.0.0.1',
    ...headers.map((pair) => pair.join(': ')),
    ...lines,
  ]
  return Buffer.concat([Buffer.from(`${all.join(CRLF)}${CRLF}${CRLF}`, 'latin1'), content])
}

const framing = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Framing>('length', 'chunks') },
  { weight: 1, arbitrary: fc.constantFrom<Framing>('nothing', 'both', 'wrong length') },
)

const request = fc
  .tuple(
    anySent,
    framing,
    fc.oneof(
      { weight: 12, arbitrary: fc.constant('1.1') },
      { weight: 1, arbitrary: fc.constantFrom('1.0', '2.0', '0.9') },
    ),
  )
  .map((parts) => written(...parts))

const TOKENS = [
  CRLF,
  '\n',
  '\r',
  `${CRLF}${CRLF}`,
  ': ',
  ' ',
  '\0',
  'POST /mcp HTTP/1.1',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: -1\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\nUpgrade: websocket\r\n',
  'Connection: upgrade\r\nUpgrade: h2c\r\n',
  'Expect: 100-continue\r\n',
  'Host: evil.example\r\n',
  '0\r\n\r\n',
  'ffffffff\r\n',
  '{"jsonrpc":"2.0","id":1,"method":"ping"}',
]

const inputs = fc.record<Input>({
  bytes: nearly(
    fc.array(request, { minLength: 1, maxLength: 3 }).map((all) => Buffer.concat(all)),
    TOKENS,
    3,
  ),
  sizes: fc.oneof(fc.constant<number[]>([]), fc.array(fc.integer({ min: 20, max: 400 }), { maxLength: 6 })),
})

const HEAD = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \t]*[^\r\n\0]*\r\n)*)\r\n/

/** Takes chunks apart. The last ones of a stream may be missing: its reader has gone. */
const readChunks = (text: string): readonly [body: string, rest: string] => {
  let body = ''
  for (let rest = text; ; ) {
    if (rest === '') return [body, '']
    const [line, digits = ''] = /^([0-9a-fA-F]+)\r\n/.exec(rest) ?? []
    assert.ok(line !== undefined, `no chunk: ${JSON.stringify(rest.slice(0, 80))}`)
    const end = line.length + Number.parseInt(digits, 16)
    assert.equal(rest.slice(end, end + 2), CRLF, 'a chunk without its end')
    if (end === line.length) return [body, rest.slice(end + 2)]
    body += rest.slice(line.length, end)
    rest = rest.slice(end + 2)
  }
}

const readBody = (status: number, head: string, text: string): readonly [body: string, rest: string] => {
  if (status < 200 || status === 204 || status === 304) return ['', text]
  if (/^transfer-encoding: *chunked\r$/im.test(head)) return readChunks(text)
  const length = /^content-length: *(\d+)\r$/im.exec(head)?.[1]
  if (length === undefined) return [text, '']
  assert.ok(text.length >= Number(length), 'a response is cut off')
  return [text.slice(0, Number(length)), text.slice(Number(length))]
}

/** Every byte belongs to a well-formed response. */
const checkResponses = (text: string): void => {
  for (let rest = text; rest !== ''; ) {
    const [whole, digits, head = ''] = HEAD.exec(rest) ?? []
    assert.ok(whole !== undefined, `no response: ${JSON.stringify(rest.slice(0, 200))}`)
    const status = Number(digits)
    if (status === 101) return
    const [body, more] = readBody(status, head, rest.slice(whole.length))
    const type = /^content-type: *([^\r]*)\r$/im.exec(head)?.[1]
    if (status >= 200) checkResponse(status, type, Buffer.from(body, 'latin1').toString())
    rest = more
  }
}

/** Settles once each request that is there as a whole has a response. */
const hasAnswered = async (begun: readonly (readonly [IncomingMessage, ServerResponse])[]): Promise<void> => {
  const isWaiting = ([request, response]: (typeof begun)[number]): boolean =>
    request.complete && !response.headersSent && !response.closed
  do await someTurns()
  while (begun.some(isWaiting))
}

/** Sends bytes, and waits for the responses to what is whole in them. */
const sendBytes = async (server: Server, bytes: Uint8Array, sizes: readonly number[]): Promise<string> => {
  const begun: (readonly [IncomingMessage, ServerResponse])[] = []
  const keep = (...one: (typeof begun)[number]): void => void begun.push(one)
  server.on('request', keep)
  const came = await talk(server, cutAt(bytes, sizes), () => hasAnswered(begun))
  server.off('request', keep)
  return came.toString('latin1')
}

/** Bytes to a server of Node: what comes back is well-formed, the connection ends, and the server goes on. */
export const http = (wrap: (handler: NodeHandler, runtime: Runtime) => NodeHandler = (handler) => handler): Fuzzer =>
  fuzzer<Input>({
    name: 'http',
    runs: 250,
    inputs,
    open: async () => {
      const runtime = bound()
      const server = createServer(wrap(runtime.handler, runtime)).on('upgrade', runtime.upgrade)
      const port = await listen(server)
      const check = async ({ bytes, sizes }: Input): Promise<void> => {
        const session = await openSession(runtime)
        const sent = Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(SESSION, session), 'latin1')
        checkResponses(await sendBytes(server, sent, sizes))
        await endSession(runtime, session)
        await checkIdle(runtime)
        const good = await sendToPort(port, goodRequest()).response
        checkGood(good.status, await good.text())
      }
      const close = async (): Promise<void> => {
        await runtime.close({ drainMs: 1 })
        await unlisten(server)
      }
      return { check, close }
    },
  })
