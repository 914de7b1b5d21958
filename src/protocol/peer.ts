import type { ClientCapabilities, Implementation, LoggingLevel } from '../model/types.ts'
import type { Revision } from './revision.ts'

/** What is known of who calls, and how to speak to it. */
export interface Peer {
  readonly revision: Revision
  readonly client: ClientFacts
  /** The least urgent level that it wants to hear; undefined when it wants no log messages. */
  readonly logLevel: LoggingLevel | undefined
  /** What it belongs to, where that outlives a request. */
  readonly session: SessionFacts | undefined
}

/** A connection, or a session over HTTP. */
export interface SessionFacts {
  /** Different for each. */
  readonly id: string
}

/** What a client says of itself. */
export interface ClientFacts {
  /** Undefined when it does not say, or when a request over HTTP without a session cannot tell. */
  readonly info: Implementation | undefined
  readonly capabilities: ClientCapabilities
}
