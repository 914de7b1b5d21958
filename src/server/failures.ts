import { AbortedError, ErrorCode, McpError, ToolError } from '../errors.ts'
import type { CallToolResult } from '../model/types.ts'
import type { Revision } from '../protocol/revision.ts'
import type { ErrorObject } from '../wire/message.ts'
import type { Incoming } from './context.ts'
import type { Settings } from './settings.ts'
import { ArgumentsError } from './validated.ts'

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

// Short enough to be read out over the telephone; it only has to be found again in the log.
const reference = (): string => Math.random().toString(36).slice(2, 10).toUpperCase()

const errorResult = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true })

/** The error member of a response. */
const errorObject = ({ code: own, message, data }: McpError, { resourceNotFound }: Revision): ErrorObject => {
  // Revisions have different codes for this, and one of them must not use the other's.
  const code = own === ErrorCode.ResourceNotFound ? resourceNotFound : own
  return data === undefined ? { code, message } : { code, message, data }
}

/** What becomes of errors: which the client sees as they are, and which are logged and perhaps masked. */
export class Failures {
  readonly #settings: Settings

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /**
   * What a tool threw, as a result for the model.
   * @throws McpError as it is: it is an answer of its own
   */
  toolResult(error: unknown, name: string, incoming: Incoming): CallToolResult {
    if (error instanceof McpError) throw error
    if (error instanceof ToolError) return errorResult(error.message)
    if (error instanceof ArgumentsError || error instanceof AbortedError)
      return errorResult(`${name}: ${error.message}`)
    return errorResult(`${name}: ${this.#unexpected(error, incoming)}`)
  }

  /** What anything else threw, as the error of a response. */
  errorObject(error: unknown, incoming: Incoming): ErrorObject {
    if (error instanceof McpError) return errorObject(error, incoming.peer.revision)
    if (error instanceof ArgumentsError)
      return { code: ErrorCode.InvalidParams, message: `${incoming.method}: ${error.message}` }
    const message = error instanceof AbortedError ? error.message : this.#unexpected(error, incoming)
    return { code: ErrorCode.InternalError, message }
  }

  #unexpected(error: unknown, { method, id }: Incoming): string {
    const { maskErrors, logger, onError } = this.#settings
    const number = maskErrors ? reference() : undefined
    logger.error(number ? `${method} failed (${number}):` : `${method} failed:`, error)
    try {
      onError?.(error, { method, requestId: id, reference: number })
    } catch (failure) {
      logger.error('onError failed:', failure)
    }
    return number ? `internal error, reference ${number}` : messageOf(error)
  }
}
