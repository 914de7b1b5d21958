import type { TestContext } from 'node:test'
import type { Client, Connection, ConnectOptions } from '../../src/client.ts'
import type { BindOptions, ListenOptions, Runtime, Transport } from '../../src/index.ts'
import { keepingLogger, STATEFUL, VERSIONS, type Version } from './messages.ts'
import { proxyTo } from './proxy.ts'

/** A server that can be served in every way. */
interface Serveable {
  bind(options?: BindOptions): Runtime
  listen(options?: ListenOptions): Promise<{ readonly url: string; readonly runtime: Runtime; close(): Promise<void> }>
}

/** A client that is connected with a server, over something that can break. */
export interface Linked {
  readonly connection: Connection
  readonly runtime: Runtime
  /** Of the client. */
  readonly log: ReturnType<typeof keepingLogger>
  /** Breaks what carries the messages. The next one finds its way. */
  readonly cut: () => void
}

/** How a client and a server are connected. */
export type Link = (
  t: TestContext,
  server: Serveable,
  client: Client,
  options: ConnectOptions,
  bind?: BindOptions,
) => Promise<Linked>

/** Comes back at once. */
export const SOON = { delayMs: 1, maxDelayMs: 1 }

const connected = async (
  t: TestContext,
  client: Client,
  target: Parameters<Client['connect']>[0],
  runtime: Runtime,
  options: ConnectOptions,
  cut: () => void,
): Promise<Linked> => {
  const log = keepingLogger()
  const connection = await client.connect(target, { logger: log, reconnect: SOON, ...options })
  t.after(() => connection.close())
  return { connection, runtime, log, cut }
}

const memory: Link = async (t, server, client, options, bind) => {
  const runtime = server.bind({ logger: keepingLogger(), ...bind })
  t.after(() => runtime.close())
  const transports = new Set<Transport>()
  const cut = (): void => {
    for (const transport of transports) transport.close(new Error('the memory is broken'))
    transports.clear()
  }
  const target: Runtime = {
    ...runtime,
    connect: (transport, facts) => {
      transports.add(transport)
      return runtime.connect(transport, facts)
    },
  }
  return connected(t, client, target, runtime, options, cut)
}

const network =
  (address: (url: string) => string): Link =>
  async (t, server, client, options, bind) => {
    const running = await server.listen({ port: 0, sse: true, logger: keepingLogger(), ...bind })
    t.after(() => running.close())
    const proxy = await proxyTo(t, running.url)
    return connected(t, client, proxy.through(address(running.url)), running.runtime, options, proxy.cut)
  }

const LINKS: Readonly<Record<string, readonly [Link, readonly Version[]]>> = {
  memory: [memory, VERSIONS],
  'Streamable HTTP': [network((url) => url), VERSIONS],
  'HTTP with SSE': [network((url) => url.replace(/mcp$/, 'sse')), STATEFUL],
  WebSocket: [network((url) => url.replace(/^http/, 'ws')), VERSIONS],
}

/** Every way of connecting, on every revision that it is there for. */
export const EVERY_LINK: readonly (readonly [name: string, version: Version, link: Link])[] = Object.entries(
  LINKS,
).flatMap(([name, [link, versions]]) => versions.map((version) => [name, version, link] as const))
