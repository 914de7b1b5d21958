import type { AbortedError } from '../errors.ts'
import type { Params, RequestId } from '../wire/message.ts'

/** Where the messages of one call go. */
export interface Outlet {
  /**
   * Sends a message that belongs to the call.
   * @returns a promise when the reader is slow: it settles when there is room again
   */
  send(text: string): Promise<void> | undefined
}

/** An outlet for calls that nobody listens to. */
export const silent: Outlet = { send: () => undefined }

/** One request or notification while it is being answered: its messages stop when it has ended or was aborted. */
export class Call {
  /** Undefined for a notification. */
  readonly id: RequestId | undefined
  readonly method: string
  readonly params: Params | undefined
  #outlet: Outlet
  #controller: AbortController | undefined
  #aborted: AbortedError | undefined
  #whenAborted: (() => void) | undefined
  #ended = false

  constructor(id: RequestId | undefined, method: string, params: Params | undefined, outlet: Outlet) {
    this.id = id
    this.method = method
    this.params = params
    this.#outlet = outlet
  }

  // Made on first use: most handlers never look at it, and a controller costs more than the rest of a call.
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#aborted) this.#controller.abort(this.#aborted)
    return this.#controller.signal
  }

  /** Why the call was aborted, if it was. */
  get aborted(): AbortedError | undefined {
    return this.#aborted
  }

  /** Aborts the call unless it has ended. The first reason stays. */
  abort(reason: AbortedError): void {
    if (this.#ended || this.#aborted) return
    this.#aborted = reason
    this.#controller?.abort(reason)
    this.#whenAborted?.()
  }

  /** Calls back, once, when it is aborted. For one that lasts: a signal alone takes a kilobyte. */
  whenAborted(listener: () => void): void {
    this.#whenAborted = listener
  }

  /** Sends a message of this call; after its end, nothing is sent. */
  send(text: string): Promise<void> | undefined {
    return this.#ended || this.#aborted ? undefined : this.#outlet.send(text)
  }

  /** Sends a message whatever has become of the call: a question that it has asked is taken back after its end, too. */
  sendAnyway(text: string): void {
    void this.#outlet.send(text)
  }

  /** Whether it has been answered. */
  get ended(): boolean {
    return this.#ended
  }

  /** Ends the call. */
  end(): void {
    this.#ended = true
  }
}
