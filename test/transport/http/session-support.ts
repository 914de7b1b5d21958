import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { BindOptions } from '../../../src/index.ts'
import { initializeParams, type Params, STATEFUL, type Version } from '../../support/messages.ts'
import { type Adapter, open, type Sending, type Subject } from './support.ts'

type Bindable = Parameters<typeof open>[2]

export type Stateful = (typeof STATEFUL)[number]

/** The revisions of which a stream begins with an event without data, and which may be polled. */
export const POLLING: readonly Stateful[] = ['2025-11-25']

// biome-ignore lint/suspicious/noExplicitAny: tests reach into what came
export type Loose = any

/** An event as a reader of WHATWG HTML takes it. */
export interface Event {
  readonly id: string | undefined
  readonly data: string
  readonly retry: number | undefined
}

/** A client of a session, as low as its requests. */
export interface SessionClient {
  readonly subject: Subject
  readonly version: Stateful
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
  /** A request, a notification, an answer, or a batch. */
  readonly begin: (message: unknown, headers?: Readonly<Record<string, string>>) => Sending
  readonly post: (message: unknown, headers?: Readonly<Record<string, string>>) => Promise<Response>
  readonly call: (id: string | number, name: string, args?: Params) => Promise<Response>
  readonly beginCall: (id: string | number, name: string, args?: Params) => Sending
  readonly get: (headers?: Readonly<Record<string, string>>) => Sending
  /** Comes back for the rest of a stream. */
  readonly resume: (lastEventId: string) => Promise<Response>
  readonly end: () => Promise<Response>
}

const COMMON = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

export const request = (id: string | number, method: string, params: Params = {}) => ({
  jsonrpc: '2.0' as const,
  id,
  method,
  params,
})

export const toolCall = (id: string | number, name: string, args: Params = {}) =>
  request(id, 'tools/call', { name, arguments: args, _meta: { progressToken: `p${id}` } })

export const notification = (method: string, params: Params = {}) => ({ jsonrpc: '2.0' as const, method, params })

export const initialize = (version: string, capabilities: Params = {}) =>
  request('init', 'initialize', { ...initializeParams(version), capabilities })

export const ABLE: Params = { elicitation: {}, sampling: {}, roots: { listChanged: true } }

/** Opens a session. */
export const openSession = async (
  subject: Subject,
  version: Stateful,
  extra: Readonly<Record<string, string>> = {},
  capabilities: Params = ABLE,
): Promise<SessionClient> => {
  const opening = await subject.send({
    headers: { ...COMMON, ...extra },
    body: JSON.stringify(initialize(version, capabilities)),
  })
  assert.equal(opening.status, 200)
  const id = opening.headers.get('mcp-session-id')
  assert.ok(id)
  assert.match(await opening.text(), new RegExp(`"protocolVersion":"${version}"`))
  const hasHeader = version === '2025-06-18' || version === '2025-11-25'
  const headers = { 'mcp-session-id': id, ...(hasHeader && { 'mcp-protocol-version': version }), ...extra }
  const begin: SessionClient['begin'] = (message, more = {}) =>
    subject.begin({ headers: { ...COMMON, ...headers, ...more }, body: JSON.stringify(message) })
  const get: SessionClient['get'] = (more = {}) =>
    subject.begin({ method: 'GET', headers: { accept: 'text/event-stream', ...headers, ...more } })
  const beginCall: SessionClient['beginCall'] = (requestId, name, args) => begin(toolCall(requestId, name, args))
  return {
    subject,
    version,
    id,
    headers,
    begin,
    post: (message, more) => begin(message, more).response,
    beginCall,
    call: (...args) => beginCall(...args).response,
    get,
    resume: (lastEventId) => get({ 'last-event-id': lastEventId }).response,
    end: () => subject.send({ method: 'DELETE', headers }),
  }
}

/** A session of a server behind an adapter. */
export const sessionOf = async (
  t: TestContext,
  adapter: Adapter,
  server: Bindable,
  version: Stateful,
  options: BindOptions = {},
): Promise<SessionClient> => openSession(await open(t, adapter, server, options), version)

const readEvent = (block: string): Event | undefined => {
  const fields = block.split('\n').map((line): readonly [string, string] => {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? []
    return [name, value]
  })
  const last = (wanted: string): string | undefined => fields.findLast(([name]) => name === wanted)?.[1]
  const retry = last('retry')
  const data = last('data')
  if (data === undefined && retry === undefined) return undefined
  return { id: last('id'), data: data ?? '', retry: retry === undefined ? undefined : Number(retry) }
}

/** The events in a text, as far as they are complete; comments are none. */
export const eventsIn = (text: string): readonly Event[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => readEvent(block) ?? [])

/** Reads the events of a response one after the other. */
export class Events {
  readonly response: Response
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  readonly #events: Event[] = []
  #text = ''
  #lastId: string | undefined

  constructor(response: Response) {
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
    this.response = response
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader()
  }

  /** The id that would go into `Last-Event-ID`. */
  get lastId(): string {
    assert.ok(this.#lastId !== undefined)
    return this.#lastId
  }

  /** The next event; undefined at the end of the stream. */
  async next(): Promise<Event | undefined> {
    while (this.#events.length === 0) {
      const { done, value } = await this.#reader.read()
      if (done) {
        assert.equal(this.#text, '', 'the stream ended within an event')
        return undefined
      }
      this.#text += this.#decoder.decode(value, { stream: true })
      const end = this.#text.lastIndexOf('\n\n') + 2
      if (end < 2) continue
      this.#events.push(...eventsIn(this.#text.slice(0, end)))
      this.#text = this.#text.slice(end)
    }
    const event = this.#events.shift()
    if (event?.id !== undefined) this.#lastId = event.id
    return event
  }

  /** The next message: events without data are passed over. */
  async message(): Promise<Loose> {
    for (let event = await this.next(); event; event = await this.next()) if (event.data) return JSON.parse(event.data)
    return undefined
  }

  /** All messages up to the end. */
  async rest(): Promise<readonly Loose[]> {
    const messages: Loose[] = []
    for (let one = await this.message(); one; one = await this.message()) messages.push(one)
    return messages
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel()
  }
}

/** Everything about a message but what differs from run to run. */
export const said = (message: Loose): string =>
  message.method === 'notifications/progress' ? `progress ${message.params.progress}` : (message.method ?? message.id)

/** The text of a tool's result. */
export const textOf = (message: Loose): string => {
  assert.equal(message.error, undefined, JSON.stringify(message.error))
  return message.result.content[0].text
}

export { STATEFUL, type Version }
