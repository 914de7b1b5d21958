import { AbortedError, DefinitionError } from '../errors.ts'
import type { Transport, TransportReceiver } from '../peer/transport.ts'
import { Room } from './room.ts'

/** How many characters may be on their way before a sender is told to wait. */
const ROOM = 64 * 1024

/** How many may be on their way to a side that does not take them; beyond that it is given up. */
const MAX_UNREAD = 64 * 1024 * 1024

/** One direction of a pair: texts in their order, delivered in a later turn. */
class Lane {
  readonly #room = new Room()
  #texts: string[] = []
  #size = 0
  #receiver: TransportReceiver | undefined
  /** Whether texts are being delivered at the moment. */
  #isBusy = false
  #end: { readonly error: Error | undefined } | undefined
  readonly #ending = new Room()

  get isStarted(): boolean {
    return this.#receiver !== undefined
  }

  get isFull(): boolean {
    return this.#size > MAX_UNREAD
  }

  deliverTo(receiver: TransportReceiver): void {
    this.#receiver = receiver
    void this.#deliver()
  }

  send(text: string): Promise<void> | undefined {
    this.#texts.push(text)
    this.#size += text.length
    void this.#deliver()
    return this.#size > ROOM ? this.#room.wait() : undefined
  }

  /** Says that it is over, once everything has been delivered; with an error, nothing more is. */
  end(error: Error | undefined): void {
    this.#end = { error }
    if (error) this.#texts = []
    this.#room.make()
    this.#ending.make()
    void this.#deliver()
  }

  /** Drops what has not been delivered: nobody takes it any more. */
  drop(): void {
    this.#texts = []
  }

  async #deliver(): Promise<void> {
    const receiver = this.#receiver
    if (!receiver || this.#isBusy) return
    this.#isBusy = true
    // Never within the call of the sender.
    await undefined
    for (let text = this.#texts.shift(); text !== undefined; text = this.#texts.shift()) {
      const hold = receiver.message(text)
      // The end is no message: whoever wants no more of those hears of it all the same.
      if (hold && !this.#end) await Promise.race([hold, this.#ending.wait()])
      this.#taken(text.length)
    }
    this.#isBusy = false
    if (!this.#end) return
    this.#receiver = undefined
    receiver.closed(this.#end.error)
  }

  #taken(length: number): void {
    this.#size -= length
    if (this.#size <= ROOM) this.#room.make()
  }
}

/** One end of a pair. */
class MemoryTransport implements Transport {
  readonly #incoming: Lane
  readonly #outgoing: Lane
  readonly #state: { isOver: boolean }

  constructor(incoming: Lane, outgoing: Lane, state: { isOver: boolean }) {
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#state = state
  }

  start(receiver: TransportReceiver): void {
    if (this.#incoming.isStarted) throw new DefinitionError('this end of a memory transport is started already')
    this.#incoming.deliverTo(receiver)
  }

  send(text: string): Promise<void> | undefined {
    if (this.#state.isOver) return undefined
    const room = this.#outgoing.send(text)
    if (this.#outgoing.isFull) this.close(new AbortedError('disconnected', 'the other side does not read'))
    return room
  }

  close(error?: Error): void {
    if (this.#state.isOver) return
    this.#state.isOver = true
    this.#incoming.drop()
    this.#incoming.end(error)
    this.#outgoing.end(error)
  }
}

/**
 * Two transports that are connected with each other, for a client and a server in one process, such as in a test. Texts
 * are what passes between them, so that neither side can change what the other one holds.
 *
 * @example
 * const [near, far] = createMemoryTransports()
 * const over = server.runtime.connect(far)
 * near.start({ message: console.log, malformed: console.warn, ended: () => undefined, closed: () => undefined })
 * near.send('{"jsonrpc":"2.0","id":1,"method":"ping"}')
 */
export const createMemoryTransports = (): readonly [Transport, Transport] => {
  const [one, other] = [new Lane(), new Lane()]
  const state = { isOver: false }
  return [new MemoryTransport(one, other, state), new MemoryTransport(other, one, state)]
}
