/** JSON-RPC error codes: those of JSON-RPC 2.0, and those that the protocol adds. */
export const ErrorCode = {
  ParseError: -32700,
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  InvalidParams: -32602,
  InternalError: -32603,
  /** `resources/read` of an unknown URI. Up to revision 2025-11-25; sent as `InvalidParams` to clients of later ones. */
  ResourceNotFound: -32002,
  /** The user has to visit URLs first, which `data.elicitations` lists. On revision 2025-11-25 alone. */
  UrlElicitationRequired: -32042,
  /** An HTTP header disagrees with the body (2026-07-28). */
  HeaderMismatch: -32020,
  /** The client has not declared a capability that the request needs (2026-07-28). */
  MissingRequiredClientCapability: -32021,
  /** The revision named by the request is not served (2026-07-28). */
  UnsupportedProtocolVersion: -32022,
} as const

/** Everything that can go wrong by name. A number is the JSON-RPC code of an {@link McpError}. */
export type FluentMcpErrorCode =
  | number
  | 'definition'
  | 'arguments'
  | 'capability'
  | 'suspended'
  | 'tool'
  | 'cancelled'
  | 'timeout'
  | ConnectionErrorCode
  | 'invalid-result'

/** The base of every error that this library throws. Tell them apart by class or by `code`. */
export abstract class FluentMcpError extends Error {
  abstract readonly code: FluentMcpErrorCode
}

/**
 * A JSON-RPC error. Thrown in a handler, it is sent to the client as it is: the request fails with this code.
 *
 * @example
 * throw new McpError(ErrorCode.InvalidParams, 'No such day', { day: '31 February' })
 */
export class McpError extends FluentMcpError {
  override readonly name = 'McpError'
  readonly code: number
  readonly data: unknown

  /**
   * @param code an integer; codes of your own stay outside of -32768 to -32000, which JSON-RPC reserves
   * @param message one sentence for the client
   * @param data any JSON value with details; left out of the message when undefined
   */
  constructor(code: number, message: string, data?: unknown) {
    super(message)
    if (!Number.isSafeInteger(code)) throw new DefinitionError(`McpError needs an integer code, got ${String(code)}`)
    this.code = code
    this.data = data
  }
}

/**
 * A tool that fails in a way the model can act on. Thrown in a tool, its message becomes the text of a result
 * with `isError: true`; it is never masked.
 *
 * @example
 * throw new ToolError('The 12th is taken; the 13th is free.')
 */
export class ToolError extends FluentMcpError {
  override readonly name = 'ToolError'
  readonly code = 'tool'
}

/** A mistake in the definition of a server, found when it is defined or bound. The message says what to change. */
export class DefinitionError extends FluentMcpError {
  override readonly name = 'DefinitionError'
  readonly code = 'definition'
}

/**
 * Why `ctx.signal` aborted: `cancelled` by the client, `timeout`, `disconnected`, or `closed` by this side. A call of a
 * client whose signal aborts rejects with one that is `cancelled`; its `cause` is the reason of the signal.
 */
export class AbortedError extends FluentMcpError {
  override readonly name = 'AbortedError'
  readonly code: 'cancelled' | 'timeout' | 'disconnected' | 'closed'

  constructor(code: AbortedError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A server has not answered a client in time. The call was given up, and the server told so. */
export class TimeoutError extends FluentMcpError {
  override readonly name = 'TimeoutError'
  readonly code = 'timeout'
}

/** What is known of a failed connection besides its message. */
export interface ConnectionErrorOptions extends ErrorOptions {
  /** The status over HTTP, where there was one. */
  readonly status?: number
  /** The beginning of what the server said over HTTP. */
  readonly body?: string
}

/** Whether and why there is no connection. */
export type ConnectionErrorCode = 'unreachable' | 'refused' | 'unanswered' | 'disconnected' | 'closed'

/**
 * There is no connection to a server, or none any more:
 * - `unreachable`: it could not be reached, so nothing has happened there;
 * - `refused`: it answered with a status of HTTP that is a refusal, or would not open a conversation;
 * - `unanswered`: it ended its answer without the response in it;
 * - `disconnected`: it was lost before it answered;
 * - `closed`: this side has closed the connection.
 */
export class ConnectionError extends FluentMcpError {
  override readonly name = 'ConnectionError'
  readonly code: ConnectionErrorCode
  readonly status: number | undefined
  readonly body: string | undefined

  constructor(code: ConnectionErrorCode, message: string, options: ConnectionErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.status = options.status
    this.body = options.body
  }
}

/** A server has answered with something that its revision, or the tool's own output schema, does not allow. */
export class InvalidResultError extends FluentMcpError {
  override readonly name = 'InvalidResultError'
  readonly code = 'invalid-result'
}

/**
 * The client cannot be asked: it has not declared the capability, or its revision has no such question. Thrown by
 * `ctx.elicit`, `ctx.elicitUrl`, `ctx.sample` and `ctx.roots` before anything is sent; a handler may catch it and do
 * without the answer.
 */
export class CapabilityError extends FluentMcpError {
  override readonly name = 'CapabilityError'
  readonly code = 'capability'
  /** What the client would have to declare. */
  readonly requiredCapabilities: object

  constructor(message: string, requiredCapabilities: object) {
    super(message)
    this.requiredCapabilities = requiredCapabilities
  }
}

/**
 * Ends a round on 2026-07-28: the client is being asked, and the handler will run again with the answer. Let it pass;
 * a `catch` that keeps it changes nothing, since the round has ended all the same.
 */
export class SuspensionError extends FluentMcpError {
  override readonly name = 'SuspensionError'
  readonly code = 'suspended'
}

/** Whether an error only says that the handler will run again with the client's answer. */
export const isSuspension = (error: unknown): error is SuspensionError => error instanceof SuspensionError

/** A union to `switch` over by `code`: strings name a class, a number is an {@link McpError}. */
export type AnyFluentMcpError =
  | McpError
  | ToolError
  | DefinitionError
  | AbortedError
  | CapabilityError
  | SuspensionError
  | TimeoutError
  | ConnectionError
  | InvalidResultError
