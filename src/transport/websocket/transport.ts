import type { Transport } from '../../peer/transport.ts'
import { type Close, CloseCode } from '../../wire/close-code.ts'
import type { Closure, WebSocketChannel } from './socket.ts'

const REGULAR: readonly number[] = [CloseCode.Normal, CloseCode.GoingAway, CloseCode.NoStatus]

// A reason takes 123 bytes, and a character at most three of them.
const MAX_REASON_CHARACTERS = 41

const problemOf = ({ code, reason }: Closure): Error | undefined =>
  REGULAR.includes(code) ? undefined : new Error(`the WebSocket was closed with ${code}: ${reason}`)

/**
 * A WebSocket as a transport.
 * @param goodbye what a regular end is closed with
 */
export const overWebSocket = (channel: WebSocketChannel, goodbye: Close): Transport => ({
  start: (receiver) => {
    void channel.closed.then((closure) => receiver.closed(problemOf(closure)))
    channel.onMessage((text) => receiver.message(text))
  },
  send: (text) => channel.send(text),
  close: async (error) => {
    if (error) await channel.close(CloseCode.PolicyViolation, error.message.slice(0, MAX_REASON_CHARACTERS))
    else await channel.close(goodbye.code, goodbye.reason)
  },
})
