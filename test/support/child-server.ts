import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type Running, start, waitForOutput } from '../../scripts/child.ts'

const START_LIMIT_MS = 60_000

/** How often a port may be taken by somebody else before the server takes it. */
const ATTEMPTS = 3

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A server that listens in a process of its own. */
export interface ChildServer {
  readonly port: number
  readonly end: () => Promise<void>
}

/**
 * Starts a program of Node that listens on the port in its environment variable `PORT`.
 * @param isReady what it writes to stderr once it listens
 */
export const startListening = async (args: readonly string[], isReady: RegExp): Promise<ChildServer> => {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const env = { PATH: process.env['PATH'], PORT: String(port) }
    const child: Running = start(process.execPath, args, { env })
    try {
      await waitForOutput(child, isReady, START_LIMIT_MS, 'stderr')
      return { port, end: child.end }
    } catch (error) {
      await child.end()
      if (attempt === ATTEMPTS || !child.output.stderr.includes('EADDRINUSE')) throw error
    }
  }
}
