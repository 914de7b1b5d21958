import assert from 'node:assert/strict'
import type { Server as HttpServer, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { createServer as createHttpServer, request as httpRequest } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import type { BindOptions, NodeHandler, Runtime } from '../../../src/index.ts'
import {
  headersOf,
  keepingLogger,
  type Params,
  request as requestMessage,
  type Version,
} from '../../support/messages.ts'

export const STREAMABLE = '2026-07-28 Streamable HTTP'

export type Pairs = readonly (readonly [name: string, value: string])[]

/** What a client sends, down to each header. */
export interface Sent {
  /** `POST` by default. */
  readonly method?: string
  /** `/mcp` by default. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>> | Pairs
  /** Pieces go out one by one, without a declared length. */
  readonly body?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** Announces a body that never comes. */
  readonly withholdsBody?: boolean
}

/** A message as a client sends it. */
export interface SentMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request on its way. */
export interface Sending {
  readonly response: Promise<Response>
  /** The client goes away. Settles when the server's side of the connection has closed, too. */
  readonly leave: () => Promise<void>
}

/** A bound server as clients see it, over one of the adapters. */
export interface Subject {
  readonly runtime: Runtime
  readonly log: ReturnType<typeof keepingLogger>
  readonly begin: (sent: Sent) => Sending
  readonly send: (sent: Sent) => Promise<Response>
}

interface Bindable {
  bind(options: BindOptions): Runtime
}

const pairsOf = (headers: Sent['headers'] = []): Pairs =>
  Array.isArray(headers) ? (headers as Pairs) : Object.entries(headers)

const piecesOf = (body: Sent['body']): readonly (string | Uint8Array)[] =>
  Array.isArray(body) ? body : body === undefined ? [] : [body as string]

const bytesOf = (piece: string | Uint8Array): Uint8Array => (typeof piece === 'string' ? Buffer.from(piece) : piece)

const NO_BODY = new Set([204, 205, 304])

/** A response of `node:http` as the `Response` that it would be to `fetch`. */
export const toResponse = (incoming: IncomingMessage): Response => {
  const headers = new Headers()
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] as string, incoming.rawHeaders[index + 1] as string)
  }
  const status = incoming.statusCode ?? 0
  if (NO_BODY.has(status)) incoming.resume()
  // The types of Node's streams and of the DOM's differ, their values do not.
  const body = NO_BODY.has(status) ? null : (Readable.toWeb(incoming) as unknown as ReadableStream)
  return new Response(body, { status, headers })
}

/** Sends to a port of this machine exactly what is given, and `Host`. */
export const sendToPort = (port: number, { method = 'POST', path = '/mcp', headers, body, ...rest }: Sent) => {
  const pairs = pairsOf(headers)
  const hasHost = pairs.some(([name]) => name.toLowerCase() === 'host')
  const declared =
    Array.isArray(body) || body === undefined || rest.withholdsBody
      ? []
      : [['content-length', String(bytesOf(body as string).byteLength)]]
  const all = [...(hasHost ? [] : [['Host', `127.0.0.1:${port}`]]), ...pairs, ...declared]
  const outgoing = httpRequest({
    host: '127.0.0.1',
    port,
    method,
    path,
    agent: false,
    headers: all.flat() as unknown as OutgoingHttpHeaders,
  })
  const response = new Promise<Response>((resolve, reject) => {
    outgoing.once('response', (incoming) => resolve(toResponse(incoming)))
    outgoing.on('error', reject)
  })
  if (rest.withholdsBody) {
    outgoing.flushHeaders()
    outgoing.once('response', (incoming) => incoming.once('end', () => outgoing.destroy()))
  } else {
    for (const piece of piecesOf(body)) outgoing.write(piece)
    outgoing.end()
  }
  return { response, leave: (): unknown => outgoing.destroy() }
}

/** Listens on a free port, until the test is over. */
export const listening = async (t: TestContext, server: HttpServer, host = '127.0.0.1'): Promise<number> => {
  t.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return (server.address() as AddressInfo).port
}

/** An http server of Node with a handler. */
export const serveNode = (t: TestContext, handler: NodeHandler, host?: string): Promise<number> =>
  listening(t, createHttpServer(handler), host)

