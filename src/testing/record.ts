import type { Transport } from '../peer/transport.ts'
import { isObject, parseJson } from '../wire/json.ts'

/** A message as it was on the wire. */
export interface RecordedMessage {
  readonly from: 'client' | 'server'
  readonly message: Readonly<Record<string, unknown>>
}

/** A transport of a client that notes what passes. */
export interface Recorder {
  readonly transport: Transport
  /** In the order in which they passed. */
  readonly messages: readonly RecordedMessage[]
  /** The methods, and `result` or `error` for answers: what a test compares. */
  readonly summary: () => readonly string[]
}

const kindOf = ({ from, message }: RecordedMessage): string => {
  const { method } = message
  const what = typeof method === 'string' ? method : 'error' in message ? 'error' : 'result'
  return `${from}: ${what}`
}

/**
 * Notes what passes over a transport, in both directions; of a batch, each message by itself.
 *
 * @example
 * const recorder = recordWire(transport)
 * const client = await createClient().connect(recorder.transport)
 * assert.deepEqual(recorder.summary(), ['client: server/discover', 'server: result'])
 */
export const recordWire = (transport: Transport): Recorder => {
  const messages: RecordedMessage[] = []
  const note = (from: RecordedMessage['from'], text: string): void => {
    const parsed = parseJson(text)
    for (const message of parsed.ok ? [parsed.value].flat() : [])
      if (isObject(message)) messages.push({ from, message })
  }
  return {
    messages,
    summary: () => messages.map(kindOf),
    transport: {
      start: (receiver) =>
        transport.start({
          message: (text) => {
            note('server', text)
            return receiver.message(text)
          },
          malformed: (reason) => receiver.malformed(reason),
          ended: () => receiver.ended(),
          closed: (error) => receiver.closed(error),
        }),
      send: (text) => {
        note('client', text)
        return transport.send(text)
      },
      close: (error) => transport.close(error),
    },
  }
}
