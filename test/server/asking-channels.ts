import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type BindOptions, createMemoryTransports, type FetchHandler } from '../../src/index.ts'
import { connectWebSocket } from '../../src/transport/websocket/connect.ts'
import { askingServer, REQUEST_STATE } from '../fixtures/asking.ts'
import { ABLE, type CallMethod, callsOn, declaring, type Line, type Loose } from '../support/answering.ts'
import { connect, Inbox } from '../support/connection.ts'
import { Events } from '../support/events.ts'
import {
  ask,
  headersOf,
  initializeParams,
  isStateless,
  keepingLogger,
  messagesOf,
  type Params,
  type Reply,
  request,
  STATEFUL,
  STATELESS,
  URL_OF_TESTS,
  VERSIONS,
  type Version,
} from '../support/messages.ts'
import { SseReader } from '../support/sse.ts'
import { start } from '../support/stdio.ts'
import { callerOn } from '../support/transports.ts'
import { dialogue } from '../support/websocket.ts'

/** A client on some transport, that can answer all that it is asked. */
export interface Channel {
  readonly call: CallMethod
  /** One request of 2026-07-28, whatever it ends in. */
  readonly round: (method: string, params: Params) => Promise<Reply>
}

/** A transport, and the revisions that it carries. */
export interface Transport {
  readonly versions: readonly Version[]
  /** Whether what is asked can be answered. */
  readonly hasWayBack: boolean
  /** What a call of a revision is answered that it does not carry. */
  readonly refuses?: { readonly version: Version; readonly error: object }
  readonly open: (t: TestContext, version: Version) => Promise<Channel>
}

const bind = (options: BindOptions = {}) =>
  askingServer.bind({ requestState: REQUEST_STATE, logger: keepingLogger(), ...options })

const initialize = async ({ send, next }: Line, version: Version): Promise<void> => {
  if (isStateless(version)) return
  send(request(version, 'open', 'initialize', { ...initializeParams(version), capabilities: ABLE }))
  assert.equal((await next()).result.protocolVersion, version)
  send({ jsonrpc: '2.0', method: 'notifications/initialized' })
}

/** A client on a line of messages. */
const onLine = async (line: Line, version: Version): Promise<Channel> => {
  await initialize(line, version)
  let ids = 0
  const round = (method: string, params: Params): Promise<Reply> => {
    line.send(request(version, `round ${++ids}`, method, { ...params, _meta: declaring(ABLE) }))
    return line.next()
  }
  return { call: callsOn(line, version, ABLE), round }
}

/** A client whose rounds go to each of several servers in turn. */
const inTurn = (rounds: readonly Channel['round'][]): Channel => {
  let count = 0
  const round: Channel['round'] = (method, params) =>
    (rounds[count++ % rounds.length] as Channel['round'])(method, params)
  const inbox = new Inbox()
  const send = (message: Loose): void => {
    void round(message.method, message.params).then((reply) => inbox.add({ ...reply, id: message.id }))
  }
  return { round, call: callsOn({ send, next: () => inbox.next() }, '2026-07-28', ABLE) }
}

const overHttp =
  (host: { readonly fetch: FetchHandler }): Channel['round'] =>
  (method, params) =>
    ask(host, '2026-07-28', method, { ...params, _meta: declaring(ABLE) })

/** A line of messages over HTTP, each of which is a POST, with whatever headers they have together. */
const postLine = (fetch: FetchHandler, version: Version, shared: Record<string, string> = {}): Line => {
  const inbox = new Inbox()
  const send = async (message: Loose): Promise<void> => {
    const headers = { ...headersOf(version, message.method ?? ''), ...shared }
    const response = await fetch(new Request(URL_OF_TESTS, { method: 'POST', headers, body: JSON.stringify(message) }))
    const id = response.headers.get('mcp-session-id')
    if (id !== null) shared['mcp-session-id'] = id
    if (response.headers.get('content-type') !== 'text/event-stream') {
      const text = await response.text()
      if (text !== '') inbox.add(JSON.parse(text))
      return
    }
    const events = new Events(response)
    for (let one = await events.next(); one !== undefined; one = await events.next()) inbox.add(one)
  }
  return { send: (...messages) => messages.forEach((message) => void send(message)), next: () => inbox.next() }
}

