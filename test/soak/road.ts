import type { Target } from '../../src/client.ts'
import type { Runtime, Transport } from '../../src/index.ts'
import { type Breaking, openProxy } from '../support/proxy.ts'
import type { Counts } from './ledger.ts'
import type { Life, Way } from './life.ts'

/** What leads one client to the server, and breaks where its life says so. */
export interface Road {
  readonly target: Target
  /** Breaks it for good. */
  readonly end: () => void
  readonly close: () => Promise<void>
}

/** Where the server is to be found. */
export interface Place {
  readonly url: string
  readonly runtime: Runtime
  /** What starts it as a process. */
  readonly command: (name: string, life: Life) => Target
  readonly counts: Counts
}

const ADDRESSES: Readonly<Partial<Record<Way, (url: string) => string>>> = {
  'Streamable HTTP': (url) => url,
  'HTTP with SSE': (url) => url.replace(/mcp$/, 'sse'),
  WebSocket: (url) => url.replace(/^http/, 'ws'),
}

/** The breaks of a life, one for each connection, in their order. */
const inOrder = (breaks: readonly Breaking[], counts: Counts): (() => Breaking | undefined) => {
  const left = [...breaks]
  return () => {
    counts.connections += 1
    return left.shift()
  }
}

const network = async (address: string, { url, counts }: Place, { breaks }: Life): Promise<Road> => {
  const broke = (): void => {
    counts.breaks += 1
  }
  const proxy = await openProxy(url, inOrder(breaks, counts), broke)
  const end = (): void => {
    proxy.fail()
    proxy.cut()
  }
  return { target: proxy.through(address), end, close: proxy.close }
}

/** The transport, until it has carried so much. */
const breaking = (transport: Transport, { after, unit }: Breaking, broke: () => void): Transport => {
  let left = after
  let timer: ReturnType<typeof setTimeout> | undefined
  const sever = (): void => {
    clearTimeout(timer)
    broke()
    void transport.close(new Error('the memory is broken'))
  }
  const carried = ({ length }: string): boolean => {
    if (unit === 'ms') return true
    if (left < 0) return false
    left -= unit === 'bytes' ? length : 1
    if (left < 0) sever()
    return left >= 0
  }
  return {
    start: (receiver) => {
      if (unit === 'ms') timer = setTimeout(sever, after)
      return transport.start({
        malformed: (reason) => receiver.malformed(reason),
        ended: () => receiver.ended(),
        message: (text) => (carried(text) ? receiver.message(text) : undefined),
        closed: (error) => {
          clearTimeout(timer)
          receiver.closed(error)
        },
      })
    },
    send: (text) => (carried(text) ? transport.send(text) : undefined),
    close: (error) => transport.close(error),
  }
}

const memory = ({ runtime, counts }: Place, { breaks }: Life): Road => {
  const open = new Set<Transport>()
  const next = inOrder(breaks, counts)
  let hasEnded = false
  const broke = (): void => {
    counts.breaks += 1
  }
  const connect: Runtime['connect'] = async (transport, facts) => {
    if (hasEnded) return transport.close(new Error('the memory is broken'))
    const broken = next()
    open.add(transport)
    await runtime.connect(broken ? breaking(transport, broken, broke) : transport, facts)
    open.delete(transport)
  }
  const end = (): void => {
    hasEnded = true
    for (const transport of open) void transport.close(new Error('the memory is broken'))
  }
  return { target: { ...runtime, connect }, end, close: async () => end() }
}

/** Opens the road of a client. */
export const openRoad = async (name: string, place: Place, life: Life): Promise<Road> => {
  const address = ADDRESSES[life.way]?.(place.url)
  if (address !== undefined) return network(address, place, life)
  if (life.way === 'memory') return memory(place, life)
  return { target: place.command(name, life), end: () => undefined, close: async () => undefined }
}
