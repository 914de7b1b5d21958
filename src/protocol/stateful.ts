import { ErrorCode, McpError } from '../errors.ts'
import type { Implementation, LoggingLevel, ServerCapabilities } from '../model/types.ts'
import { isObject } from '../wire/json.ts'
import type { Params } from '../wire/message.ts'
import type { Served } from './negotiate.ts'
import type { ClientFacts, Peer, SessionFacts } from './peer.ts'
import type { Revision } from './revision.ts'

const NOTHING = Object.freeze({})
const UNKNOWN_CLIENT: ClientFacts = Object.freeze({ info: undefined, capabilities: NOTHING })

// Until `logging/setLevel`, the server decides (2025-11-25, Logging): nothing below `info`.
const DEFAULT_LOG_LEVEL: LoggingLevel = 'info'

/** The peer of a conversation that `initialize` opens: what was agreed, for as long as it lasts. */
export class StatefulPeer implements Peer {
  revision: Revision
  client: ClientFacts = UNKNOWN_CLIENT
  logLevel: LoggingLevel = DEFAULT_LOG_LEVEL
  /** What the server has told it of itself. */
  offered: ServerCapabilities = NOTHING
  /** The resources whose updates it wants to hear of. */
  readonly subscriptions = new Set<string>()
  /** The ids of the URL elicitations that it was sent and has not been told the end of. */
  readonly elicitations = new Set<string>()
  /** Undefined where it does not outlive a request: over HTTP without a session. */
  readonly session: SessionFacts | undefined
  #opened = false

  /** @param revision what is spoken until `initialize` has settled it: the newest of its kind that is served */
  constructor(revision: Revision, session: SessionFacts | undefined) {
    this.revision = revision
    this.session = session
  }

  /** Whether `initialize` has been answered. */
  get opened(): boolean {
    return this.#opened
  }

  /**
   * 2025-11-25 §Version Negotiation: the version that the client asks for where it is served, else the newest.
   * @throws McpError when the parameters are malformed, or the conversation is open already
   */
  open(served: Served, params: Params | undefined): void {
    if (this.#opened) throw new McpError(ErrorCode.InvalidRequest, 'This connection is initialized already')
    const { protocolVersion, capabilities, clientInfo } = params ?? {}
    if (typeof protocolVersion !== 'string') {
      throw new McpError(ErrorCode.InvalidParams, 'initialize: "protocolVersion" must be a string')
    }
    if (!isObject(capabilities))
      throw new McpError(ErrorCode.InvalidParams, 'initialize: "capabilities" must be an object')
    if (!isObject(clientInfo) || typeof clientInfo['name'] !== 'string') {
      throw new McpError(ErrorCode.InvalidParams, 'initialize: "clientInfo" must be an object with a "name"')
    }
    const asked = served.byVersion.get(protocolVersion)
    if (asked?.conversation === 'stateful') this.revision = asked
    // What else stands beside the name is the client's to say, and for display alone.
    this.client = { info: clientInfo as unknown as Implementation, capabilities }
    this.#opened = true
  }
}
