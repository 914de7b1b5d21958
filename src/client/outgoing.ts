import { DefinitionError } from '../errors.ts'
import { messageOf } from '../model/values.ts'
import { isObject } from '../wire/json.ts'
import { notificationText, type Params, type RequestId } from '../wire/message.ts'
import type { OutgoingRequest } from './carrier.ts'
import type { Limits } from './deadline.ts'
import type { Progress } from './types.ts'

/** One request, as it is to be sent. */
export interface Call {
  readonly method: string
  readonly params: Params
  /** Every request of a stateless conversation carries its envelope, whatever else stands in `_meta`. */
  readonly meta: Params | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
  readonly limits: Limits
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Hears the id of the request before it is sent. */
  readonly onId?: ((id: RequestId) => void) | undefined
  /** What opens a conversation is never cancelled (2025-11-25 Cancellation, Behavior Requirements). */
  readonly isOpening?: boolean
}

/**
 * A request as it is sent.
 *
 * @param meta stands in `_meta`, before what the caller has put there
 * @throws DefinitionError for what JSON cannot carry
 */
export const outgoing = (
  id: number,
  method: string,
  given: Params,
  meta: Params | undefined,
  headers: OutgoingRequest['headers'],
): OutgoingRequest => {
  const { _meta } = given
  const params = meta ? { ...given, _meta: isObject(_meta) ? { ..._meta, ...meta } : meta } : given
  try {
    const text = `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":${JSON.stringify(params)}}`
    return { id, method, params, text, headers }
  } catch (error) {
    throw new DefinitionError(`${method}: what is sent must be JSON: ${messageOf(error)}`)
  }
}

/** The notification that a request is given up. */
export const cancelledText = (requestId: RequestId, reason: string): string =>
  notificationText('notifications/cancelled', { requestId, reason })
