import type { TestContext } from 'node:test'
import { connectTcp, serveTcp } from '../../../examples/tcp.ts'
import { type Connection, ConnectionError, type ConnectOptions, createClient } from '../../../src/client.ts'
import type { BindOptions, ListenOptions, Running, Runtime } from '../../../src/index.ts'
import { SOON } from '../../support/links.ts'
import { keepingLogger, type Version } from '../../support/messages.ts'
import { type Direction, type Proxy as Network, proxyTo } from '../../support/proxy.ts'

interface Servable {
  bind(options?: BindOptions): Runtime
  listen(options?: ListenOptions): Promise<Running>
}

/** A client's own network to a server that others use, too. */
export interface Lane {
  readonly proxy: Network
  readonly connect: (options?: ConnectOptions) => Promise<Connection>
}

/** A server that is being served, and networks that lead to it. */
export interface Site {
  readonly lane: () => Promise<Lane>
  /** Lets what is in flight end. */
  readonly close: () => Promise<void>
}

/** One way of carrying messages over sockets. */
export interface SocketWay {
  readonly name: string
  readonly version: Version
  /** Whether a connection that was lost is followed by another. */
  readonly isRedialled: boolean
  readonly serve: (t: TestContext, server: Servable, sessions: number) => Promise<Site>
}

/** Says yes to whatever it is asked. */
const CLIENT = createClient().elicitation(() => ({ action: 'accept', content: {} }))

const OPTIONS: ConnectOptions = { reconnect: SOON, timeoutMs: 20_000, maxTotalTimeoutMs: 20_000 }

const options = (version: Version, more: ConnectOptions): ConnectOptions => ({
  ...OPTIONS,
  logger: keepingLogger(),
  revisions: [version],
  ...more,
})

const overHttp = (
  name: string,
  version: Version,
  responseMode: 'json' | 'sse',
  address: (url: string) => string = (url) => url,
  own: ConnectOptions = {},
): SocketWay => ({
  name,
  version,
  isRedialled: true,
  serve: async (t, server, max) => {
    const logger = keepingLogger()
    const running = await server.listen({ port: 0, sse: true, sessions: { max }, responseMode, logger })
    t.after(() => running.close({ drainMs: 1 }))
    return {
      close: () => running.close(),
      lane: async () => {
        const proxy = await proxyTo(t, running.url)
        const url = proxy.through(address(running.url))
        return { proxy, connect: (more = {}) => CLIENT.connect(url, options(version, { ...own, ...more })) }
      },
    }
  },
})

const overLines = (version: Version): SocketWay => ({
  name: 'lines over TCP',
  version,
  isRedialled: false,
  serve: async (t, server) => {
    const { port, close: end } = await serveTcp(server.bind({ logger: keepingLogger() }))
    let ended: Promise<void> | undefined
    const close = (): Promise<void> => {
      ended ??= end()
      return ended
    }
    t.after(close)
    return {
      close,
      lane: async () => {
        const proxy = await proxyTo(t, `http://127.0.0.1:${port}`)
        const own = Number(new URL(proxy.through('http://127.0.0.1')).port)
        return {
          proxy,
          connect: async (more = {}) => CLIENT.connect(await connectTcp(own), options(version, more)),
        }
      },
    }
  },
})

const webSocketUrl = (url: string): string => url.replace(/^http/, 'ws')
const olderUrl = (url: string): string => url.replace(/mcp$/, 'sse')

/** Every transport with sockets, on the revisions that differ over it. */
export const SOCKET_WAYS = {
  json: (version: Version) => overHttp('Streamable HTTP, JSON answers', version, 'json'),
  sse: (version: Version) => overHttp('Streamable HTTP, SSE answers', version, 'sse'),
  fetch: (version: Version) =>
    overHttp('Streamable HTTP, SSE answers, by fetch', version, 'sse', (url) => url, { fetch: globalThis.fetch }),
  older: (version: Version) => overHttp('HTTP with SSE', version, 'json', olderUrl),
  websocket: (version: Version) => overHttp('WebSocket', version, 'json', webSocketUrl),
  lines: overLines,
} satisfies Readonly<Record<string, (version: Version) => SocketWay>>

export const DIRECTIONS: readonly Direction[] = ['up', 'down']

/** What became of a call: its text, or the error that says that the connection was lost. */
export const outcomeOf = async (call: Promise<{ readonly text: string }>): Promise<string | ConnectionError> => {
  try {
    return (await call).text
  } catch (error) {
    if (error instanceof ConnectionError) return error
    throw error
  }
}

/** Divides positions among lanes, so that neighbours come at about the same time. */
export const divided = (positions: number, lanes: number): readonly (readonly number[])[] =>
  Array.from({ length: lanes }, (_, lane) =>
    Array.from({ length: Math.ceil((positions - lane) / lanes) }, (_, index) => lane + index * lanes),
  )
