import { once } from 'node:events'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { createServer, type Runtime, type Transport } from '../src/index.ts'

const MAX_LINE = 4 * 1024 * 1024

/** A socket as a transport, for either side: one message a line, in UTF-8. */
export const overSocket = (socket: Socket): Transport => {
  let problem: Error | undefined
  let room: Promise<void> | undefined
  let makeRoom: () => void = () => undefined
  const relieve = (): void => {
    room = undefined
    makeRoom()
  }
  // From the beginning: an error that nobody hears of would end the process.
  socket.on('drain', relieve).on('close', relieve)
  socket.on('error', (error) => {
    problem = error
  })
  return {
    start: (receiver) => {
      let rest = ''
      const take = (chunk: string): void => {
        const lines = `${rest}${chunk}`.split('\n')
        rest = lines.pop() ?? ''
        const hold = lines
          .filter((line) => line.trim() !== '')
          .map((line) => receiver.message(line))
          .at(-1)
        if (rest.length > MAX_LINE) {
          receiver.malformed(`a line is longer than ${MAX_LINE} characters`)
          socket.off('data', take).destroySoon()
        } else if (hold) {
          socket.pause()
          void hold.then(() => socket.resume())
        }
      }
      socket.setEncoding('utf8').on('data', take)
      socket.on('end', () => receiver.ended())
      socket.on('close', () => receiver.closed(problem))
      if (socket.closed) receiver.closed(problem)
    },
    send: (text) => {
      if (!socket.writable || socket.write(`${text}\n`)) return room
      room ??= new Promise((resolve) => {
        makeRoom = resolve
      })
      return room
    },
    close: async (error) => {
      if (socket.closed) return
      const closed = once(socket, 'close')
      if (error) socket.destroy()
      else socket.destroySoon()
      await closed
    },
  }
}

/** Serves every client that connects to a port; 0 for any that is free. */
export const serveTcp = async (runtime: Runtime, port = 0): Promise<{ port: number; close: () => Promise<void> }> => {
  // Half open: a client that has ended its side still gets the answers to what it has asked.
  const listener = createTcpServer({ allowHalfOpen: true }, (socket) => {
    runtime.connect(overSocket(socket)).catch(console.error)
  })
  listener.listen(port, '127.0.0.1')
  await once(listener, 'listening')
  const close = async (): Promise<void> => {
    const closed = once(listener, 'close')
    listener.close()
    await runtime.close()
    await closed
  }
  return { port: (listener.address() as AddressInfo).port, close }
}

/** The client's side. */
export const connectTcp = async (port: number, host = '127.0.0.1'): Promise<Transport> => {
  const socket = connect(port, host)
  await once(socket, 'connect')
  return overSocket(socket)
}

/** Sends one message over a transport, waits for the answer to it, and closes. */
const ask = async (transport: Transport, message: object): Promise<unknown> => {
  const answer = await new Promise<string>((resolve, reject) => {
    const closed = (error = new Error('the server has closed')) => reject(error)
    transport.start({ message: resolve, malformed: reject, ended: () => undefined, closed })
    transport.send(JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }))
  })
  await transport.close()
  return JSON.parse(answer)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port, close } = await serveTcp(
    createServer({ name: 'sums', version: '1.0.0' })
      .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
      .bind(),
  )
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const call = { method: 'tools/call', params: { name: 'add', arguments: { a: 1, b: 2 }, _meta } }
  console.log(JSON.stringify(await ask(await connectTcp(port), call)))
  await close()
}
