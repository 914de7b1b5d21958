import { ErrorCode } from '../../errors.ts'
import type { Served } from '../../protocol/negotiate.ts'
import { type ErrorObject, errorText, type RequestId } from '../../wire/message.ts'
import type { Exchange } from './exchange.ts'

/** Headers of a response. */
export type Headers = Record<string, string>

/** Why a request is refused: a status, and a message for the client, whose code is that of an invalid request. */
export interface HttpError {
  readonly status: number
  readonly message: string
}

/** Tells it from what could be had. */
export const isRefused = (found: object): found is HttpError => 'status' in found

export const CLOSING = 'The server is closing'

export const invalidRequest = (message: string): ErrorObject => ({ code: ErrorCode.InvalidRequest, message })

/** The decision of 2025-06-18, Protocol Version Header, for clients that cannot be told in any newer words. */
export const legacyVersionError = (header: string, { versions }: Served): HttpError => ({
  status: 400,
  message: `Bad Request: Unsupported protocol version: ${header} (supported versions: ${versions.join(', ')})`,
})

/** Answers with an error. */
export const respondError = (
  exchange: Exchange,
  headers: Headers,
  status: number,
  id: RequestId | null | undefined,
  error: ErrorObject,
): void => {
  const body = exchange.method === 'HEAD' ? undefined : errorText(id, error)
  exchange.respond(status, { 'content-type': 'application/json', ...headers }, body)
}

/** What stands for the id of an error that answers no readable request, in the revision that the request names. */
export const missingId = (exchange: Exchange, { byVersion }: Served): null | undefined => {
  const revision = byVersion.get(exchange.header('mcp-protocol-version') ?? '')
  return revision ? revision.missingId : null
}

/** Answers with an error before there is a message to answer. */
export const refuse = (
  exchange: Exchange,
  served: Served,
  headers: Headers,
  status: number,
  error: ErrorObject,
): void => respondError(exchange, headers, status, missingId(exchange, served), error)

/** Answers with why a request is refused. */
export const turnAway = (exchange: Exchange, served: Served, headers: Headers, { status, message }: HttpError): void =>
  refuse(exchange, served, headers, status, invalidRequest(message))

/** Answers that it does not go now; the client may try again. */
export const unavailable = (exchange: Exchange, served: Served, headers: Headers, message: string): void => {
  const error = { code: ErrorCode.InternalError, message }
  refuse(exchange, served, { 'retry-after': '1', ...headers }, 503, error)
}
