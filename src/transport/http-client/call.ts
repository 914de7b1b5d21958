import { type OutgoingRequest, SessionExpiredError } from '../../client/carrier.ts'
import { ConnectionError } from '../../errors.ts'
import type { Logger } from '../../model/logger.ts'
import type { Revision } from '../../protocol/revision.ts'
import { decodeUtf8 } from '../../wire/bytes.ts'
import { type Parsed, parseJson } from '../../wire/json.ts'
import { mediaTypeOf } from '../../wire/media-type.ts'
import type { RequestId } from '../../wire/message.ts'
import { answers, attributed, isErrorAnswer } from './answer.ts'
import { type Delivery, MAX_EXCERPT_BYTES } from './delivery.ts'
import { EVENTS, EventStream, type Reconnect } from './event-stream.ts'
import { type GatheredEnd, Gathering } from './gathering.ts'
import type { RequestHeaders } from './headers.ts'
import type { HttpClient } from './http-client.ts'
import { isSuccess, refusal, textOf } from './refusal.ts'
import type { BodyReceiver, HeaderLookup, Recipient } from './requester.ts'

/** What calls have in common. None of its functions throws. */
export interface CallOptions {
  readonly client: HttpClient
  readonly headers: RequestHeaders
  readonly reconnect: Reconnect
  readonly maxMessageBytes: number
  readonly logger: Logger
  /** A message has come in the response. */
  readonly message: (value: unknown) => void
  /** The server has opened a session. */
  readonly session: (id: string | undefined) => void
  /** Its answer has come: the next message is, or has, that. */
  readonly answered: (call: Call) => void
  readonly failed: (call: Call, error: Error) => void
}

const JSON_TYPE = 'application/json'

/** What only looks, or comes to the same when it is done again. What else there may be, nobody knows. */
const REPEATABLE: ReadonlySet<string> = new Set([
  'server/discover',
  'initialize',
  'ping',
  'tools/list',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'subscriptions/listen',
  'completion/complete',
  'logging/setLevel',
])

/** One request, until it is answered. */
export class Call implements Recipient {
  readonly id: RequestId
  /** Which was spoken when it was sent. */
  readonly revision: Revision | undefined
  readonly #method: string
  readonly #options: CallOptions
  readonly #delivery: Delivery
  readonly #isInSession: boolean
  #stream: EventStream | undefined
  #state: 'waiting' | 'answered' | 'over' = 'waiting'

