import type { Transport } from '../peer/transport.ts'
import type { Runtime } from '../server/faces.ts'
import { createMemoryTransports } from './memory.ts'

/** A server of this process as a transport. */
export const inMemory = (runtime: Runtime): Transport => {
  const [near, far] = createMemoryTransports()
  return {
    start: async (receiver) => {
      await near.start(receiver)
      // A server that cannot start says so by closing its end with the reason.
      runtime.connect(far).catch(() => undefined)
    },
    send: (text) => near.send(text),
    close: (error) => near.close(error),
  }
}
