import { isLoggingLevel } from '../model/types.ts'
import type { Json } from '../wire/json.ts'
import type { Params } from '../wire/message.ts'
import type { LogMessage } from './types.ts'

/** The log message in a notification (Logging, Log Message Notifications); undefined for what is none. */
export const readLogMessage = ({ level, logger, data }: Params): LogMessage | undefined =>
  isLoggingLevel(level)
    ? { level, ...(typeof logger === 'string' && { logger }), data: (data ?? null) as Json }
    : undefined
