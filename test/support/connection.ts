import type { BindOptions } from '../../src/index.ts'
import { Connection } from '../../src/server/connection.ts'
import type { Definition } from '../../src/server/definition.ts'
import { ServerRuntime } from '../../src/server/runtime.ts'
import { settle } from '../../src/server/settings.ts'
import {
  initializeParams,
  isStateless,
  keepingLogger,
  type Params,
  type Reply,
  request,
  type Version,
} from './messages.ts'

/** What a test needs of a server value. */
export interface Bindable {
  readonly '~definition': Definition
}

/** Messages in the order in which they came, each of which is read once. */
export class Inbox<Message = Reply> {
  readonly #unread: Message[] = []
  readonly #readers: ((message: Message) => void)[] = []

  /** How many have come and were not read. */
  get size(): number {
    return this.#unread.length
  }

  add(message: Message): void {
    const reader = this.#readers.shift()
    if (reader) reader(message)
    else this.#unread.push(message)
  }

  /** The next one, once it is there. */
  next(): Promise<Message> {
    const message = this.#unread.shift()
    return message ? Promise.resolve(message) : new Promise((resolve) => this.#readers.push(resolve))
  }
}

/** A connection whose other end is a test. */
export interface Connected {
  readonly runtime: ServerRuntime
  readonly connection: Connection
  readonly inbox: Inbox
  readonly logger: ReturnType<typeof keepingLogger>
  /** Hands messages to the server, one after the other. */
  readonly send: (...messages: readonly unknown[]) => void
  /** The next message from the server. */
  readonly next: () => Promise<Reply>
  /** Sends a message, and gives the next one that comes back. */
  readonly ask: (message: unknown) => Promise<Reply>
  /** Opens the connection with `initialize`. */
  readonly open: (version: Version, params?: Params) => Promise<Reply>
}

/** Binds a server to options, and connects to it. */
export const connect = (server: Bindable, options: BindOptions = {}): Connected => {
  const logger = keepingLogger()
  const runtime = new ServerRuntime(server['~definition'], settle({ logger, ...options }))
  const inbox = new Inbox()
  const receive = (text: string): undefined => {
    inbox.add(JSON.parse(text))
  }
  const connection = new Connection(runtime, { send: receive, reply: receive })
  const send = (...messages: readonly unknown[]): void => {
    for (const message of messages) connection.receive(message)
  }
  const next = (): Promise<Reply> => inbox.next()
  const ask = (message: unknown): Promise<Reply> => {
    send(message)
    return next()
  }
  const open = async (version: Version, params: Params = {}): Promise<Reply> => {
    const reply = await ask(request(version, 'open', 'initialize', { ...initializeParams(version), ...params }))
    send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    return reply
  }
  return { runtime, connection, inbox, logger, send, next, ask, open }
}

/** A connection as a client of a revision has it: opened, where the revision opens one. */
export const opened = async (server: Bindable, version: Version, options?: BindOptions): Promise<Connected> => {
  const connected = connect(server, options)
  if (!isStateless(version)) await connected.open(version)
  return connected
}
