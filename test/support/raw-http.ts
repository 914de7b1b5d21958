import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { Loose } from './answering.ts'

/** A request as it came. */
export interface RawRequest {
  /** Of HTTP. */
  readonly verb: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The body, parsed; undefined where there is none. */
  readonly message: Loose
}

/** Answers one request by hand. */
export type RawAnswer = (response: ServerResponse, request: RawRequest) => unknown

/** An HTTP server by hand. */
export interface RawHttp {
  readonly url: string
  readonly requests: readonly RawRequest[]
  /** What was asked for: the method of each message, or the one of HTTP where there is no message. */
  readonly asked: () => readonly string[]
}

/** Answers with JSON. */
export const respond = (response: ServerResponse, value: unknown, status = 200, headers: object = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

/** Answers a request with a result. */
export const respondResult = (response: ServerResponse, { message }: RawRequest, result: unknown, headers = {}): void =>
  respond(response, { jsonrpc: '2.0', id: message.id, result }, 200, headers)

/** Answers a request with an error. */
export const respondError = (
  response: ServerResponse,
  { message }: RawRequest,
  code: number,
  status = 200,
  data?: unknown,
): void =>
  respond(response, { jsonrpc: '2.0', id: message.id, error: { code, message: `error ${code}`, data } }, status)

// A port may be another server's in the next test, and a client remembers servers by their URLs.
let served = 0

/** Serves by hand until the test has ended. */
export const rawHttp = async (t: TestContext, answer: RawAnswer): Promise<RawHttp> => {
  const requests: RawRequest[] = []
  const http = createServer((incoming, response) => {
    let body = ''
    incoming.setEncoding('utf8')
    incoming.on('data', (text: string) => {
      body += text
    })
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming
      const message = body === '' ? undefined : JSON.parse(body)
      const request = { verb: method, path: url, headers, message }
      requests.push(request)
      answer(response, request)
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    http.closeAllConnections()
    return new Promise((resolve) => http.close(resolve))
  })
  served += 1
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp/${served}`
  return { url, requests, asked: () => requests.map(({ verb, message }) => message?.method ?? verb) }
}

/** What a server of an earlier revision answers to what follows the probe. */
export const asEarlier: RawAnswer = (response, request) => {
  const { verb, message } = request
  if (verb !== 'POST') return response.writeHead(405).end()
  if (message.id === undefined) return response.writeHead(202).end()
  const results: Readonly<Record<string, unknown>> = {
    initialize: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'raw', version: '1.0.0' } },
    ping: {},
  }
  const result = results[message.method]
  return result ? respondResult(response, request, result) : respondError(response, request, -32601)
}

/** What a server of 2026-07-28 answers. */
export const asModern: RawAnswer = (response, request) => {
  const { message } = request
  return message?.method === 'server/discover'
    ? respondResult(response, request, { supportedVersions: ['2026-07-28'], capabilities: {} })
    : respondError(response, request, -32601)
}
