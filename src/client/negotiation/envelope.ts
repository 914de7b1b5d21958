import type { LoggingLevel } from '../../model/types.ts'
import { CLIENT_CAPABILITIES, CLIENT_INFO, LOG_LEVEL, PROTOCOL_VERSION } from '../../protocol/meta-keys.ts'
import type { Revision } from '../../protocol/revision.ts'
import type { Params } from '../../wire/message.ts'
import { capabilitiesOf } from '../capabilities.ts'
import type { ClientDefinition } from '../definition.ts'

/**
 * What every request of a stateless revision carries in `_meta` (2026-07-28 Per-request protocol fields). Without a level,
 * a server logs nothing for whom it answers, which is not what somebody wants who listens.
 */
export const envelopeOf = (
  revision: Revision,
  definition: ClientDefinition,
  logLevel: LoggingLevel | undefined,
): Params => {
  const level = logLevel ?? (definition.logging && 'info')
  return {
    [PROTOCOL_VERSION]: revision.version,
    [CLIENT_INFO]: definition.info,
    [CLIENT_CAPABILITIES]: capabilitiesOf(revision, definition),
    ...(level && { [LOG_LEVEL]: level }),
  }
}
