import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { typescript } from '../../scripts/child.ts'
import type { CommandTarget, ProtocolVersion } from '../../src/client.ts'
import { Cancellations } from '../fixtures/official.ts'
import { createFirst } from '../fixtures/official-first.ts'
import { createSecond } from '../fixtures/official-second.ts'

/** A server that runs, and the bodies of the requests that came over HTTP. */
export interface Opened {
  readonly target: string | CommandTarget
  readonly requests: string[]
  readonly sessions: ReadonlySet<string>
  /** Loses all sessions, as a server does that is started anew. */
  readonly forget: () => void
  readonly end: () => Promise<void>
}

/** A server that is written with the official library, and how it is reached. */
export interface OfficialTarget {
  readonly name: string
  readonly serverName: 'first' | 'second'
  readonly open: () => Promise<Opened>
  /** What the client is pinned to; without it, the client finds out what the server speaks. */
  readonly pinned?: ProtocolVersion
  readonly speaks: ProtocolVersion
  readonly fetch?: typeof globalThis.fetch
  /** Whether each request is a conversation of its own, so that a server of 2025-11-25 can neither ask nor tell. */
  readonly isSessionless?: boolean
}

const spawned = async (main: string): Promise<Opened> => ({
  target: { command: process.execPath, args: [...typescript, join(import.meta.dirname, '..', 'fixtures', main)] },
  requests: [],
  sessions: new Set(),
  forget: () => undefined,
  end: async () => undefined,
})

const listening = async (listener: RequestListener, opened: Omit<Opened, 'target' | 'end'>): Promise<Opened> => {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const end = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { target: `http://127.0.0.1:${port}/mcp`, ...opened, end }
}

/** Keeps the events of all streams, so that a client can come back for them. */
const createEventStore = () => {
  const events: { readonly id: string; readonly stream: string; readonly message: JSONRPCMessage }[] = []
  return {
    storeEvent: async (stream: string, message: JSONRPCMessage) => {
      const id = `event-${events.length}`
      events.push({ id, stream, message })
      return id
    },
    getStreamIdForEventId: async (eventId: string) => events.find(({ id }) => id === eventId)?.stream,
    replayEventsAfter: async (
      last: string,
      { send }: { readonly send: (id: string, message: JSONRPCMessage) => Promise<void> },
    ) => {
      const from = events.findIndex(({ id }) => id === last)
      const stream = events[from]?.stream ?? ''
      for (const event of events.slice(from + 1)) if (event.stream === stream) await send(event.id, event.message)
      return stream
    },
  }
}

/** The first generation over HTTP, with sessions, each of which has a server of its own. */
export const serveFirst = (): Promise<Opened> => {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const sessions = new Set<string>()
  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: createEventStore(),
      retryInterval: 5,
      onsessioninitialized: (id) => {
        sessions.add(id)
        transports.set(id, transport)
      },
      onsessionclosed: (id) => {
        sessions.delete(id)
      },
    })
    // The library's own types disagree where optional members are exact.
    await createFirst().connect(transport as Parameters<ReturnType<typeof createFirst>['connect']>[0])
    return transport
  }
  const listener: RequestListener = async (request, response) => {
    const id = request.headers['mcp-session-id']
    const transport = typeof id === 'string' ? transports.get(id) : await open()
    if (transport) await transport.handleRequest(request, response)
    else response.writeHead(404).end()
  }
  const forget = (): void => {
    sessions.clear()
    transports.clear()
  }
  return listening(listener, { requests: [], sessions, forget })
}

/** The second generation over HTTP: a server for each request. */
export const serveSecond = (): Promise<Opened> => {
  const cancellations = new Cancellations()
  const handler = createMcpHandler(() => createSecond({ notifier: handler.notify, cancellations }))
  const requests: string[] = []
  const listener = getRequestListener(async (request) => {
    const body = await request.text()
    requests.push(body)
    const { method, headers, url, signal } = request
    return handler.fetch(new Request(url, { method, headers, signal, ...(body !== '' && { body }) }))
  })
  return listening(listener as RequestListener, { requests, sessions: new Set(), forget: () => undefined })
}

const pinned = '2025-11-25'

/** Both generations, over each transport, in each era that they have. */
export const OFFICIAL_TARGETS: readonly OfficialTarget[] = [
  { name: 'v1 over stdio', serverName: 'first', open: () => spawned('official-first-main.ts'), speaks: '2025-11-25' },
  { name: 'v1 over HTTP', serverName: 'first', open: serveFirst, speaks: '2025-11-25' },
  {
    name: 'v2 over stdio in 2025-11-25',
    serverName: 'second',
    open: () => spawned('official-second-main.ts'),
    pinned,
    speaks: '2025-11-25',
  },
  { name: 'v2 over stdio', serverName: 'second', open: () => spawned('official-second-main.ts'), speaks: '2026-07-28' },
  {
    name: 'v2 over HTTP in 2025-11-25',
    serverName: 'second',
    open: serveSecond,
    pinned,
    speaks: '2025-11-25',
    isSessionless: true,
  },
  { name: 'v2 over HTTP', serverName: 'second', open: serveSecond, speaks: '2026-07-28' },
  {
    name: 'v2 over HTTP by fetch',
    serverName: 'second',
    open: serveSecond,
    speaks: '2026-07-28',
    fetch: globalThis.fetch,
  },
]
