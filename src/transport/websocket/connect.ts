import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { DefinitionError } from '../../errors.ts'
import { DEFAULT_MAX_MESSAGE_BYTES } from '../../wire/frame-receiver.ts'
import { acceptOf, asksForWebSocket, newKey, SUBPROTOCOL, tokensOf, WEBSOCKET_VERSION } from './handshake.ts'
import { WebSocketChannel } from './socket.ts'

/** How to connect. */
export interface WebSocketConnectOptions {
  /** The subprotocols to offer, the best one first; `mcp` by default. The server must select one of them. */
  readonly protocols?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  /** Gives the handshake up; later on, `close` ends the connection. */
  readonly signal?: AbortSignal | undefined
  /** The size of one message that comes in; 4 MiB by default. */
  readonly maxMessageBytes?: number
  /** Milliseconds between pings; none by default. */
  readonly keepAliveMs?: number
}

/** A server that answered the handshake with something else than a WebSocket. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError'
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The beginning of what it said. */
  readonly body: string

  constructor(message: string, { statusCode, headers }: IncomingMessage, body = '') {
    super(message)
    this.status = statusCode as number
    this.headers = headers
    this.body = body
  }
}

const SCHEMES: Readonly<Record<string, 'http:' | 'https:'>> = { 'ws:': 'http:', 'wss:': 'https:' }
const MAX_BODY_CHARACTERS = 16 * 1024

const addressOf = (url: string | URL): URL => {
  const address = URL.canParse(url) ? new URL(url) : undefined
  const scheme = address && SCHEMES[address.protocol]
  if (!scheme) throw new DefinitionError(`a WebSocket has a URL such as "wss://example.com/mcp", got "${url}"`)
  address.protocol = scheme
  return address
}

/** What is wrong with the answer of a server, if anything is (RFC 6455 §4.1). */
const answerProblem = (
  { headers }: IncomingMessage,
  accept: string,
  protocols: readonly string[],
): string | undefined => {
  const selected = headers['sec-websocket-protocol']
  if (!asksForWebSocket(headers.upgrade)) return 'its Upgrade is not "websocket"'
  if (headers['sec-websocket-accept'] !== accept) return 'its Sec-WebSocket-Accept does not answer the key'
  if (tokensOf(headers['sec-websocket-extensions']).length > 0) return 'it uses an extension that was not offered'
  if (selected === undefined) return `it selected none of the subprotocols ${protocols.join(', ')}`
  return protocols.includes(selected) ? undefined : `it selected the subprotocol "${selected}", which was not offered`
}

const readStart = async (response: IncomingMessage): Promise<string> => {
  let body = ''
  response.setEncoding('utf8')
  try {
    for await (const text of response) {
      body += text
      if (body.length >= MAX_BODY_CHARACTERS) break
    }
  } catch {
    // What has come is what there is.
  }
  return body.slice(0, MAX_BODY_CHARACTERS)
}

type Answer = { readonly response: IncomingMessage; readonly socket?: Duplex; readonly head?: Buffer }

const answered = (request: ClientRequest, signal: AbortSignal | undefined): Promise<Answer> =>
  new Promise<Answer>((resolve, reject) => {
    const giveUp = (): void => {
      request.destroy()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    const settled = (): void => signal?.removeEventListener('abort', giveUp)
    request.on('upgrade', (response, socket, head) => {
      settled()
      resolve({ response, socket, head })
    })
    request.on('response', (response) => {
      settled()
      resolve({ response })
    })
    request.on('error', (error) => {
      settled()
      reject(error)
    })
    request.end()
  })

/**
 * Opens a WebSocket as a client (RFC 6455 §4.1). Call `onMessage` of the channel at once: nothing is read until then.
 *
 * @param url with the scheme `ws` or `wss`
 * @throws DefinitionError when the URL is none; HandshakeError when the server does not agree; the reason of the signal;
 *   or what prevented the connection
 */
export const connectWebSocket = async (
  url: string | URL,
  options: WebSocketConnectOptions = {},
): Promise<WebSocketChannel> => {
  const {
    protocols = [SUBPROTOCOL],
    headers,
    signal,
    maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES,
    keepAliveMs,
  } = options
  const address = addressOf(url)
  const key = newKey()
  const accept = await acceptOf(key)
  // Loaded when they are needed, so that this file may be loaded where there is no Node.
  const http = await (address.protocol === 'https:' ? import('node:https') : import('node:http'))
  signal?.throwIfAborted()
  const request = http.request(address, {
    headers: {
      ...headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': WEBSOCKET_VERSION,
      'sec-websocket-key': key,
      'sec-websocket-protocol': protocols.join(', '),
    },
  })
  const { response, socket, head } = await answered(request, signal)
  if (!socket || !head) {
    const message = `${url} refused the WebSocket: ${response.statusCode} ${response.statusMessage}`
    throw new HandshakeError(message, response, await readStart(response))
  }
  const problem = answerProblem(response, accept, protocols)
  if (problem) {
    socket.destroy()
    throw new HandshakeError(`${url} is no WebSocket for us: ${problem}`, response)
  }
  const protocol = response.headers['sec-websocket-protocol'] as string
  return new WebSocketChannel(socket, head, { side: 'client', protocol, maxMessageBytes, keepAliveMs })
}
