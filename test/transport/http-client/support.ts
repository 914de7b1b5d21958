import assert from 'node:assert/strict'
import { createServer as createHttpServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { CarrierReceiver, OutgoingRequest } from '../../../src/client/carrier.ts'
import { ConnectionError } from '../../../src/errors.ts'
import type { BindOptions, Runtime } from '../../../src/index.ts'
import { REVISIONS } from '../../../src/protocol/index.ts'
import type { Revision } from '../../../src/protocol/revision.ts'
import { HttpCarrier, type HttpCarrierOptions } from '../../../src/transport/http-client/carrier.ts'
import type { Loose } from '../../support/answering.ts'
import { initializeParams, keepingLogger, type Params, request, type Version } from '../../support/messages.ts'
import { listening, serveNode } from '../http/support.ts'

/** A request as a server has received it. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: string
  /** The body, parsed; `{}` for none. */
  readonly message: Loose
  /** Settles when the connection of this request has closed. */
  readonly closed: Promise<void>
}

export type Listener = (received: Received, response: ServerResponse) => void

/** Things in the order in which they came, each of which is taken once. */
export class Line<Thing> {
  readonly #untaken: Thing[] = []
  readonly #takers: ((thing: Thing) => void)[] = []

  get size(): number {
    return this.#untaken.length
  }

  add(thing: Thing): void {
    const taker = this.#takers.shift()
    if (taker) taker(thing)
    else this.#untaken.push(thing)
  }

