import type { AbortedError } from '../../errors.ts'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { AuthInfo } from '../../model/types.ts'
import { silent } from '../../peer/call.ts'
import { InFlight } from '../../peer/in-flight.ts'
import type { Revision } from '../../protocol/revision.ts'
import { StatefulPeer } from '../../protocol/stateful.ts'
import { cancellation } from '../../server/connection.ts'
import { Conversation } from '../../server/conversation.ts'
import type { EventStore } from '../../server/faces.ts'
import { type HttpInfo, Incoming, type Surroundings } from '../../server/incoming.ts'
import { type Reply, type ServerRuntime, textOf } from '../../server/runtime.ts'
import { errorText, type Notification, type Request, type RequestId, type Response } from '../../wire/message.ts'
import { Archive } from './archive.ts'
import type { Answer, Correspondent } from './correspondent.ts'
import type { Exchange } from './exchange.ts'
import { CallHold, Holds } from './holds.ts'
import { type Headers, type HttpError, invalidRequest } from './refuse.ts'
import { ResumableStream, type StreamRules, type Unread } from './resumable.ts'
import { SessionAsker } from './session-asker.ts'
import { SessionReply } from './session-reply.ts'

/** The stream of what belongs to no request. */
const STANDALONE = '0'

/** How many streams of calls a session has at most, unless more of them are still going on. */
const MAX_STREAMS = 32

const EVENT_ID = /^(\d{1,15})-(\d{1,15})$/

const UNKNOWN_EVENT: HttpError = { status: 400, message: 'Last-Event-ID names no event of this session' }

/** What others use for a request that its client has given up; the specification has no code for it. */
const REQUEST_CANCELLED = -32800

/** The HTTP request of a call in a session, whose client can be sent away to come back. */
class SessionHttpInfo implements HttpInfo {
  readonly #http: HttpInfo
  readonly #reply: SessionReply

  constructor(http: HttpInfo, reply: SessionReply) {
    this.#http = http
    this.#reply = reply
  }

  get headers(): HttpInfo['headers'] {
    return this.#http.headers
  }

  get url(): URL {
    return this.#http.url
  }

  release({ retryMs }: { readonly retryMs?: number } = {}): void {
    this.#reply.release(retryMs)
  }
}

/** What surrounds a call in a session. */
class SessionSurroundings implements Surroundings {
  readonly #exchange: Exchange
  readonly #reply: SessionReply

  constructor(exchange: Exchange, reply: SessionReply) {
    this.#exchange = exchange
    this.#reply = reply
  }

  get auth(): AuthInfo | undefined {
    return this.#exchange.auth
  }

  get http(): HttpInfo | undefined {
    const { http } = this.#exchange
    return http && new SessionHttpInfo(http, this.#reply)
  }
}

const refusal = (id: RequestId, message: string): Answer => ({
  text: errorText(id, invalidRequest(message)),
  status: 400,
})

const answered = (reply: Reply): Answer => ({ text: textOf(reply), status: 200 })

/** What a call that was given up is answered with; undefined for one that answers by itself. */
const givenUp = ({ id, aborted }: Incoming): Answer | undefined => {
  // The specification would rather have no answer, but each POST has a response.
  if (aborted?.code === 'cancelled') {
    return { text: errorText(id, { code: REQUEST_CANCELLED, message: aborted.message }), status: 200 }
  }
  return aborted?.code === 'closed' ? { ...refusal(id as RequestId, aborted.message), status: 404 } : undefined
}

/** The answer, unless the call is given up before. */
const settled = (incoming: Incoming, answer: Promise<Reply>): Promise<Answer> =>
  new Promise((resolve) => {
    void answer.then((reply) => resolve(answered(reply)))
    incoming.signal.addEventListener(
      'abort',
      () => {
        const instead = givenUp(incoming)
        if (instead) resolve(instead)
      },
      { once: true },
    )
  })

/** The conversation with one client over HTTP: it outlives the requests that it is made of. */
export class Session implements Correspondent {
  readonly id = crypto.randomUUID()
  readonly principal: string | undefined
  readonly peer: StatefulPeer
  readonly #runtime: ServerRuntime
  #store: EventStore | undefined
  readonly #conversation: Conversation
  readonly #calls = new InFlight<RequestId>()
  readonly #holds: Holds
  readonly #standalone: ResumableStream
  readonly #streams = new Map<string, ResumableStream>()
  readonly #rules: StreamRules
  #streamCount = 0