/** A line of messages over HTTP with SSE. */
const sseLine = async (fetch: FetchHandler): Promise<Line> => {
  const reader = await SseReader.open(await fetch(new Request(new URL('/sse', URL_OF_TESTS))))
  const at = new URL(reader.messagesAt, URL_OF_TESTS)
  const headers = { 'content-type': 'application/json' }
  const send = async (messages: readonly unknown[]): Promise<void> => {
    for (const message of messages) {
      const response = await fetch(new Request(at, { method: 'POST', headers, body: JSON.stringify(message) }))
      assert.equal(response.status, 202)
    }
  }
  return { send: (...messages) => void send(messages), next: () => reader.next() }
}

const openStdio = async (t: TestContext, version: Version): Promise<Channel> => {
  const child = start(t, 'asking-main.ts')
  return onLine({ send: (...messages) => child.send(...messages), next: () => child.next() }, version)
}

/** Every transport. Another one is another line. */
export const TRANSPORTS: Readonly<Record<string, Transport>> = {
  'a connection': {
    versions: VERSIONS,
    hasWayBack: true,
    open: (_, version) => onLine(connect(askingServer, { requestState: REQUEST_STATE }), version),
  },
  stdio: { versions: VERSIONS, hasWayBack: true, open: openStdio },
  WebSocket: {
    versions: VERSIONS,
    hasWayBack: true,
    open: async (t, version) => {
      const running = await askingServer.listen({ port: 0, requestState: REQUEST_STATE, logger: keepingLogger() })
      const channel = await connectWebSocket(running.url.replace('http:', 'ws:'))
      t.after(async () => {
        await channel.close()
        await running.close({ drainMs: 0 })
      })
      return onLine(dialogue(channel), version)
    },
  },
  'a transport in memory': {
    versions: VERSIONS,
    hasWayBack: true,
    open: async (t, version) => {
      const runtime = bind()
      t.after(() => runtime.close({ drainMs: 0 }))
      const [near, far] = createMemoryTransports()
      void runtime.connect(far)
      return onLine(await callerOn(near), version)
    },
  },
  'HTTP with SSE': {
    versions: STATEFUL,
    hasWayBack: true,
    refuses: {
      version: '2026-07-28',
      error: {
        code: -32022,
        message: 'Unsupported protocol version "2026-07-28"; supported: 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05',
        data: { supported: [...STATEFUL].reverse(), requested: '2026-07-28' },
      },
    },
    open: async (t, version) => {
      const runtime = bind({ sse: true })
      t.after(() => runtime.close({ drainMs: 0 }))
      return onLine(await sseLine(runtime.fetch), version)
    },
  },
  HTTP: {
    versions: STATELESS,
    hasWayBack: true,
    open: async () => inTurn([overHttp(bind())]),
  },
  'HTTP with a session': {
    versions: STATEFUL,
    hasWayBack: true,
    open: async (t, version) => {
      const runtime = bind()
      t.after(() => runtime.close({ drainMs: 0 }))
      return onLine(postLine(runtime.fetch, version), version)
    },
  },
  'HTTP without a session': {
    versions: STATEFUL,
    hasWayBack: false,
    open: async (_, version) => {
      const { fetch } = bind()
      const call: CallMethod = async (method, params = {}) => {
        const headers = headersOf(version, method, params)
        const body = JSON.stringify(request(version, 1, method, params))
        const [reply] = await messagesOf(await fetch(new Request(URL_OF_TESTS, { method: 'POST', headers, body })))
        return { reply: reply as Reply, asked: [], notifications: [] }
      }
      return { call, round: () => assert.fail('there are no rounds') }
    },
  },
  'two runtimes in turn': {
    versions: STATELESS,
    hasWayBack: true,
    open: async () => inTurn([overHttp(bind()), overHttp(bind())]),
  },
  'two processes in turn': {
    versions: STATELESS,
    hasWayBack: true,
    open: async (t, version) => inTurn([(await openStdio(t, version)).round, (await openStdio(t, version)).round]),
  },
}