  constructor(options: CallOptions, outgoing: OutgoingRequest, revision: Revision | undefined) {
    const { client, headers } = options
    this.id = outgoing.id
    this.revision = revision
    this.#method = outgoing.method
    this.#options = options
    this.#isInSession = headers.session !== undefined
    this.#delivery = client.send(
      {
        method: 'POST',
        headers: headers.request(outgoing),
        body: outgoing.text,
        isRepeatable: REPEATABLE.has(outgoing.method),
      },
      this,
    )
  }

  /** Whether the server can have heard of it. */
  get hasLeft(): boolean {
    return this.#delivery.hasLeft
  }

  /** Gives it up. Nothing is called after it. */
  stop(): void {
    this.#state = 'over'
    this.#delivery.abort()
    this.#stream?.stop()
  }

  answered(status: number, header: HeaderLookup): BodyReceiver {
    const type = mediaTypeOf(header('content-type'))
    if (!isSuccess(status)) return this.#refused(status, header, type)
    if (this.#method === 'initialize') this.#options.session(header('mcp-session-id'))
    if (type === JSON_TYPE) return new Gathering(this.#options.maxMessageBytes, (body, end) => this.#json(body, end))
    if (type === EVENTS) return this.#read()
    return this.#delivery.excerpt(MAX_EXCERPT_BYTES, (body) => {
      const came = type ?? (body.length === 0 ? 'an empty body' : 'a body without a content type')
      this.#unanswered(`status ${status} and ${came}, not with JSON or an event stream`, status, textOf(body))
    })
  }

  failed(error: Error): void {
    this.#fail(error)
  }

  get #name(): string {
    return JSON.stringify(this.#method)
  }

  #refused(status: number, header: HeaderLookup, type: string | undefined): BodyReceiver {
    const isUnauthorized = status === 401 || status === 403
    const limit = type === JSON_TYPE ? this.#options.maxMessageBytes : MAX_EXCERPT_BYTES
    return this.#delivery.excerpt(limit, (bytes) => {
      const body = textOf(bytes.subarray(0, MAX_EXCERPT_BYTES))
      if (status === 404 && this.#isInSession) return this.#fail(new SessionExpiredError(this.#name, { body }))
      const parsed = type === JSON_TYPE && !isUnauthorized ? parseJson(textOf(bytes)) : undefined
      const value = parsed?.ok ? attributed(parsed.value, this.id) : undefined
      if (isErrorAnswer(value, this.id)) this.#take(value)
      else this.#fail(refusal(this.#name, status, header, body))
    })
  }

  #json(bytes: Uint8Array, end: GatheredEnd): void {
    if (end === 'cut') return this.#tooLarge()
    if (end !== 'whole') return this.#fail(end)
    const text = decodeUtf8(bytes)
    const parsed: Parsed = text === undefined ? { ok: false, reason: 'it is not UTF-8' } : parseJson(text)
    if (parsed.ok) this.#take(attributed(parsed.value, this.id))
    if (this.#state !== 'waiting') return
    const noJson = (reason: string): string => (bytes.length === 0 ? 'an empty body' : `what is no JSON: ${reason}`)
    const came = parsed.ok ? 'JSON that does not answer it' : noJson(parsed.reason)
    this.#unanswered(came, undefined, textOf(bytes.subarray(0, MAX_EXCERPT_BYTES)))
  }

  #read(): EventStream {
    const { client, headers, logger, maxMessageBytes, reconnect } = this.#options
    this.#stream = new EventStream({
      name: `the event stream of ${this.#name}`,
      isAnswer: true,
      maxMessageBytes,
      reconnect,
      // Only the revisions with sessions have streams that go on, and the first request is not yet in one.
      isWanted: () => this.#state === 'waiting' && this.revision?.conversation !== 'stateless',
      connect: (lastEventId, recipient) =>
        client.send(
          { method: 'GET', headers: headers.stream(lastEventId), body: undefined, isRepeatable: true },
          recipient,
        ),
      message: (data) => {
        const parsed = parseJson(data)
        if (parsed.ok) this.#take(parsed.value)
        else logger.warn(`passed over an event of ${this.#name} that is no message: ${parsed.reason}`)
      },
      tooLarge: () => this.#tooLarge(),
      over: (reason) => this.#fail(reason),
    })
    return this.#stream
  }

  #take(value: unknown): void {
    if (this.#state === 'over') return
    if (answers(value, this.id)) {
      // Its id may be another's by now.
      if (this.#state === 'answered') return
      this.#state = 'answered'
      // The server ends the stream behind the answer, or should.
      this.#delivery.linger()
      this.#stream?.linger()
      this.#options.answered(this)
    }
    this.#options.message(value)
  }

  #tooLarge(): void {
    const { maxMessageBytes } = this.#options
    const problem = `The answer to ${this.#name} is larger than ${maxMessageBytes} bytes; see maxMessageBytes`
    this.#fail(new ConnectionError('unanswered', problem))
  }

  #unanswered(came: string, status: number | undefined, body: string): void {
    const options = { ...(status !== undefined && { status }), body }
    this.#fail(new ConnectionError('unanswered', `The server answered ${this.#name} with ${came}`, options))
  }

  #fail(error: Error): void {
    if (this.#state !== 'waiting') return
    this.stop()
    this.#options.failed(this, error)
  }
}
