import type { ClientAuth } from '../../client/types.ts'
import { ConnectionError } from '../../errors.ts'
import type { Transport } from '../../peer/transport.ts'
import { CloseCode } from '../../wire/close-code.ts'
import { connectWebSocket, HandshakeError } from './connect.ts'
import { overWebSocket } from './transport.ts'

/** How to reach a server over WebSocket. */
export interface WebSocketClientOptions {
  readonly url: URL
  /** Of the handshake. */
  readonly headers: Readonly<Record<string, string>>
  readonly auth: ClientAuth | undefined
  readonly maxMessageBytes: number
}

/** Milliseconds between pings: without an answer to one, the connection is given up. */
const KEEP_ALIVE_MS = 30_000

const GOODBYE = { code: CloseCode.Normal, reason: '' }

/** A WebSocket as a transport of a client. It is opened when it is started. */
export const webSocketTransport = ({ url, headers, auth, maxMessageBytes }: WebSocketClientOptions): Transport => {
  const ended = new AbortController()
  let transport: Transport | undefined

  const handshake = async (isAgain: boolean): Promise<Transport> => {
    const given = await auth?.headers({ url: url.href, method: 'GET' })
    try {
      const channel = await connectWebSocket(url, {
        headers: { ...headers, ...given },
        signal: ended.signal,
        maxMessageBytes,
        keepAliveMs: KEEP_ALIVE_MS,
      })
      return overWebSocket(channel, GOODBYE)
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error
      const { status, body } = error
      const header = error.headers['www-authenticate']
      const isChallenge = status === 401 || status === 403
      if (isChallenge && !isAgain && (await auth?.challenged?.({ url: url.href, status, header })))
        return handshake(true)
      throw new ConnectionError('refused', error.message, { status, body, cause: error })
    }
  }

  return {
    start: async (receiver) => {
      transport = await handshake(false)
      await transport.start(receiver)
    },
    send: (text) => transport?.send(text),
    close: async (error) => {
      ended.abort(error)
      await transport?.close(error)
    },
  }
}