  next(): Promise<Thing> {
    return this.size > 0
      ? Promise.resolve(this.#untaken.shift() as Thing)
      : new Promise((take) => this.#takers.push(take))
  }
}

/** A server that answers each request by hand, and what it was asked. */
export const serve = async (t: TestContext, listener: Listener) => {
  const requests: Received[] = []
  const arrivals = new Line<Received>()
  const server = createHttpServer((incoming, response) => {
    const chunks: Buffer[] = []
    const closed = new Promise<void>((resolve) => response.once('close', resolve))
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    // Of a client that goes away before, nothing has come.
    incoming.once('end', () => {
      const body = Buffer.concat(chunks).toString()
      const received: Received = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        rawHeaders: incoming.rawHeaders,
        body,
        message: body === '' ? {} : JSON.parse(body),
        closed,
      }
      requests.push(received)
      arrivals.add(received)
      listener(received, response)
    })
  })
  const port = await listening(t, server)
  return { server, port, requests, arrivals, url: new URL(`http://127.0.0.1:${port}/mcp`) }
}

/** Serves a server of ours over HTTP, until the test is over. */
export const serveOurs = async (
  t: TestContext,
  server: { bind(options: BindOptions): Runtime },
  options: BindOptions = {},
): Promise<URL> => {
  const runtime = server.bind(options)
  t.after(() => runtime.close({ drainMs: 1 }))
  return new URL(`http://127.0.0.1:${await serveNode(t, runtime.handler)}/mcp`)
}

/** Passes bytes on to a port. */
export const proxyTo = async (t: TestContext, port: number) => {
  const sockets = new Set<Socket>()
  let cuts = 0
  let cut: { readonly request: RegExp; readonly bytes: number } | undefined
  const server = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1')
    let left = Number.POSITIVE_INFINITY
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    near.on('data', (chunk) => {
      if (cut?.request.test(chunk.toString('latin1'))) {
        left = cut.bytes
        cut = undefined
      }
      far.write(chunk)
    })
    far.on('data', (chunk) => {
      const isCut = chunk.length > left
      near.write(chunk.subarray(0, left), () => {
        if (isCut) near.destroy()
      })
      if (isCut) cuts += 1
      left -= Math.min(left, chunk.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`),
    /** How many responses it has broken off. */
    cuts: () => cuts,
    /** Breaks off the response to the next such request behind some bytes. */
    cutNext: (request: RegExp, bytes: number): void => {
      cut = { request, bytes }
    },
  }
}

/** A request that is answered by hand. */
export interface Asked {
  readonly init: RequestInit
  readonly lastEventId: string | null
  readonly respond: (response: Response) => void
  readonly fail: (error: Error) => void
}

/** A fetch whose requests are answered by hand, in the turn in which they are made. */
export const fetchByHand = () => {
  const asked = new Line<Asked>()
  const fetch = (_: unknown, init: RequestInit = {}): Promise<Response> =>
    new Promise((respond, fail) => {
      asked.add({ init, lastEventId: new Headers(init.headers).get('last-event-id'), respond, fail })
    })
  return { asked, fetch: fetch as typeof globalThis.fetch }
}

/** An event stream that is written by hand. */
export const streamByHand = (text = '') => {
  let controller!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given
    },
  })
  const write = (more: string): void => controller.enqueue(new TextEncoder().encode(more))
  if (text !== '') write(text)
  return {
    response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    write,
    end: () => controller.close(),
    fail: (error: Error) => controller.error(error),
  }
}

/** An event stream that has ended. */
export const ended = (text = ''): Response => new Response(text, { headers: { 'content-type': 'text/event-stream' } })

/** Settles when what needs no network has happened. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A port on which nobody listens. */
export const deadUrl = async (): Promise<URL> => {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return new URL(`http://127.0.0.1:${port}/mcp`)
}

/** What a carrier has brought: a message, or that a request has failed. */
export type Brought = { readonly message: Loose } | { readonly failed: Loose; readonly error: Error }

/** Takes in what a carrier brings. */
export class Recorder implements CarrierReceiver {
  readonly line = new Line<Brought>()
  readonly ends: (Error | undefined)[] = []
  readonly expiries = new Line<ConnectionError>()

  message(value: unknown): void {
    this.line.add({ message: value })
  }

  failed(id: string | number, error: Error): void {
    this.line.add({ failed: id, error })
  }

  expired(error: ConnectionError): void {
    this.expiries.add(error)
  }

  closed(error?: Error): void {
    this.ends.push(error)
  }

  /** The next message. */
  async next(): Promise<Loose> {
    const brought = await this.line.next()
    if ('error' in brought) throw brought.error
    return brought.message
  }

  /** The next thing, which must be the failure of a request. */
  async failure(id: string | number): Promise<ConnectionError> {
    const brought = await this.line.next()
    assert.ok('error' in brought, `expected a failure, got ${JSON.stringify(brought)}`)
    assert.equal(brought.failed, id)
    assert.ok(brought.error instanceof ConnectionError, String(brought.error))
    return brought.error
  }
}

/** How to come back so fast that no test waits. */
export const SOON = { attempts: 5, delayMs: 1, maxDelayMs: 1 } as const

/** A carrier to a server, and what it brings. It is closed at the end of the test. */
export const open = async (t: TestContext, url: URL, options: Partial<HttpCarrierOptions> = {}) => {
  const log = keepingLogger()
  const recorder = new Recorder()
  const carrier = new HttpCarrier({
    url,
    headers: {},
    reconnect: SOON,
    maxMessageBytes: 1024 * 1024,
    logger: log,
    ...options,
  })
  t.after(() => carrier.close(new ConnectionError('disconnected', 'the test is over')))
  await carrier.start(recorder)
  return { carrier, recorder, log }
}

export const revisionOf = (version: Version): Revision => {
  const revision = REVISIONS.find((one) => one.version === version)
  assert.ok(revision)
  return revision
}

/** A request as a session hands it to a carrier. */
export const outgoing = (
  version: Version,
  id: string | number,
  method: string,
  params: Params = {},
  headers?: Readonly<Record<string, string>>,
): OutgoingRequest => {
  const message = request(version, id, method, params)
  return { id, method, params: message.params, text: JSON.stringify(message), headers }
}

export const calling = (version: Version, id: string | number, name: string, args: Params = {}): OutgoingRequest =>
  outgoing(version, id, 'tools/call', { name, arguments: args, _meta: { progressToken: `p${id}` } })

/** The `initialize` of a revision. */
export const opening = (version: Version): OutgoingRequest =>
  outgoing(version, 'init', 'initialize', initializeParams(version))

export const notification = (method: string, params: Params = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', method, params })

export const resultOf = (id: unknown, result: unknown = {}) => ({ jsonrpc: '2.0', id, result })

export const json = (response: ServerResponse, status: number, value: unknown, headers: Params = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...(headers as Record<string, string>) })
  response.end(typeof value === 'string' ? value : JSON.stringify(value))
}

/** Begins an event stream. */
export const events = (response: ServerResponse, text = ''): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(text === '' ? ': open\n\n' : text)
}

export const event = (value: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`

/** Answers everything: requests with an empty result, the rest with 202, and offers neither streams nor sessions. */
export const polite: Listener = ({ method, message }, response) => {
  if (method !== 'POST') response.writeHead(405).end()
  else if (message.id === undefined || message.method === undefined) response.writeHead(202).end()
  else json(response, 200, resultOf(message.id))
}

/** Both ways of making requests. */
export const REQUESTERS = { 'node:http': undefined, fetch: globalThis.fetch } as const

/** The same test with both ways of making requests. */
export const testBoth = (
  name: string,
  run: (t: TestContext, fetch: typeof globalThis.fetch | undefined) => Promise<void>,
): void => {
  for (const [requester, fetch] of Object.entries(REQUESTERS)) test(`${name} (${requester})`, (t) => run(t, fetch))
}
