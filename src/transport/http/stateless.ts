import { ErrorCode } from '../../errors.ts'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { Served } from '../../protocol/negotiate.ts'
import type { Peer } from '../../protocol/peer.ts'
import { envelopeVersion, hasEnvelope, isPeer, readEnvelope } from '../../protocol/stateless.ts'
import { Incoming } from '../../server/incoming.ts'
import type { Reply, ServerRuntime } from '../../server/runtime.ts'
import type { ErrorObject, Request } from '../../wire/message.ts'
import type { Exchange } from './exchange.ts'
import { checkAccept } from './media-types.ts'
import { checkMirrors, checkVersionHeader } from './mirror.ts'
import { CLOSING, type Headers, invalidRequest, respondError, unavailable } from './refuse.ts'
import { HttpReply } from './reply.ts'

/** Whether a request stands alone: by its envelope, or by a header that names a stateless revision. */
export const isStateless = (served: Served, exchange: Exchange, request: Request): boolean => {
  if (hasEnvelope(request)) return true
  const header = exchange.header('mcp-protocol-version')
  if (header !== undefined && served.byVersion.get(header)?.conversation === 'stateless') return true
  return served.newestStateful === undefined && request.method !== 'initialize'
}

// 2026-07-28 Streamable HTTP, Server Validation: the first failure wins, and a mismatch comes before the version.
const findPeer = (
  { settings, plan }: ServerRuntime,
  exchange: Exchange,
  request: Request,
): MaybePromise<Peer | ErrorObject> => {
  const header = exchange.header('mcp-protocol-version')
  const mismatch = checkVersionHeader(header, envelopeVersion(request.params))
  if (mismatch) return mismatch
  const peer = readEnvelope(settings.served, request.params)
  if (!isPeer(peer)) return peer
  const differs = checkMirrors(exchange, plan, peer.revision.http, request)
  return differs instanceof Promise ? differs.then((error) => error ?? peer) : (differs ?? peer)
}

// 2026-07-28 Streamable HTTP, Protocol Version Header: an unknown method is a 404, apart from what handlers say.
const finish = (reply: HttpReply, answer: Reply): void => {
  if (typeof answer === 'string') return reply.finish(answer, 200)
  const { text, code, unknownMethod } = answer
  reply.finish(text, code === ErrorCode.MissingRequiredClientCapability ? 400 : unknownMethod ? 404 : 200)
}

const answerPeer = (
  runtime: ServerRuntime,
  exchange: Exchange,
  headers: Headers,
  request: Request,
  peer: Peer | ErrorObject,
): void => {
  if (!isPeer(peer)) return respondError(exchange, headers, 400, request.id, peer)
  const { settings } = runtime
  const isStream = peer.revision.streams.has(request.method)
  const refused = isStream ? checkAccept(exchange, 'sse') : undefined
  if (refused) return respondError(exchange, headers, refused.status, request.id, invalidRequest(refused.message))
  // What is a stream by itself is one also where everything else is one JSON object.
  const isForced = isStream && settings.responseMode === 'json'
  const reply = new HttpReply(exchange, isForced ? { ...settings, responseMode: 'auto' } : settings, headers)
  const incoming = new Incoming(request.id, request.method, request.params, reply, peer, exchange)
  const answer = runtime.answer(incoming)
  if (!(answer instanceof Promise)) return finish(reply, answer)
  reply.wait(incoming)
  void answer.then((late) => finish(reply, late))
}

/** Answers a request that stands alone. */
export const answerStateless = (
  runtime: ServerRuntime,
  exchange: Exchange,
  headers: Headers,
  request: Request,
): void => {
  const { plan } = runtime
  const peer = findPeer(runtime, exchange, request)
  if (!(peer instanceof Promise)) return answerPeer(runtime, exchange, headers, request, peer)
  void peer.then((late) => {
    if (runtime.closed) unavailable(exchange, runtime.settings.served, headers, CLOSING)
    // Its headers were compared with a tool that has been replaced meanwhile.
    else if (runtime.plan !== plan) answerStateless(runtime, exchange, headers, request)
    else answerPeer(runtime, exchange, headers, request, late)
  })
}