const overNode = async (t: TestContext, runtime: Runtime) => {
  const server = createHttpServer(runtime.handler)
  const port = await listening(t, server)
  return (sent: Sent): Sending => {
    const closed = new Promise<void>((resolve) => {
      server.once('connection', (socket) => socket.once('close', () => resolve()))
    })
    const { response, leave } = sendToPort(port, sent)
    return {
      response,
      leave: () => {
        leave()
        return closed
      },
    }
  }
}

const toRequest = ({ method = 'POST', path = '/mcp', headers, body, withholdsBody }: Sent, signal: AbortSignal) => {
  const pieces = piecesOf(body)
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        assert.ok(!withholdsBody, 'the body was read')
        for (const piece of pieces) controller.enqueue(bytesOf(piece))
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  const hasBody = body !== undefined || withholdsBody
  return new Request(`http://localhost${path}`, {
    method,
    headers: pairsOf(headers) as [string, string][],
    signal,
    ...(hasBody && { body: stream, duplex: 'half' }),
  } as RequestInit)
}

const overFetch =
  async (_: TestContext, runtime: Runtime) =>
  (sent: Sent): Sending => {
    const controller = new AbortController()
    return { response: runtime.fetch(toRequest(sent, controller.signal)), leave: async () => controller.abort() }
  }

const ADAPTERS = { Node: overNode, fetch: overFetch } as const

export type Adapter = keyof typeof ADAPTERS

/** Binds a server behind an adapter. */
export const open = async (
  t: TestContext,
  adapter: Adapter,
  server: Bindable,
  options: BindOptions = {},
): Promise<Subject> => {
  const log = keepingLogger()
  const runtime = server.bind({ logger: log, ...options })
  t.after(() => runtime.close({ drainMs: 1 }).catch(() => undefined))
  const begin = await ADAPTERS[adapter](t, runtime)
  return { runtime, log, begin, send: (sent) => begin(sent).response }
}

/** The same test over both adapters. */
export const testBoth = (
  name: string,
  run: (
    t: TestContext,
    bound: (server: Bindable, options?: BindOptions) => Promise<Subject>,
    adapter: Adapter,
  ) => Promise<void>,
): void => {
  for (const adapter of ['Node', 'fetch'] as const) {
    test(`${name} (${adapter})`, (t) => run(t, (server, options) => open(t, adapter, server, options), adapter))
  }
}

/** A request as a client of a revision sends it. */
export const sentBy = (
  version: Version,
  method: string,
  params: Params = {},
  headers: Readonly<Record<string, string>> = {},
  id: string | number = 1,
): SentMessage => ({
  headers: { ...headersOf(version, method, params), ...headers },
  body: JSON.stringify(requestMessage(version, id, method, params)),
})

/** A call of a tool. */
export const calling = (
  version: Version,
  name: string,
  args: Params = {},
  headers: Readonly<Record<string, string>> = {},
): SentMessage => sentBy(version, 'tools/call', { name, arguments: args }, headers)

/** A call of a tool that wants to hear of its progress. */
export const watching = (version: Version, name: string, args: Params = {}): SentMessage =>
  sentBy(version, 'tools/call', { name, arguments: args, _meta: { progressToken: 'p' } })

/** The events of a stream, one by one as they come; comments included. */
export async function* eventsOf(response: Response): AsyncGenerator<string> {
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      yield text.slice(0, end)
      text = text.slice(end + 2)
    }
  }
  assert.equal(text, '', 'the stream ended within an event')
}

/** The message in an event. */
export const dataOf = (event: string | undefined) => {
  assert.match(event ?? '', /^data: /)
  return JSON.parse((event ?? '').slice('data: '.length))
}

/** A promise that is settled from outside. */
export const gate = <Value = void>() => {
  let open: (value: Value) => void = () => undefined
  const opened = new Promise<Value>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

/** A bare connection: writes bytes, and keeps all that comes. */
export const rawConnection = async (
  t: TestContext,
  port: number,
): Promise<{
  readonly socket: Socket
  readonly until: (isThere: RegExp | ((text: string) => boolean)) => Promise<string>
  readonly ended: Promise<string>
}> => {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  let text = ''
  const ended = new Promise<string>((resolve) => {
    socket.once('close', () => resolve(text))
  })
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  const until = (isThere: RegExp | ((text: string) => boolean)): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!(isThere instanceof RegExp ? isThere.test(text) : isThere(text))) return
        socket.off('data', look)
        resolve(text)
      }
      socket.on('data', look)
      socket.once('close', () => reject(new Error(`closed before ${isThere} came: ${text}`)))
      look()
    })
  return { socket, until, ended }
}
