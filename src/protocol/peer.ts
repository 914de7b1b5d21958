import type { ClientCapabilities, Implementation, LoggingLevel } from '../model/types.ts'
import type { Revision } from './revision.ts'

/** What is known of who calls, and how to speak to it. */
export interface Peer {
  readonly revision: Revision
  readonly client: ClientFacts
  /** The least urgent level that it wants to hear; undefined when it wants no log messages. */
  readonly logLevel: LoggingLevel | undefined
}

/** What a client says of itself. */
export interface ClientFacts {
  /** Undefined when it does not say, or when a request over HTTP without a session cannot tell. */
  readonly info: Implementation | undefined
  readonly capabilities: ClientCapabilities
}
