import { AbortedError, ErrorCode } from '../errors.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { Outlet } from '../peer/call.ts'
import { InFlight } from '../peer/in-flight.ts'
import { type Served, unsupportedVersion } from '../protocol/negotiate.ts'
import type { Peer } from '../protocol/peer.ts'
import type { Revision } from '../protocol/revision.ts'
import { StatefulPeer } from '../protocol/stateful.ts'
import { AnonymousPeer, hasEnvelope, isPeer, readEnvelope } from '../protocol/stateless.ts'
import {
  type ErrorObject,
  errorText,
  type Message,
  type Notification,
  type Request,
  type RequestId,
  readMessage,
} from '../wire/message.ts'
import { connectionSession } from './connection-session.ts'
import { Conversation } from './conversation.ts'
import { Incoming, type Surroundings } from './incoming.ts'
import { type Reply, type ServerRuntime, textOf } from './runtime.ts'

/** How many messages a batch may hold. */
export const MAX_BATCH = 100

const NOWHERE: Surroundings = Object.freeze({ auth: undefined, http: undefined })

const CLOSING: ErrorObject = { code: ErrorCode.InternalError, message: 'The server is closing' }

const gone = (): AbortedError => new AbortedError('disconnected', 'the client has gone away')

const invalidRequest = (message: string): ErrorObject => ({ code: ErrorCode.InvalidRequest, message })

/** Why a client gave up, in its own words where it gave some. */
export const cancellation = (params: Notification['params']): AbortedError => {
  const reason = params?.['reason']
  return new AbortedError(
    'cancelled',
    typeof reason === 'string' ? `cancelled by the client: ${reason}` : 'cancelled by the client',
  )
}

/** The way to a client. */
export interface Channel extends Outlet {
  /** Sends the answer to a request, or to a batch. */
  reply(text: string): void
}

/** One client on one channel, such as stdin and stdout, for as long as it lasts. Both conversations share it. */
export class Connection {
  readonly #runtime: ServerRuntime
  readonly #channel: Channel
  readonly #surroundings: Surroundings
  readonly #served: Served
  readonly #calls = new InFlight<RequestId>()
  readonly #session = connectionSession()
  #stateful: StatefulPeer | undefined
  #conversation: Conversation | undefined
  #opening: Promise<unknown> | undefined
  #accepting = true
  #inputEnded = false
  #gone = false
  #unanswered = 0
  #waiting: (() => void)[] = []

  /** @param served the revisions that the channel carries: all that are served, by default */
  constructor(
    runtime: ServerRuntime,
    channel: Channel,
    surroundings: Surroundings = NOWHERE,
    served: Served = runtime.settings.served,
  ) {
    this.#runtime = runtime
    this.#channel = channel
    this.#surroundings = surroundings
    this.#served = served
    const { newestStateful } = served
    this.#stateful = newestStateful && new StatefulPeer(newestStateful, this.#session)
  }

