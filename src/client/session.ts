import { ConnectionError, type FluentMcpError, InvalidResultError, TimeoutError } from '../errors.ts'
import type { Logger } from '../model/logger.ts'
import { Pending } from '../peer/pending.ts'
import type { Revision } from '../protocol/revision.ts'
import { isObject } from '../wire/json.ts'
import {
  type ErrorObject,
  errorText,
  type Notification,
  notificationText,
  type Params,
  type Request,
  type RequestId,
  readMessage,
} from '../wire/message.ts'
import type { Agreement } from './agreement.ts'
import { Answering } from './answering/answering.ts'
import type { Answers } from './answering/answers.ts'
import type { Carrier, CarrierReceiver } from './carrier.ts'
import { Deadline } from './deadline.ts'
import { abortedBy } from './limited.ts'
import { mayPass } from './may-pass.ts'
import { type Call, cancelledText, outgoing } from './outgoing.ts'
import { tell } from './tell.ts'

/** Who a session belongs to. None of its functions throws. */
export interface SessionOwner {
  readonly logger: Logger
  /** What may be asked of this side. */
  answersFor(revision: Revision): Answers
  notified(notification: Notification, session: Session): void
}

/** A request that waits for its answer. */
interface Open {
  readonly deadline: Deadline
  readonly onProgress: Call['onProgress']
}

const NO_PARAMS: Params = Object.freeze({})

const NO_ANSWERS: Answers = new Map()

/** One conversation with a server: what this side has asked, what the server asks, and what it tells. */
export class Session implements CarrierReceiver {
  readonly carrier: Carrier
  readonly #owner: SessionOwner
  readonly #pending = new Pending()
  readonly #calls = new Map<RequestId, Open>()
  #agreement: Agreement | undefined
  /** Undefined where nothing may be asked: before `initialize` is sent, and where the revision has rounds instead. */
  #answering: Answering | undefined
  #over: ConnectionError | undefined
  #isClosed = false
  #ended!: () => void
  /** Settles when nothing more is sent. */
  readonly ended = new Promise<void>((resolve) => {
    this.#ended = resolve
  })

  constructor(carrier: Carrier, owner: SessionOwner) {
    this.carrier = carrier
    this.#owner = owner
  }

  /** Begins to listen. */
  async start(): Promise<void> {
    await this.carrier.start(this)
  }

