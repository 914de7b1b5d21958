import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** From the client to the server, or back. */
export type Direction = 'up' | 'down'

/** How a connection breaks: at once, or as if both sides had said all. */
export type Manner = 'reset' | 'end'

/** A break that is still to come, or has come. */
export interface Break {
  /** Whether it has come. */
  readonly isOver: () => boolean
  /** Takes it back, where it has not come yet. */
  readonly cancel: () => void
}

/** A network between a client and a server of this machine that can fail. */
export interface Proxy {
  /** The URL of the server, through the proxy. */
  readonly through: (url: string) => string
  /** Breaks every connection that there is. */
  readonly cut: () => void
  /** Breaks the connection over which, from here on, so many bytes have gone in a direction; 0 for none of them. */
  readonly cutBehind: (direction: Direction, bytes: number, manner?: Manner) => Break
  /** How many bytes have gone in a direction. */
  readonly passed: (direction: Direction) => number
  /** From here on each new connection is broken at once, until `mend`. */
  readonly fail: () => void
  readonly mend: () => void
  /** New connections lead to another server. */
  readonly leadTo: (url: string) => void
  /** Settles at the next connection of a client, broken or not. */
  readonly used: () => Promise<void>
}

/** A network in front of a server, until the test is over. */
export const proxyTo = async (t: TestContext, url: string): Promise<Proxy> => {
  let target = new URL(url)
  const sockets = new Set<Socket>()
  const waiting: (() => void)[] = []
  const passed = { up: 0, down: 0 }
  let fails = false
  let planned: { readonly direction: Direction; readonly manner: Manner; left: number } | undefined
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const cutBehind = (direction: Direction, bytes: number, manner: Manner = 'reset'): Break => {
    const plan = { direction, manner, left: bytes }
    planned = plan
    const isOver = (): boolean => planned !== plan
    return {
      isOver,
      cancel: () => {
        if (!isOver()) planned = undefined
      },
    }
  }
  const reset = (...pair: readonly Socket[]): void => {
    for (const socket of pair) socket.resetAndDestroy()
  }
  const pass = (from: Socket, to: Socket, direction: Direction): void => {
    from.on('data', (chunk: Uint8Array) => {
      passed[direction] += chunk.length
      if (planned?.direction === direction) {
        const { left, manner } = planned
        if (chunk.length >= left) {
          planned = undefined
          from.removeAllListeners('data')
          if (manner === 'end') {
            from.resume().end()
            to.end(chunk.subarray(0, left))
          } else if (left === 0) reset(from, to)
          else to.write(chunk.subarray(0, left), () => reset(from, to))
          return
        }
        planned.left -= chunk.length
      }
      if (!to.write(chunk)) from.pause()
    })
    to.on('drain', () => from.resume())
    from.on('end', () => to.end())
  }
  const server = createServer((near) => {
    for (const wake of waiting.splice(0)) wake()
    keep(near)
    if (fails) {
      near.resetAndDestroy()
      return
    }
    const far = connect(Number(target.port), target.hostname)
    keep(far)
    pass(near, far, 'up')
    pass(far, near, 'down')
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    cut()
    await new Promise((resolve) => server.close(resolve))
  })
  const own = (server.address() as AddressInfo).port
  return {
    through: (address) => Object.assign(new URL(address), { port: String(own) }).href,
    cut,
    cutBehind,
    passed: (direction) => passed[direction],
    fail: () => {
      fails = true
    },
    mend: () => {
      fails = false
    },
    leadTo: (address) => {
      target = new URL(address)
    },
    used: () => new Promise((resolve) => waiting.push(resolve)),
  }
}
