import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'
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

/**
 * When one connection breaks: once it has carried so many bytes both ways together, behind the last of so many pieces of
 * them, or after so many milliseconds.
 */
export interface Breaking {
  readonly after: number
  readonly unit: 'bytes' | 'pieces' | 'ms'
  /** Whether both sides are told by a reset; else the connection just ends. */
  readonly isReset: boolean
}

/** A proxy that its maker closes. */
export interface OpenProxy extends Proxy {
  readonly close: () => Promise<void>
}

// Node 20 never closes the handle of a socket that is reset while its end is on its way.
const reset = (...sockets: readonly Socket[]): void => {
  for (const socket of sockets) {
    if (socket.writableEnded && !socket.writableFinished) socket.destroy()
    else socket.resetAndDestroy()
  }
}

/** Lets through what comes before the break. */
const before = (left: { amount: number }, unit: Breaking['unit'], reached: () => void): Transform =>
  new Transform({
    transform: (chunk: Uint8Array, _encoding, done) => {
      const size = unit === 'bytes' ? chunk.length : 1
      const allowed = unit === 'bytes' ? Math.min(left.amount, chunk.length) : chunk.length
      const isOpen = left.amount > 0
      left.amount -= size
      done(null, chunk.subarray(0, isOpen ? allowed : 0))
      // What is let through has to leave before.
      if (left.amount <= 0) setImmediate(reached)
    },
  })

/** Carries bytes both ways until the break. */
const joinUntil = (near: Socket, far: Socket, { after, unit }: Breaking, sever: () => void): void => {
  if (unit === 'ms') {
    const timer = setTimeout(sever, after)
    near.on('close', () => clearTimeout(timer))
    near.pipe(far).pipe(near)
    return
  }
  const left = { amount: after }
  const until = () => before(left, unit, sever)
  near.pipe(until()).pipe(far).pipe(until()).pipe(near)
}

/**
 * A network in front of a server.
 * @param nextBreak when the next connection breaks; undefined for one that holds
 * @param broke hears of every connection that was broken so
 */
export const openProxy = async (
  url: string,
  nextBreak: () => Breaking | undefined = () => undefined,
  broke: () => void = () => undefined,
): Promise<OpenProxy> => {
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
    reset(...sockets)
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
      reset(near)
      return
    }
    const far = connect(Number(target.port), target.hostname)
    keep(far)
    const broken = nextBreak()
    if (broken) {
      joinUntil(near, far, broken, () => {
        if (near.destroyed) return
        broke()
        if (broken.isReset) reset(near, far)
        else for (const socket of [near, far]) socket.destroy()
      })
    } else {
      pass(near, far, 'up')
      pass(far, near, 'down')
    }
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
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
    close: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A network in front of a server, until the test is over. */
export const proxyTo = async (t: TestContext, url: string): Promise<Proxy> => {
  const proxy = await openProxy(url)
  t.after(proxy.close)
  return proxy
}
