import { AbortedError, ErrorCode, McpError, ToolError } from '../errors.ts'
import type { CallToolResult } from '../model/types.ts'
import { jsonText, messageOf } from '../model/values.ts'
import type { ErrorObject } from '../wire/message.ts'
import type { Incoming } from './context.ts'
import type { Settings } from './settings.ts'
import { ArgumentsError } from './validated.ts'

// Short enough to be read out over the telephone; it only has to be found again in the log.
const reference = (): string => Math.random().toString(36).slice(2, 10).toUpperCase()

const errorResult = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true })

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
    if (error instanceof McpError) return this.#asItIs(error, incoming)
    if (error instanceof ArgumentsError)
      return { code: ErrorCode.InvalidParams, message: `${incoming.method}: ${error.message}` }
    const isForClient = error instanceof ToolError || error instanceof AbortedError
    return { code: ErrorCode.InternalError, message: isForClient ? error.message : this.#unexpected(error, incoming) }
  }

  #asItIs({ code: own, message, data }: McpError, { method, peer }: Incoming): ErrorObject {
    // Revisions have different codes for this, and one of them must not use the other's.
    const code = own === ErrorCode.ResourceNotFound ? peer.revision.resourceNotFound : own
    if (data === undefined) return { code, message }
    try {
      jsonText(data, 'its data is')
      return { code, message, data }
    } catch (error) {
      this.#log(`${method} failed with an McpError that went out without its data:`, error)
      return { code, message }
    }
  }

  #unexpected(error: unknown, { method, id }: Incoming): string {
    const { maskErrors, onError } = this.#settings
    const number = maskErrors ? reference() : undefined
    this.#log(number ? `${method} failed (${number}):` : `${method} failed:`, error)
    if (onError) {
      // Inside of a promise, it can neither fail nor delay the answer.
      new Promise((resolve) => resolve(onError(error, { method, requestId: id, reference: number }))).catch(
        (failure: unknown) => this.#log('onError failed:', failure),
      )
    }
    return number ? `internal error, reference ${number}` : messageOf(error)
  }

  #log(message: string, detail: unknown): void {
    try {
      this.#settings.logger.error(message, detail)
    } catch {
      // A logger that fails must not take the answer with it, and there is nobody left to tell.
    }
  }
}
