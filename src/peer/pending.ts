import { type AbortedError, McpError } from '../errors.ts'
import { notificationText, type RequestId, type Response } from '../wire/message.ts'

/** What one request of this side waits for. */
interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** The requests that this side has sent and the other has not answered. */
export class Pending {
  readonly #waiting = new Map<RequestId, Waiting>()
  #lastId = 0
  #closed: AbortedError | undefined

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
    if (this.#closed) return Promise.reject(this.#closed)
    if (signal.aborted) return Promise.reject(signal.reason)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(id)
        send(notificationText('notifications/cancelled', { requestId: id }))
        reject(signal.reason)
      }
      const done = (): void => signal.removeEventListener('abort', giveUp)
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiting.set(id, {
        resolve: (result) => {
          done()
          resolve(result)
        },
        reject: (reason) => {
          done()
          reject(reason)
        },
      })
      send(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params && { params }) }))
    })
  }

  /** Takes in an answer. @returns false when nobody waits for it (any more) */
  settle({ id, result, error }: Response): boolean {
    const waiting = this.#waiting.get(id)
    if (!waiting) return false
    this.#waiting.delete(id)
    if (error) waiting.reject(new McpError(error.code, error.message, error.data))
    else waiting.resolve(result)
    return true
  }

  /** Rejects everything that waits, and everything that comes later: the other side has gone. */
  close(reason: AbortedError): void {
    this.#closed ??= reason
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }
}
