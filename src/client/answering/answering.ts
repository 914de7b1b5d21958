import { AbortedError, ErrorCode, McpError } from '../../errors.ts'
import type { Logger } from '../../model/logger.ts'
import { messageOf } from '../../model/values.ts'
import {
  type ErrorObject,
  errorText,
  type Params,
  type Request,
  type RequestId,
  resultText,
} from '../../wire/message.ts'
import { type Answers, unsupported } from './answers.ts'

const NO_PARAMS: Params = Object.freeze({})

const PING: Params = Object.freeze({})

const errorObject = ({ code, message, data }: McpError): ErrorObject =>
  data === undefined ? { code, message } : { code, message, data }

/** What a server asks of this side, in one conversation of a stateful revision. */
export class Answering {
  readonly #answers: Answers
  readonly #logger: Logger
  readonly #open = new Map<RequestId, AbortController>()

  constructor(answers: Answers, logger: Logger) {
    this.#answers = answers
    this.#logger = logger
  }

  /** Whether the server waits for an answer. */
  get isBusy(): boolean {
    return this.#open.size > 0
  }

  /** Answers a request; one that was cancelled meanwhile is not answered. */
  async serve({ id, method, params = NO_PARAMS }: Request, reply: (text: string) => void): Promise<void> {
    if (this.#open.has(id)) {
      const message = `the id ${JSON.stringify(id)} is in use by a request in flight`
      return reply(errorText(id, { code: ErrorCode.InvalidRequest, message }))
    }
    const controller = new AbortController()
    this.#open.set(id, controller)
    const text = await this.#answer(id, method, params, controller.signal)
    this.#open.delete(id)
    if (!controller.signal.aborted) reply(text)
  }

  /** Takes a request back. @returns whether it was one of these */
  cancel({ requestId, reason }: Params): boolean {
    const controller = this.#open.get(requestId as RequestId)
    const why = typeof reason === 'string' ? `: ${reason}` : ''
    controller?.abort(new AbortedError('cancelled', `the server has taken its question back${why}`))
    return controller !== undefined
  }

  /** Gives up what is open: nobody waits for it any more. */
  abandon(): void {
    for (const controller of this.#open.values()) {
      controller.abort(new AbortedError('disconnected', 'the server that asked has gone'))
    }
  }

  async #answer(id: RequestId, method: string, params: Params, signal: AbortSignal): Promise<string> {
    try {
      return resultText(id, JSON.stringify(await this.#resultOf(method, params, signal)))
    } catch (error) {
      if (error instanceof McpError) return errorText(id, errorObject(error))
      this.#logger.warn(`what answers "${method}" failed:`, error)
      return errorText(id, { code: ErrorCode.InternalError, message: messageOf(error) })
    }
  }

  async #resultOf(method: string, params: Params, signal: AbortSignal): Promise<object> {
    if (method === 'ping') return PING
    const answer = this.#answers.get(method)
    if (!answer) throw unsupported(method)
    return answer(params, { signal })
  }
}
