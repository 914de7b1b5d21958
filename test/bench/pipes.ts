import type { BenchRevision } from './messages.ts'
import { helperCommand, measureBy, onCore, startServer } from './processes.ts'
import { type Subject, subject } from './table.ts'

/** How much is on its way at once: `pipelined` fills the pipe, `sequential` waits for each answer. */
export type Mode = 'pipelined' | 'sequential'

/** A server under load over stdin and stdout: each measurement starts one, checks an answer, and warms it up. */
export const overStdio = (name: string, revision: BenchRevision, mode: Mode, command: readonly string[]): Subject => {
  const [program, args] = onCore('server', command)
  return subject(name, () => measureBy('load', helperCommand('load/stdio.ts', revision, mode, program, ...args)))
}

/** A server under load over WebSocket, by {@link CONNECTIONS} connections. */
export const overWebSocket = (name: string, mode: Mode, command: readonly string[]): Subject => ({
  name,
  open: async () => {
    const { child, pid, url } = await startServer(command)
    const load = () => measureBy('load', helperCommand('load/websocket.ts', mode, url, String(pid)))
    try {
      await load()
    } catch (error) {
      await child.end()
      throw error
    }
    return { measure: load, close: child.end }
  },
})
