import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** Some turns of the event loop: what is answered without waiting for anybody has been answered by then. */
export const someTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Listens on a free port. */
export const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Ends a server and its connections. */
export const unlisten = async (server: Server): Promise<void> => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

/** Settles once the server has read all that was sent, or has had enough. */
const hasRead = async (socket: Socket, length: number): Promise<void> => {
  while (socket.bytesRead < length && !socket.destroyed && !socket.writableEnded) await someTurns()
}

/**
 * Sends pieces over a connection of their own, ends it, and gives everything that has come until the server ends it, too.
 * @param answered settles when nothing more will come
 */
export const talk = async (
  server: Server,
  pieces: readonly Uint8Array[],
  answered: () => Promise<void> = someTurns,
): Promise<Buffer> => {
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const { port } = server.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const came: Buffer[] = []
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('data', (chunk) => came.push(chunk)).on('error', () => undefined)
  for (const piece of pieces) {
    socket.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await hasRead(await accepted, Buffer.concat(pieces).length)
  await answered()
  socket.end()
  await closed
  return Buffer.concat(came)
}
