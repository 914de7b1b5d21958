import { ErrorCode } from '../../errors.ts'
import { silent } from '../../peer/call.ts'
import { UNNAMED_REVISION } from '../../protocol/index.ts'
import { unsupportedVersion } from '../../protocol/negotiate.ts'
import type { Peer } from '../../protocol/peer.ts'
import type { Revision } from '../../protocol/revision.ts'
import { StatefulPeer } from '../../protocol/stateful.ts'
import { AnonymousPeer, envelopeVersion, hasEnvelope, isPeer, readEnvelope } from '../../protocol/stateless.ts'
import { MAX_BATCH } from '../../server/connection.ts'
import { Incoming } from '../../server/context.ts'
import type { ServerRuntime } from '../../server/runtime.ts'
import type { MaybePromise } from '../../server/types.ts'
import { isObject, type Parsed } from '../../wire/json.ts'
import {
  type ErrorObject,
  errorText,
  type Invalid,
  type Message,
  type Notification,
  type Request,
  type RequestId,
  readMessage,
} from '../../wire/message.ts'
import { checkTypes, parseBody, parseGiven } from './body.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import type { Body, Exchange } from './exchange.ts'
import { Guard } from './guard.ts'
import { checkMirrors, checkVersionHeader } from './mirror.ts'
import { HttpReply } from './reply.ts'

type Cors = Record<string, string>

const ALLOW = 'POST, OPTIONS'

const invalidRequest = (message: string): ErrorObject => ({ code: ErrorCode.InvalidRequest, message })

// The decision of 2025-06-18, Protocol Version Header, for clients that cannot be told in any newer words.
const legacyVersionError = (header: string, versions: readonly string[]): ErrorObject =>
  invalidRequest(`Bad Request: Unsupported protocol version: ${header} (supported versions: ${versions.join(', ')})`)

/** The one address of Streamable HTTP: every revision, and both conversations. Earlier ones without sessions. */
export class HttpEndpoint {
  readonly #runtime: ServerRuntime
  readonly #guard: Guard

  constructor(runtime: ServerRuntime) {
    this.#runtime = runtime
    this.#guard = new Guard(runtime.settings)
  }

  /** Answers one HTTP request. */
  handle(exchange: Exchange): void {
    const refused = this.#guard.check(exchange)
    if (refused) {
      this.#runtime.settings.logger.warn(refused.advice)
      return this.#refuse(exchange, {}, refused.status, invalidRequest(refused.message))
    }
    const cors = corsHeaders(exchange.header('origin'))
    if (exchange.method === 'OPTIONS') return this.#options(exchange, cors)
    if (exchange.method !== 'POST') return this.#notAllowed(exchange, cors)
    if (this.#runtime.closed) return this.#closing(exchange, cors)
    if (this.#runtime.ready) return this.#post(exchange, cors)
    this.#runtime.start().then(
      () => this.#post(exchange, cors),
      (error: unknown) => {
        this.#runtime.settings.logger.error('the lifespan failed to start:', error)
        this.#unavailable(exchange, cors, 'The server could not start')
      },
    )
  }

  #options(exchange: Exchange, cors: Cors): void {
    const preflight = exchange.header('access-control-request-method') === undefined ? {} : preflightHeaders(exchange)
    exchange.respond(204, { allow: ALLOW, ...cors, ...preflight })
  }

