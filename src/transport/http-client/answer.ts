import { isObject } from '../../wire/json.ts'
import { type RequestId, readMessage } from '../../wire/message.ts'

/** Whether a message, or one of a batch, is the response to a request. */
export const answers = (value: unknown, id: RequestId): boolean =>
  Array.isArray(value)
    ? value.some((one) => answers(one, id))
    : isObject(value) && value['id'] === id && value['method'] === undefined

/**
 * A message in the body of the response to a request. An error whose server could not read the id is about that request,
 * since there was no other.
 */
export const attributed = (value: unknown, id: RequestId): unknown =>
  isObject(value) && value['error'] !== undefined && (value['id'] ?? null) === null ? { ...value, id } : value

/** Whether it is an error of JSON-RPC that answers a request. */
export const isErrorAnswer = (value: unknown, id: RequestId): boolean => {
  const message = readMessage(value)
  return message.kind === 'response' && message.error !== undefined && message.id === id
}