  /**
   * Takes in a parsed message, or a batch.
   * @param from who sent it and over what, where that differs from message to message
   */
  receive(value: unknown, from: Surroundings = this.#surroundings): void {
    if (this.#gone) return
    if (this.#opening) {
      const received = this.#opening.then(() => {
        this.receive(value, from)
        return undefined
      })
      return this.#later(received)
    }
    const reply = Array.isArray(value) ? this.#batch(value, from) : this.#one(value, from)
    if (reply instanceof Promise) this.#later(reply)
    else this.#reply(reply)
  }

  /** Answers what could not be parsed. */
  refuse(reason: string): void {
    this.#reply(errorText(this.#missingId, { code: ErrorCode.ParseError, message: `Parse error: ${reason}` }))
  }

  /** Settles when everything that came in has been answered. */
  drained(): Promise<void> {
    return this.#unanswered === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Refuses requests from here on. Those in flight go on, and the client may answer what they ask. */
  stopAccepting(): void {
    this.#accepting = false
  }

  /** Gives up what was asked of the client: it may still read, but has nothing more to say. */
  inputEnded(): void {
    this.#inputEnded = true
    this.#conversation?.close(gone())
  }

  /** Aborts everything in flight: the client is gone. */
  disconnect(): void {
    this.#gone = true
    this.inputEnded()
    this.#calls.abortAll(gone())
  }

  // What stands for an id until `initialize` has settled the revision is JSON-RPC's `null`.
  get #missingId(): null | undefined {
    const peer = this.#stateful
    if (peer && !peer.opened) return null
    return (peer?.revision ?? this.#served.newestStateless)?.missingId
  }

  #later(reply: Promise<string | undefined>): void {
    this.#unanswered += 1
    void reply.then((text) => {
      this.#reply(text)
      this.#unanswered -= 1
      if (this.#unanswered === 0) for (const wake of this.#waiting.splice(0)) wake()
    })
  }

  #reply(text: string | undefined): void {
    if (text !== undefined) this.#channel.reply(text)
  }

  #one(value: unknown, from: Surroundings): MaybePromise<string | undefined> {
    const message = readMessage(value)
    if (message.kind !== 'invalid') return this.#handle(message, from)
    const { id, error, isOneWay } = message
    if (!isOneWay) return errorText(id ?? this.#missingId, error)
    // Nobody tells the client that its answer was none; whoever waits for it must not wait for ever.
    if (id !== undefined) this.#conversation?.settle({ kind: 'response', id, result: undefined, error })
    return undefined
  }

  // 2025-03-26 §Batching. No other revision has it.
  #batch(items: readonly unknown[], from: Surroundings): MaybePromise<string | undefined> {
    const refused = this.#refusedBatch(items)
    if (refused) return errorText(this.#missingId, invalidRequest(refused))
    return Promise.all(items.map((item) => this.#batched(item, from))).then((replies) => {
      const texts = replies.filter((text) => text !== undefined)
      return texts.length > 0 ? `[${texts.join(',')}]` : undefined
    })
  }

  #refusedBatch({ length }: readonly unknown[]): string | undefined {
    if (!this.#stateful?.opened || !this.#stateful.revision.batches)
      return 'batches are part of revision 2025-03-26 alone'
    if (length === 0) return 'an empty batch asks for nothing'
    return length > MAX_BATCH ? `a batch holds at most ${MAX_BATCH} messages, got ${length}` : undefined
  }

  #batched(item: unknown, from: Surroundings): MaybePromise<string | undefined> {
    const message = readMessage(item)
    return message.kind === 'request' && message.method === 'initialize'
      ? errorText(message.id, invalidRequest('initialize must not be part of a batch'))
      : this.#one(item, from)
  }

  #handle(message: Message, from: Surroundings): MaybePromise<string | undefined> {
    switch (message.kind) {
      case 'request':
        return this.#request(message, from)
      case 'notification':
        this.#notification(message, from)
        return undefined
      case 'response':
        this.#conversation?.settle(message)
        return undefined
    }
  }

  #request(request: Request, from: Surroundings): MaybePromise<string | undefined> {
    // While it drains, answers to what was asked of the client must still come in; nothing new is begun.
    if (this.#runtime.closed || !this.#accepting) return errorText(request.id, CLOSING)
    const peer = this.#peerOf(request)
    if (!isPeer(peer)) return errorText(request.id, peer)
    const incoming = new Incoming(request.id, request.method, request.params, this.#channel, peer, from)
    if (peer === this.#conversation?.peer) incoming.wayBack = this.#conversation.wayBack
    if (!this.#calls.add(request.id, incoming)) {
      return errorText(
        request.id,
        invalidRequest(`the id ${JSON.stringify(request.id)} is in use by a request in flight`),
      )
    }
    const reply = this.#runtime.answer(incoming)
    if (!(reply instanceof Promise)) return this.#settle(incoming, reply)
    const settled = reply.then((late) => this.#settle(incoming, late))
    if (request.method === 'initialize') this.#hold(settled)
    return settled
  }

  // What comes in behind an `initialize` must find the connection open.
  #hold(opening: Promise<unknown>): void {
    this.#opening = opening.finally(() => {
      this.#opening = undefined
    })
  }

  // The message decides the conversation: the one with an envelope is complete in itself.
  #peerOf(request: Request): Peer | ErrorObject {
    const { method, params } = request
    const served = this.#served
    if (hasEnvelope(request)) return readEnvelope(served, params)
    const peer = this.#stateful
    if (!peer) {
      return method === 'initialize'
        ? unsupportedVersion(served, params?.['protocolVersion'])
        : readEnvelope(served, params)
    }
    const known = peer.revision.requests.has(method) || this.#runtime.plan.methods.has(method)
    if (method === 'initialize' && !peer.opened) return new StatefulPeer(peer.revision, this.#session)
    if (peer.opened || method === 'ping' || !known) return peer
    return invalidRequest(
      `"${method}" came before "initialize"; open the connection first, or send the envelope in "_meta"`,
    )
  }

  #settle(incoming: Incoming, reply: Reply): string | undefined {
    this.#calls.remove(incoming.id as RequestId)
    const { method, peer, aborted } = incoming
    // Only now: what an interceptor vetoed has not happened.
    if (method === 'initialize' && peer instanceof StatefulPeer && peer.opened && typeof reply === 'string') {
      this.#stateful = peer
      this.#conversation ??= new Conversation(this.#runtime, peer, (text) => void this.#channel.send(text))
      if (this.#inputEnded) this.#conversation.close(gone())
    }
    return aborted?.code === 'cancelled' || aborted?.code === 'disconnected' ? undefined : textOf(reply)
  }

  #notification({ method, params }: Notification, from: Surroundings): void {
    // Notifications carry no envelope, and need none: they name what they are about.
    const peer = this.#stateful ?? new AnonymousPeer(this.#served.newestStateless as Revision)
    const incoming = new Incoming(undefined, method, params, this.#channel, peer, from)
    void this.#runtime.notified(incoming, () => {
      if (method === 'notifications/cancelled')
        this.#calls.get(params?.['requestId'] as RequestId)?.abort(cancellation(params))
    })
  }
}
