import { elapsed } from '../../peer/elapsed.ts'

/** How many servers are remembered. */
const MAX_SERVERS = 1_000

/** Milliseconds that a verdict holds: servers are updated. */
const HOLDS_MS = 3_600_000

/** What is known of a server: that it is opened with `initialize`, and by which transport. */
export interface KnownServer {
  readonly usesOlderTransport: boolean
}

interface Entry extends KnownServer {
  readonly until: number
}

const known = new Map<string, Entry>()

/**
 * The servers of earlier revisions that this process has found, so that they are not probed at each connection
 * (2026-07-28 Versioning, Backward Compatibility: clients SHOULD cache the result).
 */
export const verdicts = {
  get: (address: string | undefined): KnownServer | undefined => {
    if (address === undefined) return undefined
    const entry = known.get(address)
    if (!entry || entry.until > elapsed()) return entry
    known.delete(address)
    return undefined
  },
  set: (address: string | undefined, server: KnownServer): void => {
    if (address === undefined) return
    known.delete(address)
    known.set(address, { ...server, until: elapsed() + HOLDS_MS })
    if (known.size <= MAX_SERVERS) return
    const [oldest] = known.keys()
    known.delete(oldest as string)
  },
  delete: (address: string | undefined): void => {
    if (address !== undefined) known.delete(address)
  },
} as const
