import assert from 'node:assert/strict'
import type { BindOptions, FetchHandler } from '../../src/index.ts'
import { type Bindable, type Connected, connect } from './connection.ts'
import { isStateless, messagesOf, type Params, post, type Reply, request, type Version } from './messages.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests reach into what came
export type Loose = any

/** A question as it came to a client. */
export interface Asked {
  readonly method: string
  readonly params: Loose
  /** Of a round. */
  readonly key: string | undefined
  /** The id of a request. */
  readonly id: string | number | undefined
}

/** An error in place of an answer. */
export class Refused {
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown }

  constructor(code: number, message: string, data?: unknown) {
    this.error = { code, message, ...(data !== undefined && { data }) }
  }
}

/** What a client answers: a result, a {@link Refused}, or undefined for nothing at all. */
export type Answers = (asked: Asked, index: number) => unknown

/** A call, from its request to its reply. */
export interface Talk {
  readonly reply: Reply
  readonly asked: readonly Asked[]
  /** What came besides. */
  readonly notifications: readonly Loose[]
}

/** Every capability that a question can need. */
export const ABLE = {
  elicitation: { form: {}, url: {} },
  sampling: { tools: {}, context: {} },
  roots: {},
} as const

/** `_meta` of a client of 2026-07-28 with these capabilities. */
export const declaring = (capabilities: object, meta: Params = {}): Params => ({
  'io.modelcontextprotocol/clientCapabilities': capabilities,
  ...meta,
})

export const accept = (content?: unknown): Params => ({ action: 'accept', ...(content !== undefined && { content }) })
export const DECLINE: Params = { action: 'decline' }
export const CANCEL: Params = { action: 'cancel' }

const nobody: Answers = ({ method }) => assert.fail(`${method} was asked`)

/** Goes on with a call of 2026-07-28 until it has a result, as its client does. */
export const inRounds = async (
  send: (params: Params) => Promise<Reply>,
  params: Params,
  answers: Answers,
): Promise<{ readonly reply: Reply; readonly asked: readonly Asked[]; readonly rounds: number }> => {
  const asked: Asked[] = []
  let more: Params = {}
  for (let rounds = 1; ; rounds++) {
    const reply = await send({ ...params, ...more })
    if (reply.result?.resultType !== 'input_required') return { reply, asked, rounds }
    const { inputRequests, requestState } = reply.result
    const inputResponses: Record<string, unknown> = {}
    for (const [key, { method, params: given }] of Object.entries<Loose>(inputRequests)) {
      const question: Asked = { method, params: given, key, id: undefined }
      const answer = answers(question, asked.push(question) - 1)
      if (answer !== undefined) inputResponses[key] = answer
    }
    more = { inputResponses, requestState }
  }
}

/** Where messages go and come from. */
export type Line = Pick<Connected, 'send' | 'next'>

/** Sends a request, and answers by responses what is asked on the way. */
const byRequests = async ({ send, next }: Line, message: Loose, answers: Answers): Promise<Talk> => {
  const asked: Asked[] = []
  const notifications: Reply[] = []
  send(message)
  for (;;) {
    const came: Loose = await next()
    if (came.method === undefined) {
      assert.equal(came.id, message.id)
      return { reply: came, asked, notifications }
    }
    if (came.id === undefined) notifications.push(came)
    else {
      const question: Asked = { method: came.method, params: came.params, key: undefined, id: came.id }
      const answer = answers(question, asked.push(question) - 1)
      const result = answer instanceof Refused ? { error: answer.error } : { result: answer }
      if (answer !== undefined) send({ jsonrpc: '2.0', id: came.id, ...result })
    }
  }
}

/** Calls a method, and answers what is asked on the way. Nothing may be asked where no answers are given. */
export type CallMethod = (method: string, params?: Params, answers?: Answers) => Promise<Talk>

/** The calls of a client on a line that has been opened. */
export const callsOn = (line: Line, version: Version, capabilities: object): CallMethod => {
  let ids = 0
  const send = (method: string, params: Params, answers: Answers): Promise<Talk> => {
    const _meta = declaring(capabilities, params['_meta'] as Params)
    const given = isStateless(version) ? { ...params, _meta } : params
    return byRequests(line, request(version, `call ${++ids}`, method, given), answers)
  }
  return async (method, params = {}, answers = nobody) => {
    if (!isStateless(version)) return send(method, params, answers)
    const notifications: Loose[] = []
    const sendRound = async (given: Params): Promise<Reply> => {
      const talk = await send(method, given, nobody)
      notifications.push(...talk.notifications)
      return talk.reply
    }
    return { ...(await inRounds(sendRound, params, answers)), notifications }
  }
}

/** A client that answers. */
export interface Client {
  readonly version: Version
  readonly connected: Connected
  readonly call: CallMethod
  /** A request of this client, for a test that sends it by itself. */
  readonly request: (id: string | number, method: string, params?: Params) => Loose
}

export interface ClientOptions extends BindOptions {
  /** All of them by default. */
  readonly capabilities?: object
}

/** A client on a connection to a server. */
export const clientOf = async (
  server: Bindable,
  version: Version,
  { capabilities = ABLE, ...options }: ClientOptions = {},
): Promise<Client> => {
  const connected = connect(server, options)
  if (!isStateless(version)) await connected.open(version, { capabilities })
  const requestOf = (id: string | number, method: string, params: Params = {}): Loose => {
    const _meta = declaring(capabilities, params['_meta'] as Params)
    return request(version, id, method, isStateless(version) ? { ...params, _meta } : params)
  }
  return { version, connected, call: callsOn(connected, version, capabilities), request: requestOf }
}

/** Calls over HTTP as a client of 2026-07-28 that answers. */
export const callOverHttp = async (
  server: { readonly fetch: FetchHandler },
  method: string,
  params: Params,
  answers: Answers = nobody,
  capabilities: object = ABLE,
): Promise<Talk & { readonly rounds: number }> => {
  const notifications: Reply[] = []
  const send = async (given: Params): Promise<Reply> => {
    const _meta = declaring(capabilities, given['_meta'] as Params)
    const messages = await messagesOf(await server.fetch(post('2026-07-28', method, { ...given, _meta })))
    notifications.push(...messages.slice(0, -1))
    return messages.at(-1) as Reply
  }
  return { ...(await inRounds(send, params, answers)), notifications }
}

/** The text of a result of a tool. */
export const textOf = ({ reply }: Talk): string => {
  assert.equal(reply.error, undefined, JSON.stringify(reply.error))
  return reply.result.content[0].text
}

/** The text of a result of a tool that must be an error for the model. */
export const errorTextOf = (talk: Talk): string => {
  const text = textOf(talk)
  assert.equal(talk.reply.result.isError, true, text)
  return text
}

/** The value that a tool returned. */
export const returned = (talk: Talk): Loose => {
  const { result } = talk.reply
  assert.notEqual(result?.isError, true, JSON.stringify(talk.reply))
  return JSON.parse(textOf(talk))
}
