import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import type { TestContext } from 'node:test'

/** A network between a client and a server of this machine that can fail. */
export interface Proxy {
  /** The URL of the server, through the proxy. */
  readonly through: (url: string) => string
  /** Breaks every connection that there is. */
  readonly cut: () => void
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
export interface Break {
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
const reset = (socket: Socket): void => {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy()
  else socket.resetAndDestroy()
}

/** Lets through what comes before the break. */
const before = (left: { amount: number }, unit: Break['unit'], reached: () => void): Transform =>
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

/** Carries bytes both ways, until the break if there is one. */
const join = (near: Socket, far: Socket, broken: Break | undefined, sever: () => void): void => {
  if (broken && broken.unit !== 'ms') {
    const left = { amount: broken.after }
    const until = () => before(left, broken.unit, sever)
    near.pipe(until()).pipe(far).pipe(until()).pipe(near)
    return
  }
  near.pipe(far).pipe(near)
  if (!broken) return
  const timer = setTimeout(sever, broken.after)
  near.on('close', () => clearTimeout(timer))
}

/**
 * A network in front of a server.
 * @param nextBreak when the next connection breaks; undefined for one that holds
 * @param broke hears of every connection that was broken so
 */
export const openProxy = async (
  url: string,
  nextBreak: () => Break | undefined = () => undefined,
  broke: () => void = () => undefined,
): Promise<OpenProxy> => {
  let target = new URL(url)
  const sockets = new Set<Socket>()
  const waiting: (() => void)[] = []
  let fails = false
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }
  const cut = (): void => {
    for (const socket of sockets) reset(socket)
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
    join(near, far, broken, () => {
      if (near.destroyed) return
      broke()
      for (const socket of [near, far]) broken?.isReset ? reset(socket) : socket.destroy()
    })
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = (server.address() as AddressInfo).port
  return {
    through: (address) => Object.assign(new URL(address), { port: String(own) }).href,
    cut,
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
