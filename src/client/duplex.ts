import { ConnectionError, DefinitionError } from '../errors.ts'
import type { Logger } from '../model/logger.ts'
import { messageOf } from '../model/values.ts'
import type { Transport, TransportReceiver } from '../peer/transport.ts'
import { parseJson } from '../wire/json.ts'
import type { RequestId } from '../wire/message.ts'
import type { Carrier, CarrierReceiver, OutgoingRequest } from './carrier.ts'

/** A carrier over one pipe for both directions: stdio, WebSocket, HTTP with SSE, memory, and what users write. */
export class DuplexCarrier implements Carrier, TransportReceiver {
  readonly mirrorsArguments = false
  readonly #transport: Transport
  readonly #logger: Logger
  #receiver: CarrierReceiver | undefined

  constructor(transport: Transport, logger: Logger) {
    this.#transport = transport
    this.#logger = logger
  }

  async start(receiver: CarrierReceiver): Promise<void> {
    this.#receiver = receiver
    try {
      await this.#transport.start(this)
    } catch (error) {
      this.#receiver = undefined
      if (error instanceof ConnectionError || error instanceof DefinitionError) throw error
      throw new ConnectionError('unreachable', `The server cannot be reached: ${messageOf(error)}`, { cause: error })
    }
  }

  request({ id, text }: OutgoingRequest): void {
    this.#transport.send(text)?.catch((error: Error) => this.#receiver?.failed(id, error))
  }

  async send(text: string): Promise<void> {
    await this.#transport.send(text)
  }

  answer(text: string): Promise<void> {
    return this.send(text)
  }

  cancel(_: RequestId, tell: string | undefined): void {
    // Whether the server hears of it or not, nobody waits for the answer any more.
    if (tell !== undefined)
      this.send(tell).catch((error: unknown) => this.#logger.debug('a cancellation was lost:', error))
  }

  speak(): void {}

  opened(): void {}

  async close(error?: Error): Promise<void> {
    this.#receiver = undefined
    try {
      await this.#transport.close(error)
    } catch (problem) {
      this.#logger.warn('the transport could not be closed:', problem)
    }
  }

  message(text: string): void {
    const parsed = parseJson(text)
    if (parsed.ok) this.#receiver?.message(parsed.value)
    // What a careless server prints between its messages is none.
    else this.#logger.debug(`the server sent what is no message: ${parsed.reason}`, text)
  }

  malformed(reason: string): void {
    this.#logger.warn(`the server sent what is no message: ${reason}`)
  }

  // A server that says no more can answer no more.
  ended(): void {
    this.closed()
    void this.close()
  }

  closed(error?: Error): void {
    const receiver = this.#receiver
    this.#receiver = undefined
    receiver?.closed(error)
  }
}
