import type { AgentOptions, ClientRequest, IncomingMessage, OutgoingHttpHeaders, RequestOptions } from 'node:http'
import { globalAgent as globalHttp, Agent as HttpAgent, request as requestHttp } from 'node:http'
import { globalAgent as globalHttps, Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import { urlToHttpOptions } from 'node:url'
import type { BodyReceiver, HttpRequest, Recipient, Requester, Sending } from './requester.ts'

// Servers close what is idle, those of Node after five seconds. A call that leaves at that moment is lost, so that this side
// has to be first.
const IDLE_MS = 4_000

// What the program has set for all of its connections, such as certificates and proxies, holds here, too. The types of
// Node leave out that an agent shows its options. The time-out is that of idle connections; requests have deadlines of
// their own.
const agentOptions = (global: object): AgentOptions => ({
  ...(global as { readonly options: AgentOptions }).options,
  keepAlive: true,
  timeout: IDLE_MS,
})

const PROTOCOLS = {
  'http:': { request: requestHttp, agent: () => new HttpAgent(agentOptions(globalHttp)) },
  'https:': { request: requestHttps, agent: () => new HttpsAgent(agentOptions(globalHttps)) },
} as const

type Protocol = keyof typeof PROTOCOLS

/** What a connection says that was closed while it was idle. */
const STALE: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE'])

/** One request, over as many connections as it takes. */
class NodeSending implements Sending {
  readonly #requester: NodeRequester
  readonly #request: HttpRequest
  #failing: Pick<Recipient, 'failed'>
  #current: ClientRequest | undefined
  /** How many bytes had come over the connection before. */
  #bytesBefore = 0
  #isFirst = true
  #isOver = false

  constructor(requester: NodeRequester, request: HttpRequest, recipient: Recipient) {
    this.#requester = requester
    this.#request = request
    this.#failing = recipient
    this.#begin(recipient)
  }

  abort(): void {
    // Its connection may be another's by now.
    if (this.#isOver) return
    this.#isOver = true
    this.#current?.destroy()
  }

  #begin(recipient: Recipient): void {
    let request: ClientRequest
    try {
      request = this.#requester.begin(this.#request)
    } catch (error) {
      // Such as a header that is none.
      queueMicrotask(() => this.#fail(error as Error))
      return
    }
    this.#current = request
    request.on('socket', (socket: Socket) => {
      this.#bytesBefore = socket.bytesRead
    })
    request.on('response', (response) => this.#answered(response, recipient))
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = !this.#isOver && this.#isStale(request, error)
      // Where the server has closed one connection, it has closed others, too.
      if (isStale) this.#requester.dropIdle()
      if (isStale && this.#mayRepeat(error)) this.#begin(recipient)
      else this.#fail(error)
    })
    request.end(this.#request.body)
  }

  /** Whether it goes out once more: what cannot have been seen as a whole, or may be seen twice. */
  #mayRepeat({ syscall }: NodeJS.ErrnoException): boolean {
    const isFirst = this.#isFirst
    this.#isFirst = false
    return isFirst && (this.#request.isRepeatable || syscall === 'write')
  }

  /** Whether the server may have closed the connection before the request came. It may have seen it as well. */
  #isStale({ reusedSocket, socket }: ClientRequest, { code }: NodeJS.ErrnoException): boolean {
    return reusedSocket && STALE.has(code) && socket?.bytesRead === this.#bytesBefore
  }

  #answered(response: IncomingMessage, recipient: Recipient): void {
    // A header that comes as an array is a cookie, and nobody asks for those.
    const header = (name: string) => response.headers[name] as string | undefined
    const receiver: BodyReceiver = recipient.answered(response.statusCode as number, header)
    this.#failing = receiver
    response.on('data', (chunk: Uint8Array) => {
      if (!this.#isOver) receiver.data(chunk)
    })
    response.on('end', () => {
      if (this.#isOver) return
      this.#isOver = true
      receiver.ended()
    })
    response.on('error', (error) => this.#fail(error))
  }

  #fail(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#failing.failed(error)
  }
}

/** Where requests to a URL go. */
interface Target {
  readonly request: typeof requestHttp
  readonly options: RequestOptions
  readonly host: string
}

/** Makes requests with `node:http`, over connections of its own that are kept open between them. */
export class NodeRequester implements Requester {
  readonly #agents = new Map<Protocol, HttpAgent>()
  readonly #targets = new WeakMap<URL, Target>()

  send(request: HttpRequest, recipient: Recipient): Sending {
    return new NodeSending(this, request, recipient)
  }

  /** Makes a request that is still to be ended. @throws where its headers are none */
  begin({ method, url, headers, body }: HttpRequest): ClientRequest {
    const { request, options, host } = this.#targetOf(url)
    // A list is written as it is; an object would be turned over header by header.
    const all = ['host', host, ...headers]
    if (body !== undefined) all.push('content-length', String(Buffer.byteLength(body)))
    return request({ ...options, method, headers: all as unknown as OutgoingHttpHeaders })
  }

  /** Closes the connections on which nothing happens: where the server has closed one, it has closed others, too. */
  dropIdle(): void {
    for (const { freeSockets } of this.#agents.values()) {
      // Of each name that is there, there is a list.
      for (const sockets of Object.values(freeSockets as Record<string, Socket[]>)) {
        for (const socket of sockets) socket.destroy()
      }
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
  }

  #targetOf(url: URL): Target {
    const known = this.#targets.get(url)
    if (known) return known
    const protocol = url.protocol as Protocol
    const { request } = PROTOCOLS[protocol]
    const { hostname, port, path } = urlToHttpOptions(url)
    const target = { request, options: { hostname, port, path, agent: this.#agentFor(protocol) }, host: url.host }
    this.#targets.set(url, target)
    return target
  }

  #agentFor(protocol: Protocol): HttpAgent {
    const agent = this.#agents.get(protocol) ?? PROTOCOLS[protocol].agent()
    this.#agents.set(protocol, agent)
    return agent
  }
}