  #notAllowed(exchange: Exchange, cors: Cors): void {
    const message = `${exchange.method} is not allowed here: send messages with POST`
    this.#refuse(exchange, { allow: ALLOW, ...cors }, 405, invalidRequest(message))
  }

  #closing(exchange: Exchange, cors: Cors): void {
    this.#unavailable(exchange, cors, 'The server is closing')
  }

  #unavailable(exchange: Exchange, cors: Cors, message: string): void {
    this.#refuse(exchange, { 'retry-after': '1', ...cors }, 503, { code: ErrorCode.InternalError, message })
  }

  /** An error before there is a message to answer. */
  #refuse(exchange: Exchange, headers: Cors, status: number, error: ErrorObject): void {
    this.#respondError(exchange, headers, status, this.#missingId(exchange), error)
  }

  #respondError(
    exchange: Exchange,
    headers: Cors,
    status: number,
    id: RequestId | null | undefined,
    error: ErrorObject,
  ): void {
    const body = exchange.method === 'HEAD' ? undefined : errorText(id, error)
    exchange.respond(status, { 'content-type': 'application/json', ...headers }, body)
  }

  #missingId(exchange: Exchange): null | undefined {
    const revision = this.#runtime.settings.served.byVersion.get(exchange.header('mcp-protocol-version') ?? '')
    return revision ? revision.missingId : null
  }

  #post(exchange: Exchange, cors: Cors): void {
    const { responseMode, maxBodyBytes } = this.#runtime.settings
    const refused = checkTypes(exchange, responseMode)
    if (refused) return this.#refuse(exchange, cors, refused.status, invalidRequest(refused.message))
    if (exchange.parsedBody !== undefined) return this.#body(exchange, cors, parseGiven(exchange.parsedBody))
    if (Number(exchange.header('content-length')) > maxBodyBytes) return this.#tooLarge(exchange, cors)
    exchange.readBody(maxBodyBytes, (body: Body) => {
      if (body === 'too large') this.#tooLarge(exchange, cors)
      else if (body === 'taken') this.#taken(exchange, cors)
      else this.#body(exchange, cors, parseBody(body))
    })
  }

  #taken(exchange: Exchange, cors: Cors): void {
    this.#runtime.settings.logger.error(
      'the host has read the body of a request and passed nothing on: give what it parsed to handler as its third ' +
        'argument, or as request.body; to fetch, give the request unread',
    )
    const message = 'The body was read before it came here'
    this.#refuse(exchange, cors, 500, { code: ErrorCode.InternalError, message })
  }

  #tooLarge(exchange: Exchange, cors: Cors): void {
    const message = `The body is larger than ${this.#runtime.settings.maxBodyBytes} bytes`
    this.#refuse(exchange, { connection: 'close', ...cors }, 413, invalidRequest(message))
  }

  #body(exchange: Exchange, cors: Cors, body: Parsed): void {
    // It may have been closed while the body came in.
    if (this.#runtime.closed) return this.#closing(exchange, cors)
    if (!body.ok) {
      return this.#refuse(exchange, cors, 400, { code: ErrorCode.ParseError, message: `Parse error: ${body.reason}` })
    }
    if (Array.isArray(body.value)) return this.#batch(exchange, cors, body.value)
    const message = readMessage(body.value)
    switch (message.kind) {
      case 'invalid':
        return this.#respondError(exchange, cors, 400, message.id ?? this.#missingId(exchange), message.error)
      case 'request':
        return this.#request(exchange, cors, message)
      default:
        return this.#oneWay(exchange, cors, message)
    }
  }

  #request(exchange: Exchange, cors: Cors, request: Request): void {
    const peer = this.#isStateless(exchange, request)
      ? this.#statelessPeer(exchange, request)
      : this.#statefulPeer(exchange, request)
    if (!(peer instanceof Promise)) return this.#answer(exchange, cors, request, peer)
    void peer.then((late) =>
      this.#runtime.closed ? this.#closing(exchange, cors) : this.#answer(exchange, cors, request, late),
    )
  }

  #answer(exchange: Exchange, cors: Cors, request: Request, peer: Peer | ErrorObject): void {
    if (!isPeer(peer)) return this.#respondError(exchange, cors, 400, request.id, peer)
    const reply = new HttpReply(exchange, this.#runtime.settings, cors)
    const incoming = new Incoming(request.id, request.method, request.params, reply, peer, exchange)
    const stateless = peer.revision.conversation === 'stateless'
    const answer = this.#runtime.answer(incoming)
    if (!(answer instanceof Promise)) return reply.finish(answer, stateless)
    reply.wait([incoming])
    void answer.then((late) => reply.finish(late, stateless))
  }

  // The message decides: an envelope makes it stateless, and so does a header that names a stateless revision.
  #isStateless(exchange: Exchange, { method, params }: Request): boolean {
    const { byVersion, newestStateful } = this.#runtime.settings.served
    if (hasEnvelope(params)) return true
    const header = exchange.header('mcp-protocol-version')
    if (header !== undefined && byVersion.get(header)?.conversation === 'stateless') return true
    return newestStateful === undefined && method !== 'initialize'
  }

  // 2026-07-28 Streamable HTTP, Server Validation: the first failure wins, and a mismatch comes before the version.
  #statelessPeer(exchange: Exchange, request: Request): MaybePromise<Peer | ErrorObject> {
    const { settings, plan } = this.#runtime
    const header = exchange.header('mcp-protocol-version')
    const mismatch = checkVersionHeader(header, envelopeVersion(request.params))
    if (mismatch) return mismatch
    const peer = readEnvelope(settings.served, request.params)
    if (!isPeer(peer)) return peer
    const differs = checkMirrors(exchange, plan, peer.revision.http, request)
    return differs instanceof Promise ? differs.then((error) => error ?? peer) : (differs ?? peer)
  }

  #statefulPeer(exchange: Exchange, { method, params }: Request): Peer | ErrorObject {
    const { served } = this.#runtime.settings
    const { newestStateful } = served
    if (!newestStateful) return unsupportedVersion(served, params?.['protocolVersion'])
    if (method === 'initialize') return new StatefulPeer(newestStateful)
    const revision = this.#statefulRevision(exchange, newestStateful)
    return 'version' in revision ? new StatefulPeer(revision) : revision
  }

  #statefulRevision(exchange: Exchange, newest: Revision): Revision | ErrorObject {
    const { byVersion, versions } = this.#runtime.settings.served
    const header = exchange.header('mcp-protocol-version')
    if (header === undefined) return byVersion.get(UNNAMED_REVISION.version) ?? newest
    return byVersion.get(header) ?? legacyVersionError(header, versions)
  }

  /** A notification, or a response: there is nothing to answer. */
  #oneWay(exchange: Exchange, cors: Cors, message: Exclude<Message, Request>): void {
    const header = exchange.header('mcp-protocol-version')
    const { byVersion, versions, newestStateful, newestStateless } = this.#runtime.settings.served
    const revision = header === undefined ? (newestStateful ?? newestStateless) : byVersion.get(header)
    if (!revision) return this.#refuse(exchange, cors, 400, legacyVersionError(String(header), versions))
    if (message.kind === 'notification') this.#notified(exchange, message, revision)
    else if (revision.conversation === 'stateless') {
      return this.#refuse(exchange, cors, 400, invalidRequest('A response answers nothing: servers send no requests'))
    }
    exchange.respond(202, cors)
  }

  #notified(exchange: Exchange, { method, params }: Notification, revision: Revision): void {
    const incoming = new Incoming(undefined, method, params, silent, new AnonymousPeer(revision), exchange)
    void this.#runtime.notified(incoming, () => undefined)
  }

  // 2025-03-26 §Sending Messages to the Server. No other revision has batches.
  #batch(exchange: Exchange, cors: Cors, items: readonly unknown[]): void {
    const { newestStateful } = this.#runtime.settings.served
    const revision = newestStateful && this.#statefulRevision(exchange, newestStateful)
    const refused = this.#refusedBatch(items, revision)
    if (refused) return this.#refuse(exchange, cors, 400, refused)
    const messages = items.map(readMessage)
    for (const message of messages) {
      if (message.kind === 'notification') this.#notified(exchange, message, revision as Revision)
    }
    if (messages.every(({ kind }) => kind === 'notification' || kind === 'response')) return exchange.respond(202, cors)
    this.#answerBatch(exchange, cors, messages, revision as Revision)
  }

  #refusedBatch(items: readonly unknown[], revision: Revision | ErrorObject | undefined): ErrorObject | undefined {
    if (revision && 'code' in revision) return revision
    if (!revision?.batches) return invalidRequest('Batches are part of revision 2025-03-26 alone')
    if (items.length === 0) return invalidRequest('An empty batch asks for nothing')
    if (items.length > MAX_BATCH)
      return invalidRequest(`A batch holds at most ${MAX_BATCH} messages, got ${items.length}`)
    const initializes = items.some((item) => isObject(item) && item['method'] === 'initialize')
    return initializes ? invalidRequest('initialize must not be part of a batch') : undefined
  }

  #answerBatch(exchange: Exchange, cors: Cors, messages: readonly (Message | Invalid)[], revision: Revision): void {
    const reply = new HttpReply(exchange, this.#runtime.settings, cors)
    const calls: Incoming[] = []
    const answers = messages.map((message) => {
      if (message.kind === 'invalid') return errorText(message.id ?? null, message.error)
      if (message.kind !== 'request') return undefined
      const incoming = new Incoming(
        message.id,
        message.method,
        message.params,
        reply,
        new StatefulPeer(revision),
        exchange,
      )
      calls.push(incoming)
      return this.#runtime.answer(incoming)
    })
    reply.wait(calls)
    void Promise.all(answers).then((replies) =>
      reply.finishBatch(
        replies.flatMap((one) => (one === undefined ? [] : typeof one === 'string' ? [one] : [one.text])),
      ),
    )
  }
}
