import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { Outlet } from '../../peer/call.ts'
import type { Revision } from '../../protocol/revision.ts'
import { MAX_BATCH } from '../../server/connection.ts'
import { isObject } from '../../wire/json.ts'
import {
  type ErrorObject,
  errorText,
  type Invalid,
  type Message,
  type Notification,
  type Request,
  type Response,
  readMessage,
} from '../../wire/message.ts'
import type { Exchange } from './exchange.ts'
import { type Headers, invalidRequest } from './refuse.ts'

/** What a request is answered with. The status counts unless the response is a stream already. */
export interface Answer {
  readonly text: string
  readonly status: number
}

/** The response to one POST. */
export interface PostReply extends Outlet {
  /** Keeps watch while an answer is being made. */
  wait(): void
  /** Ends with the answer to a request. */
  finish(text: string, status: number): void
  /** Ends with the answers to a batch. */
  finishBatch(texts: readonly string[]): void
}

/** Who takes in the messages of a stateful revision: a session, or what stands in where there is none. */
export interface Correspondent {
  readonly revision: Revision
  reply(exchange: Exchange, headers: Headers): PostReply
  answer(exchange: Exchange, reply: PostReply, request: Request): MaybePromise<Answer>
  notified(exchange: Exchange, notification: Notification): void
  /** Takes in an answer of the client. */
  settle(response: Response): void
}

/** Answers a request in the response to its POST. */
export const takeRequest = (to: Correspondent, exchange: Exchange, headers: Headers, request: Request): void => {
  const reply = to.reply(exchange, headers)
  const answer = to.answer(exchange, reply, request)
  if (!(answer instanceof Promise)) return reply.finish(answer.text, answer.status)
  reply.wait()
  void answer.then(({ text, status }) => reply.finish(text, status))
}

/** Takes in what wants no answer. */
export const takeOneWay = (
  to: Correspondent,
  exchange: Exchange,
  headers: Headers,
  message: Notification | Response,
): void => {
  if (message.kind === 'notification') to.notified(exchange, message)
  else to.settle(message)
  exchange.respond(202, headers)
}

/** Why a batch is not taken (2025-03-26 §Sending Messages to the Server); no other revision has batches. */
export const refusedBatch = (revision: Revision | undefined, items: readonly unknown[]): ErrorObject | undefined => {
  if (!revision?.batches) return invalidRequest('Batches are part of revision 2025-03-26 alone')
  if (items.length === 0) return invalidRequest('An empty batch asks for nothing')
  if (items.length > MAX_BATCH) {
    return invalidRequest(`A batch holds at most ${MAX_BATCH} messages, got ${items.length}`)
  }
  const initializes = items.some((item) => isObject(item) && item['method'] === 'initialize')
  return initializes ? invalidRequest('initialize must not be part of a batch') : undefined
}

type Read = Message | Invalid

const wantsAnswer = ({ kind }: Read): boolean => kind === 'request' || kind === 'invalid'

const answerOne = (
  to: Correspondent,
  exchange: Exchange,
  reply: PostReply,
  message: Read,
): readonly MaybePromise<string>[] => {
  if (message.kind === 'invalid') return [errorText(message.id ?? null, message.error)]
  if (message.kind !== 'request') return []
  const answer = to.answer(exchange, reply, message)
  return [answer instanceof Promise ? answer.then(({ text }) => text) : answer.text]
}

/** Takes in a batch that is not refused. */
export const takeBatch = (to: Correspondent, exchange: Exchange, headers: Headers, items: readonly unknown[]): void => {
  const messages = items.map(readMessage)
  for (const message of messages) {
    if (message.kind === 'notification') to.notified(exchange, message)
    else if (message.kind === 'response') to.settle(message)
  }
  if (!messages.some(wantsAnswer)) return exchange.respond(202, headers)
  const reply = to.reply(exchange, headers)
  const answers = messages.flatMap((message) => answerOne(to, exchange, reply, message))
  reply.wait()
  void Promise.all(answers).then((texts) => reply.finishBatch(texts))
}
