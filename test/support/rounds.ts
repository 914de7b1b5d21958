import assert from 'node:assert/strict'
import type { BindOptions, FetchHandler, Runtime } from '../../src/index.ts'
import { ABLE, declaring, type Loose } from './answering.ts'
import { ask, keepingLogger, type Params, type Reply } from './messages.ts'

/** What a round ended in. */
export interface Round {
  readonly reply: Reply
  /** The questions by key; undefined where the call has ended. */
  readonly asked: Readonly<Record<string, Loose>> | undefined
  readonly state: string
  /** Comes again with answers, and with the state unless another is given. */
  readonly answer: (inputResponses: unknown, more?: Params) => Promise<Round>
}

/** Something that answers over HTTP. */
interface Host {
  readonly fetch: FetchHandler
}

/** One round of a call of 2026-07-28, with whatever its client brings along. */
export const round = async (host: Host, method: string, params: Params, more: Params = {}): Promise<Round> => {
  const _meta = declaring(ABLE, params['_meta'] as Params)
  const reply = await ask(host, '2026-07-28', method, { ...params, ...more, _meta })
  const isOpen = reply.result?.resultType === 'input_required'
  const state = reply.result?.requestState
  return {
    reply,
    asked: isOpen ? reply.result.inputRequests : undefined,
    state,
    answer: (inputResponses, other = {}) =>
      round(host, method, params, { inputResponses, requestState: state, ...other }),
  }
}

/** The first round of a call of a tool. */
export const begin = (host: Host, name: string, args: Params = {}): Promise<Round> =>
  round(host, 'tools/call', { name, arguments: args })

/** The keys of what was asked. */
export const keysOf = ({ asked, reply }: Round): readonly string[] => {
  assert.ok(asked, JSON.stringify(reply))
  return Object.keys(asked)
}

/** What the questions say, by key. */
export const messagesIn = ({ asked, reply }: Round): Readonly<Record<string, string>> => {
  assert.ok(asked, JSON.stringify(reply))
  return Object.fromEntries(Object.entries(asked).map(([key, { params }]) => [key, params.message]))
}

/** The value of a tool whose call has ended. */
export const valueIn = ({ reply }: Round): Loose => {
  assert.equal(reply.result?.resultType, 'complete', JSON.stringify(reply))
  assert.notEqual(reply.result.isError, true, JSON.stringify(reply))
  return JSON.parse(reply.result.content[0].text)
}

/** The text of a tool whose call has ended in an error for the model. */
export const errorIn = ({ reply }: Round): string => {
  assert.equal(reply.result?.isError, true, JSON.stringify(reply))
  return reply.result.content[0].text
}

/** A runtime, and what it logs. */
export const logging = (
  server: { bind(options: BindOptions): Runtime },
  options: BindOptions = {},
): { readonly runtime: Runtime; readonly logged: () => readonly string[] } => {
  const logger = keepingLogger()
  return {
    runtime: server.bind({ logger, ...options }),
    logged: () => logger.lines.map(({ level, message }) => `${level}: ${message}`),
  }
}
