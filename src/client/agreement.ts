import type { Implementation, ServerCapabilities } from '../model/types.ts'
import type { Revision } from '../protocol/revision.ts'

/** What a client and a server have agreed on, and what the server says of itself. */
export interface Agreement {
  readonly revision: Revision
  /** Undefined when it does not say. Self-reported: for display and logs, never for decisions. */
  readonly serverInfo: Implementation | undefined
  readonly capabilities: ServerCapabilities
  /** For the model: what the server is for, and how its parts work together. */
  readonly instructions: string | undefined
}
