import { createMemoryTransports, type Runtime, type Transport } from '../../src/index.ts'
import { type Loose, Refused } from './answering.ts'
import { isStateless, type Version } from './messages.ts'

/**
 * What a server answers: an object is the result, a {@link Refused} the error, a text goes out as it is, and undefined is
 * no answer at all. A function is given the message.
 */
export type Script = Readonly<Record<string, unknown>>

/** Everything that a server can declare. */
export const CAPABLE = {
  tools: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
}

const SERVER_INFO = { name: 'scripted', version: '1.0.0' }

/** A server of a revision; what the script says counts more. */
export const speaking = (version: Version, script: Script = {}): Script =>
  isStateless(version)
    ? {
        'server/discover': {
          resultType: 'complete',
          supportedVersions: [version],
          capabilities: CAPABLE,
          instructions: 'As it is written.',
          ttlMs: 0,
          cacheScope: 'private',
          _meta: { 'io.modelcontextprotocol/serverInfo': SERVER_INFO },
        },
        ...script,
      }
    : {
        'server/discover': new Refused(-32601, 'Method not found'),
        initialize: {
          protocolVersion: version,
          capabilities: CAPABLE,
          instructions: 'As it is written.',
          serverInfo: SERVER_INFO,
        },
        ping: {},
        'logging/setLevel': {},
        ...script,
      }

const textOf = (id: unknown, answer: unknown): string =>
  typeof answer === 'string'
    ? answer
    : JSON.stringify({ jsonrpc: '2.0', id, ...(answer instanceof Refused ? answer : { result: answer }) })

/** The other side of a client, by a script. */
export class ScriptedServer {
  /** What clients have sent, in order. */
  readonly received: Loose[] = []
  /** To be connected to as often as it takes, like a server of this process. */
  readonly runtime: Runtime
  /** How often somebody has connected. */
  connections = 0
  /** How many of the connections are still there. */
  open = 0
  readonly #script: Script
  readonly #unread: Loose[] = []
  readonly #readers: { readonly method: string | undefined; readonly resolve: (message: Loose) => void }[] = []
  #line: Transport | undefined

  constructor(script: Script) {
    this.#script = script
    const connect = async (transport: Transport): Promise<void> => this.#serve(transport)
    this.runtime = { connect, replace: undefined } as unknown as Runtime
  }

  /** One connection, which is not there any more once it is lost. */
  transport(): Transport {
    const [near, far] = createMemoryTransports()
    this.#serve(far)
    return near
  }

  /** What clients have sent, by method; `undefined` is an answer. */
  get methods(): readonly (string | undefined)[] {
    return this.received.map(({ method }) => method)
  }

  /** Says something over the newest connection. */
  say(...messages: readonly unknown[]): void {
    for (const message of messages) {
      void this.#line?.send(
        typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...(message as object) }),
      )
    }
  }

  /** Answers a request that has been left open. */
  answer({ id }: Loose, answer: unknown): void {
    this.say(textOf(id, answer))
  }

  /** Ends the newest connection. */
  drop(error?: Error): void {
    void this.#line?.close(error)
  }

  /** The next message of a method, once it is there; each is given once. Without a method, the next answer of the client. */
  next(method?: string): Promise<Loose> {
    const index = this.#unread.findIndex((message) => message.method === method)
    if (index !== -1) return Promise.resolve(this.#unread.splice(index, 1)[0])
    return new Promise((resolve) => this.#readers.push({ method, resolve }))
  }

  #serve(transport: Transport): void {
    this.connections += 1
    this.open += 1
    this.#line = transport
    void transport.start({
      message: (text) => void this.#take(JSON.parse(text), transport),
      malformed: (reason) => {
        throw new Error(`the client sent what is no text: ${reason}`)
      },
      ended: () => undefined,
      closed: () => {
        this.open -= 1
      },
    })
  }

  async #take(message: Loose, transport: Transport): Promise<void> {
    this.received.push(message)
    const index = this.#readers.findIndex(({ method }) => method === message.method)
    if (index === -1) this.#unread.push(message)
    else for (const { resolve } of this.#readers.splice(index, 1)) resolve(message)
    if (message.method === undefined) return
    const planned = this.#script[message.method]
    const answer = typeof planned === 'function' ? await planned(message, this) : planned
    if (answer === undefined || message.id === undefined) return
    void transport.send(textOf(message.id, answer))
  }
}

/** A server by a script. */
export const scripted = (script: Script): ScriptedServer => new ScriptedServer(script)
