import type { Logger } from '../../model/logger.ts'
import type { Implementation, ServerCapabilities } from '../../model/types.ts'
import type { Served } from '../../protocol/negotiate.ts'
import type { Revision } from '../../protocol/revision.ts'
import { isObject } from '../../wire/json.ts'
import type { Params } from '../../wire/message.ts'
import type { Agreement } from '../agreement.ts'
import type { Dialer } from '../carrier.ts'
import type { SessionOwner } from '../session.ts'

/** What opens conversations. */
export interface OpenOptions {
  readonly dialer: Dialer
  readonly owner: SessionOwner
  readonly logger: Logger
  /** The revisions that this client speaks. */
  readonly spoken: Served
  /** Gives it up. */
  readonly signal: AbortSignal
  /** Milliseconds. */
  readonly probeTimeoutMs: number
  readonly timeoutMs: number
  /** `_meta` of the requests of a stateless revision. */
  readonly envelope: (revision: Revision) => Params
  /** The parameters of `initialize` for a stateful one. */
  readonly introduction: (revision: Revision) => Params
}

/** How long one request may take that opens a conversation. */
export const atMost = (milliseconds: number) => ({ timeoutMs: milliseconds, maxTotalTimeoutMs: milliseconds })

const isInfo = (info: unknown): info is Implementation => isObject(info) && typeof info['name'] === 'string'

/** What a server says of itself, in the result that opens the conversation. */
export const agreementOf = (revision: Revision, result: Params, serverInfo: unknown): Agreement => {
  const { capabilities, instructions } = result
  return Object.freeze({
    revision,
    serverInfo: isInfo(serverInfo) ? serverInfo : undefined,
    // Self-declared: what stands in it is looked up by name, and is absent where it is not there.
    capabilities: (isObject(capabilities) ? capabilities : {}) as ServerCapabilities,
    instructions: typeof instructions === 'string' ? instructions : undefined,
  })
}