  /** @param busy hears when something goes on in it, and when nothing does any more */
  constructor(
    runtime: ServerRuntime,
    revision: Revision,
    principal: string | undefined,
    store: EventStore | undefined,
    busy: (session: Session, isBusy: boolean) => void,
  ) {
    this.#runtime = runtime
    this.principal = principal
    this.peer = new StatefulPeer(revision, { id: this.id })
    this.#store = store
    this.#holds = new Holds((isBusy) => busy(this, isBusy))
    const { keepAliveMs, logger } = runtime.settings
    this.#rules = { polling: () => this.revision.http.polling, keepAliveMs, logger, hold: this.#holds.take }
    this.#standalone = this.#newStream(STANDALONE)
    this.#conversation = new Conversation(runtime, this.peer, (text) => void this.#standalone.send(text))
  }

  get revision(): Revision {
    return this.peer.revision
  }

  /** Keeps it from being idle. @returns what ends that */
  hold(): () => void {
    return this.#holds.take()
  }

  /** Whether its client may be sent away to come back. */
  get polls(): boolean {
    return this.revision.http.polling && this.#store !== undefined
  }

  reply(exchange: Exchange, headers: Headers): SessionReply {
    return new SessionReply(exchange, this.#runtime.settings, headers, this)
  }

  answer(exchange: Exchange, reply: SessionReply, { id, method, params }: Request): MaybePromise<Answer> {
    if (method === 'initialize') return refusal(id, 'This session is initialized already')
    const incoming = new Incoming(id, method, params, reply, this.peer, new SessionSurroundings(exchange, reply))
    if (!this.#calls.add(id, incoming))
      return refusal(id, `The id ${JSON.stringify(id)} is in use by a request in flight`)
    const hold = new CallHold(this.#holds)
    const settle = (answer: Answer): Answer => {
      this.#calls.remove(id)
      hold.end()
      return answer
    }
    incoming.wayBack = () => new SessionAsker(this.#conversation.pending, incoming, reply, hold)
    const answer = this.#runtime.answer(incoming)
    return answer instanceof Promise ? settled(incoming, answer).then(settle) : settle(answered(answer))
  }

  notified(exchange: Exchange, { method, params }: Notification): void {
    this.#touch()
    const incoming = new Incoming(undefined, method, params, silent, this.peer, exchange)
    void this.#runtime.notified(incoming, () => {
      if (method === 'notifications/cancelled')
        this.#calls.get(params?.['requestId'] as RequestId)?.abort(cancellation(params))
    })
  }

  settle(response: Response): void {
    this.#touch()
    this.#conversation.settle(response)
  }

  /** Begins the stream of a call. */
  begin(): ResumableStream {
    for (const [name, stream] of this.#streams) {
      if (!stream.isOver || this.#streams.size < MAX_STREAMS) continue
      stream.forget()
      this.#streams.delete(name)
    }
    this.#streamCount += 1
    const name = String(this.#streamCount)
    const stream = this.#newStream(name)
    this.#streams.set(name, stream)
    return stream
  }

  /** Opens the stream of what belongs to no request. */
  listen(exchange: Exchange, headers: Headers): Promise<Unread | undefined> {
    return this.#standalone.read(exchange, headers)
  }

  /** Goes on with a stream behind one of its events. */
  resume(exchange: Exchange, headers: Headers, lastEventId: string): Promise<Unread | undefined> {
    const [, name = '', number] = EVENT_ID.exec(lastEventId) ?? []
    const stream = name === STANDALONE ? this.#standalone : this.#streams.get(name)
    return stream ? stream.read(exchange, headers, Number(number)) : Promise.resolve(UNKNOWN_EVENT)
  }

  /** Ends it: what is in flight is aborted, and ends with an error; what was kept is forgotten. */
  end(reason: AbortedError): void {
    // What is still to be answered finds nobody who could come back for it.
    this.#store = undefined
    this.#conversation.close(reason)
    this.#calls.abortAll(reason)
    this.#standalone.end([])
    for (const stream of [this.#standalone, ...this.#streams.values()]) stream.forget()
  }

  /** If it is idle, it is so only from now on. */
  #touch(): void {
    this.hold()()
  }

  #newStream(name: string): ResumableStream {
    const archive = new Archive(this.#store, `${this.id}/${name}`, this.#rules.logger)
    return new ResumableStream(name, archive, this.#rules)
  }
}
