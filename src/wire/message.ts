import { ErrorCode } from '../errors.ts'
import { isObject } from './json.ts'

/** The id of a request: a string or an integer. `0` and `''` are ids like any other. */
export type RequestId = string | number

/** What `params` may be: an object. JSON-RPC's positional form is not part of MCP. */
export type Params = Readonly<Record<string, unknown>>

/** A JSON-RPC request. */
export interface Request {
  readonly kind: 'request'
  readonly id: RequestId
  readonly method: string
  readonly params: Params | undefined
}

/** A JSON-RPC notification. */
export interface Notification {
  readonly kind: 'notification'
  readonly method: string
  readonly params: Params | undefined
}

/** A JSON-RPC response. */
export interface Response {
  readonly kind: 'response'
  readonly id: RequestId
  readonly result: unknown
  readonly error: ErrorObject | undefined
}

/** The `error` member of a response. */
export interface ErrorObject {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** Something that is no JSON-RPC message. `id` is there when it could still be read. */
export interface Invalid {
  readonly kind: 'invalid'
  readonly id: RequestId | undefined
  readonly error: ErrorObject
  /** Whether it was meant as a notification or a response, which nobody answers. */
  readonly isOneWay: boolean
}

/** One message, told apart by `kind`. */
export type Message = Request | Notification | Response

const isId = (value: unknown): value is RequestId => typeof value === 'string' || Number.isSafeInteger(value)

const invalid = (id: unknown, why: string, isOneWay = false): Invalid => ({
  kind: 'invalid',
  id: isId(id) ? id : undefined,
  error: { code: ErrorCode.InvalidRequest, message: `Invalid request: ${why}` },
  isOneWay,
})

const isErrorObject = (value: unknown): value is ErrorObject =>
  isObject(value) && Number.isSafeInteger(value['code']) && typeof value['message'] === 'string'

/** Tells what a parsed value is (JSON-RPC 2.0 §4 and §5, with MCP's narrower ids and params). */
export const readMessage = (value: unknown): Message | Invalid => {
  if (!isObject(value)) return invalid(undefined, 'a message is a JSON object')
  const { id, method, params } = value
  if (value['jsonrpc'] !== '2.0') return invalid(id, '"jsonrpc" must be "2.0"')
  if (typeof method === 'string') {
    if (params !== undefined && !isObject(params)) {
      return invalid(id, '"params" must be an object', id === undefined)
    }
    if (id === undefined) return { kind: 'notification', method, params }
    if (!isId(id)) return invalid(id, '"id" must be a string or an integer')
    return { kind: 'request', id, method, params }
  }
  if (method !== undefined) return invalid(id, '"method" must be a string')
  const { result, error } = value
  if (result === undefined && error === undefined) {
    return invalid(id, 'it has neither "method" nor "result" nor "error"')
  }
  if (!isId(id)) return invalid(id, 'a response needs the "id" of its request', true)
  if (error === undefined) return { kind: 'response', id, result, error }
  return isErrorObject(error)
    ? { kind: 'response', id, result: undefined, error }
    : invalid(id, '"error" needs an integer "code" and a string "message"', true)
}

const idText = (id: RequestId): string => (typeof id === 'number' ? `${id}` : JSON.stringify(id))

/** The text of a response whose result is serialised already. */
export const resultText = (id: RequestId, result: string): string =>
  `{"jsonrpc":"2.0","id":${idText(id)},"result":${result}}`

/** The text of an error response. Without an id, JSON-RPC's `null` stands in; `undefined` leaves the member out. */
export const errorText = (id: RequestId | null | undefined, error: ErrorObject): string => {
  const head = id === undefined ? '' : `"id":${id === null ? 'null' : idText(id)},`
  return `{"jsonrpc":"2.0",${head}"error":${JSON.stringify(error)}}`
}

/** The text of a notification. */
export const notificationText = (method: string, params?: object): string =>
  JSON.stringify(params === undefined ? { jsonrpc: '2.0', method } : { jsonrpc: '2.0', method, params })
