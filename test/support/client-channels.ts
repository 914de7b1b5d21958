import type { TestContext } from 'node:test'
import { type Client, type Connection, type ConnectOptions, createClient } from '../../src/client.ts'
import type { AnyServer, BindOptions, ListenOptions, Running, Runtime } from '../../src/index.ts'
import { keepingLogger, STATEFUL, VERSIONS, type Version } from './messages.ts'

/** Something that can be served. */
interface Servable extends AnyServer {
  bind(options?: BindOptions): Runtime
  listen(options?: ListenOptions): Promise<Running>
}

/** A server that is being served, and where. */
export interface Host {
  readonly target: string | Runtime
  readonly runtime: Runtime
  readonly log: ReturnType<typeof keepingLogger>
  readonly close: () => Promise<void>
}

/** One way from a client to a server. */
export interface ClientChannel {
  readonly name: string
  /** The revisions that can be spoken over it. */
  readonly versions: readonly Version[]
  readonly serve: (server: Servable, options?: BindOptions) => Promise<Host>
}

const listening =
  (target: (url: string) => string) =>
  async (server: Servable, options: BindOptions = {}): Promise<Host> => {
    const log = keepingLogger()
    const running = await server.listen({ port: 0, sse: true, logger: log, ...options })
    return { target: target(running.url), runtime: running.runtime, log, close: () => running.close() }
  }

/** Every way from our client to our server within one process. */
export const CLIENT_CHANNELS: readonly ClientChannel[] = [
  {
    name: 'memory',
    versions: VERSIONS,
    serve: async (server, options = {}) => {
      const log = keepingLogger()
      const runtime = server.bind({ logger: log, ...options })
      return { target: runtime, runtime, log, close: () => runtime.close() }
    },
  },
  { name: 'Streamable HTTP', versions: VERSIONS, serve: listening((url) => url) },
  { name: 'HTTP with SSE', versions: STATEFUL, serve: listening((url) => new URL('/sse', url).href) },
  { name: 'WebSocket', versions: VERSIONS, serve: listening((url) => url.replace('http', 'ws')) },
]

/** Each revision over each channel that has it. */
export const EVERY_WAY: readonly (readonly [version: Version, channel: ClientChannel])[] = CLIENT_CHANNELS.flatMap(
  (channel) => channel.versions.map((version) => [version, channel] as const),
)

/** What a connection is made of; everything has a default. */
export interface ConnectingOptions {
  readonly client?: Client
  readonly bind?: BindOptions
  readonly connect?: ConnectOptions
}

/** Serves a server, and connects to it in one revision. Both end with the test. */
export const connectOver = async <S extends Servable>(
  t: TestContext,
  channel: ClientChannel,
  version: Version,
  server: S,
  { client = createClient(), bind, connect }: ConnectingOptions = {},
): Promise<{ readonly client: Connection<S>; readonly host: Host; readonly log: ReturnType<typeof keepingLogger> }> => {
  const host = await channel.serve(server, bind)
  const log = keepingLogger()
  let connection: Connection<S> | undefined
  t.after(async () => {
    await connection?.close()
    await host.close()
  })
  connection = await client.connect<S>(host.target, { logger: log, revisions: [version], ...connect })
  return { client: connection, host, log }
}
