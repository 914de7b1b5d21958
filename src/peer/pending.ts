import { type FluentMcpError, McpError } from '../errors.ts'
import { notificationText, type RequestId, type Response } from '../wire/message.ts'

/** What one request of this side waits for. */
interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (reason: unknown) => void
  /** Called once, when nothing is waited for any more. */
  readonly over: () => void
}

/** The requests that this side has sent and the other has not answered. */
export class Pending {
  readonly #waiting = new Map<RequestId, Waiting>()
  #lastId = 0
  #closed: FluentMcpError | undefined

  get size(): number {
    return this.#waiting.size
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param send writes one message
   * @param signal gives the request up; the other side is told
   * @throws McpError what the other side answered; AbortedError when it has gone, or what aborted the signal
   */
  request(
    send: (text: string) => unknown,
    method: string,
    params: object | undefined,
    signal: AbortSignal,
  ): Promise<unknown> {
    if (signal.aborted) return Promise.reject(signal.reason)
    let giveUp!: () => void
    return this.wait(
      (id) => {
        giveUp = () => {
          this.reject(id, signal.reason)
          send(notificationText('notifications/cancelled', { requestId: id }))
        }
        signal.addEventListener('abort', giveUp, { once: true })
        send(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params && { params }) }))
      },
      () => signal.removeEventListener('abort', giveUp),
    )
  }

  /**
   * Waits for the answer to a request with an id of its own.
   *
   * @param start sends the request; what it throws is what the request is rejected with
   * @param over is called once it is answered, rejected, or the other side has gone
   * @throws McpError what the other side answered; or what it was rejected with
   */
  wait(start: (id: number) => void, over: () => void): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, over })
      try {
        start(id)
      } catch (error) {
        this.reject(id, error)
      }
    })
  }

  /** Takes in an answer. @returns false when nobody waits for it (any more) */
  settle({ id, result, error }: Response): boolean {
    if (error) return this.reject(id, new McpError(error.code, error.message, error.data))
    const waiting = this.#take(id)
    waiting?.resolve(result)
    return waiting !== undefined
  }

  /** Stops waiting for an answer. @returns false when nobody waits for it (any more) */
  reject(id: RequestId, reason: unknown): boolean {
    const waiting = this.#take(id)
    waiting?.reject(reason)
    return waiting !== undefined
  }

  /** Rejects everything that waits, and everything that comes later: the other side has gone. */
  close(reason: FluentMcpError): void {
    this.#closed ??= reason
    for (const id of this.#waiting.keys()) this.reject(id, reason)
  }

  #take(id: RequestId): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (!waiting) return undefined
    this.#waiting.delete(id)
    waiting.over()
    return waiting
  }
}
