import { AbortedError, CapabilityError, ErrorCode, isSuspension, McpError, ToolError } from '../errors.ts'
import type { CallToolResult } from '../model/types.ts'
import { jsonText, messageOf } from '../model/values.ts'
import type { Revision } from '../protocol/revision.ts'
import type { ErrorObject } from '../wire/message.ts'
import { noteError } from './asks/elicitation-ids.ts'
import type { Incoming } from './incoming.ts'
import type { Settings } from './settings.ts'
import { ArgumentsError } from './validated.ts'

// Short enough to be read out over the telephone; it only has to be found again in the log.
const reference = (): string => Math.random().toString(36).slice(2, 10).toUpperCase()

const errorResult = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true })

const capabilityObject = ({ message, requiredCapabilities }: CapabilityError, { peer }: Incoming): ErrorObject => {
  const isStateless = peer.revision.conversation === 'stateless'
  // Where no capability would help, none is missing.
  if (Object.keys(requiredCapabilities).length === 0) return { code: ErrorCode.InternalError, message }
  const code = isStateless ? ErrorCode.MissingRequiredClientCapability : ErrorCode.InvalidRequest
  return { code, message, data: { requiredCapabilities } }
}

// A revision must not use the codes of another.
const codeIn = ({ resourceNotFound, asks }: Revision, code: number): number => {
  if (code === ErrorCode.ResourceNotFound) return resourceNotFound
  const isForeign = code === ErrorCode.UrlElicitationRequired && asks.elicitation?.url !== 'id'
  return isForeign ? ErrorCode.InternalError : code
}

/** What becomes of errors: which the client sees as they are, and which are logged and perhaps masked. */
export class Failures {
  readonly #settings: Settings

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /**
   * What a tool threw, as a result for the model.
   * @throws what is no result: an McpError, and whatever came of a run that ends in questions
   */
  toolResult(error: unknown, name: string, incoming: Incoming): CallToolResult {
    // Nothing has failed where the run ends in questions, and an McpError is an answer of its own.
    if (incoming.ending || error instanceof McpError || isSuspension(error)) throw error
    if (error instanceof CapabilityError) return this.#incapable(error, name, incoming)
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
    if (error instanceof CapabilityError) return capabilityObject(error, incoming)
    const isForClient = error instanceof ToolError || error instanceof AbortedError
    return { code: ErrorCode.InternalError, message: isForClient ? error.message : this.#unexpected(error, incoming) }
  }

  #asItIs({ code: own, message, data }: McpError, { method, peer }: Incoming): ErrorObject {
    const code = codeIn(peer.revision, own)
    if (data === undefined) return { code, message }
    noteError(peer, code, data)
    try {
      jsonText(data, 'its data is')
      return { code, message, data }
    } catch (error) {
      this.#settings.logger.error(`${method} failed with an McpError that went out without its data:`, error)
      return { code, message }
    }
  }

  // 2026-07-28 has an error of its own for this; before, the model had better read it.
  #incapable(error: CapabilityError, name: string, incoming: Incoming): CallToolResult {
    if (incoming.peer.revision.conversation === 'stateless') throw error
    return errorResult(`${name}: ${error.message}`)
  }

  #unexpected(error: unknown, { method, id }: Incoming): string {
    const { maskErrors, onError } = this.#settings
    const number = maskErrors ? reference() : undefined
    this.#settings.logger.error(number ? `${method} failed (${number}):` : `${method} failed:`, error)
    if (onError) {
      // Inside of a promise, it can neither fail nor delay the answer.
      new Promise((resolve) => resolve(onError(error, { method, requestId: id, reference: number }))).catch(
        (failure: unknown) => this.#settings.logger.error('onError failed:', failure),
      )
    }
    return number ? `internal error, reference ${number}` : messageOf(error)
  }
}
