import type { SessionFacts } from '../protocol/peer.ts'

/** What the requests of one connection belong to. */
export const connectionSession = (): SessionFacts => {
  let id: string | undefined
  return {
    // Made when somebody looks, since Node takes longer to load `crypto` than a server to start.
    get id() {
      id ??= crypto.randomUUID()
      return id
    },
  }
}