  /** What was agreed on. @throws ConnectionError before */
  get agreement(): Agreement {
    if (this.#agreement) return this.#agreement
    throw new ConnectionError('disconnected', 'the conversation has not been opened')
  }

  /** Why it is over, when it is. */
  get error(): ConnectionError | undefined {
    return this.#over
  }

  /** From here on the server may ping; what else it may ask is to be agreed on (2025-11-25 Lifecycle, Initialization). */
  open(): void {
    this.#answering = new Answering(NO_ANSWERS, this.#owner.logger)
  }

  agree(agreement: Agreement): void {
    const { revision } = agreement
    this.#agreement = agreement
    if (revision.conversation === 'stateful') {
      this.#answering = new Answering(this.#owner.answersFor(revision), this.#owner.logger)
    }
    this.carrier.speak(revision)
  }

  /**
   * Sends a request and waits for its answer.
   * @throws McpError what the server answered; TimeoutError, AbortedError, ConnectionError
   */
  request(call: Call): Promise<unknown> {
    const { method, params, meta, headers, signal, limits, onProgress, onId, isOpening = false } = call
    if (signal?.aborted) return Promise.reject(abortedBy(signal, `"${method}"`))
    let id: RequestId
    let deadline: Deadline
    const giveUp = (reason: FluentMcpError): void => {
      this.#pending.reject(id, reason)
      this.carrier.cancel(id, isOpening ? undefined : cancelledText(id, reason.message))
    }
    const aborted = (): void => giveUp(abortedBy(signal as AbortSignal, `"${method}"`))
    return this.#pending.wait(
      (given) => {
        id = given
        onId?.(id)
        deadline = new Deadline(
          limits,
          () => this.#answering?.isBusy ?? false,
          (message) => giveUp(new TimeoutError(`The server has not answered "${method}" in time: ${message}`)),
        )
        this.#calls.set(id, { deadline, onProgress })
        signal?.addEventListener('abort', aborted, { once: true })
        const asked = onProgress ? { ...meta, progressToken: id } : meta
        this.carrier.request(outgoing(given, method, params, asked, headers))
      },
      () => {
        deadline.stop()
        this.#calls.delete(id)
        signal?.removeEventListener('abort', aborted)
        if (this.#over) this.#closeExpired(this.#over)
      },
    )
  }

  /** Sends a notification. Rejects when it was not taken. */
  async notify(method: string, params?: object): Promise<void> {
    if (this.#over) throw this.#over
    await this.carrier.send(notificationText(method, params))
  }

  /** Lets it go: nothing more is sent, and it is closed once what was sent has been answered. */
  expired(reason: ConnectionError): void {
    this.#over ??= reason
    this.#ended()
    this.#closeExpired(this.#over)
  }

  /** Ends it: whatever waits is rejected. */
  async close(error?: Error): Promise<void> {
    if (this.#isClosed) return
    this.#end(
      error instanceof ConnectionError
        ? error
        : new ConnectionError('closed', 'The connection is closed', error && { cause: error }),
    )
    await this.carrier.close(error)
  }

  message(value: unknown): void {
    if (Array.isArray(value)) for (const one of value) this.message(one)
    else this.#take(value)
  }

  failed(id: RequestId, error: Error): void {
    this.#pending.reject(id, error)
  }

  closed(error?: Error): void {
    const why = error ? `: ${error.message}` : ''
    this.#end(
      error instanceof ConnectionError
        ? error
        : new ConnectionError('disconnected', `The connection to the server was lost${why}`, { cause: error }),
    )
  }

  #closeExpired(reason: ConnectionError): void {
    if (this.#pending.size === 0) void this.close(reason)
  }

  #end(reason: ConnectionError): void {
    this.#isClosed = true
    this.#over ??= reason
    this.#answering?.abandon()
    this.#pending.close(this.#over)
    this.#ended()
  }

  #take(value: unknown): void {
    const message = readMessage(value)
    switch (message.kind) {
      case 'response':
        this.#pending.settle(message)
        return
      case 'request':
        void this.#asked(message)
        return
      case 'notification':
        this.#notified(message)
        return
      case 'invalid':
        if (message.id !== undefined) this.#mistaken(message.id, message.error, value)
    }
  }

  async #asked(request: Request): Promise<void> {
    await this.#answering?.serve(request, (text) => this.#reply(text))
    if (request.method === 'ping') return
    // The server has had to wait for this side, and goes on from here.
    for (const { deadline } of this.#calls.values()) deadline.renew()
  }

  // Neither an answer nor a question that is none must leave anybody waiting.
  #mistaken(id: RequestId, error: ErrorObject, value: unknown): void {
    const isAnswer = isObject(value) && value['method'] === undefined
    if (isAnswer) this.#pending.reject(id, new InvalidResultError(error.message))
    else if (this.#answering) this.#reply(errorText(id, error))
  }

  #reply(text: string): void {
    this.carrier.answer(text).catch((error: unknown) => {
      // Where the server refuses an answer, it is its question that stays open, not ours. Where the answer is lost for good,
      // our own call may wait for what the server would have made of it.
      if (!this.#over && mayPass(error)) void this.close(error as ConnectionError)
    })
  }

  #notified(notification: Notification): void {
    const { method, params = NO_PARAMS } = notification
    if (method === 'notifications/progress') this.#progressed(params)
    else if (method === 'notifications/cancelled' && this.#answering?.cancel(params)) return
    else this.#owner.notified(notification, this)
  }

  #progressed({ progressToken, progress, total, message }: Params): void {
    const { deadline, onProgress } = this.#calls.get(progressToken as RequestId) ?? {}
    if (!deadline || !onProgress || typeof progress !== 'number') return
    deadline.renew()
    const step = {
      progress,
      ...(typeof total === 'number' && { total }),
      ...(typeof message === 'string' && { message }),
    }
    tell('onProgress', this.#owner.logger, () => onProgress(step))
  }
}
