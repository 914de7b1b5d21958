import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
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

/** A network in front of a server, until the test is over. */
export const proxyTo = async (t: TestContext, url: string): Promise<Proxy> => {
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
    for (const socket of sockets) socket.resetAndDestroy()
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
    near.pipe(far).pipe(near)
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
