import { decodeBase64, encodeBase64 } from '../../wire/base64.ts'
import { encodeUtf8 } from '../../wire/bytes.ts'
import type { Guarded } from '../http/guard.ts'

/**
 * The subprotocol of MCP over WebSocket. The specification does not define this transport; every client that has it
 * offers this name, and every server that has it selects it.
 */
export const SUBPROTOCOL = 'mcp'

/** The version of the WebSocket protocol (RFC 6455 §4.1). */
export const WEBSOCKET_VERSION = '13'

const KEY_BYTES = 16
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** A new `Sec-WebSocket-Key` (RFC 6455 §4.1). */
export const newKey = (): string => encodeBase64(crypto.getRandomValues(new Uint8Array(KEY_BYTES)))

/** The `Sec-WebSocket-Accept` that answers a key (RFC 6455 §4.2.2). */
export const acceptOf = async (key: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-1', new Uint8Array(encodeUtf8(key + ACCEPT_GUID)))
  return encodeBase64(new Uint8Array(digest))
}

/** The members of a header that is a list. */
export const tokensOf = (header: string | undefined): readonly string[] =>
  (header ?? '')
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '')

/** Whether a request asks for a WebSocket, and not for another protocol such as h2c. */
export const asksForWebSocket = (upgrade: string | undefined): boolean =>
  tokensOf(upgrade).some((token) => token.toLowerCase() === 'websocket')

/** Why an upgrade is refused, as an HTTP response. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly message: string
}

const refusal = (status: number, message: string, headers: Refusal['headers'] = {}): Refusal => ({
  status,
  headers,
  message,
})

/** What is wrong with the request of a client, if anything is (RFC 6455 §4.2.1). */
export const handshakeProblem = (method: string | undefined, request: Guarded): Refusal | undefined => {
  if (method !== 'GET') return refusal(405, 'A WebSocket is opened with GET', { allow: 'GET' })
  if (request.header('sec-websocket-version') !== WEBSOCKET_VERSION) {
    return refusal(426, `Sec-WebSocket-Version must be ${WEBSOCKET_VERSION}`, {
      upgrade: 'websocket',
      'sec-websocket-version': WEBSOCKET_VERSION,
    })
  }
  if (decodeBase64(request.header('sec-websocket-key') ?? '')?.length !== KEY_BYTES) {
    return refusal(400, `Sec-WebSocket-Key must be ${KEY_BYTES} bytes in base64`)
  }
  return tokensOf(request.header('sec-websocket-protocol')).includes(SUBPROTOCOL)
    ? undefined
    : refusal(400, `Sec-WebSocket-Protocol must offer "${SUBPROTOCOL}"`)
}
