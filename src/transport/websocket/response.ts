import { ErrorCode } from '../../errors.ts'
import type { NodeSocket } from '../../server/faces.ts'
import { encodeUtf8 } from '../../wire/bytes.ts'
import { errorText } from '../../wire/message.ts'
import { type Refusal, SUBPROTOCOL } from './handshake.ts'

const REASONS: Readonly<Record<number, string>> = {
  101: 'Switching Protocols',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  421: 'Misdirected Request',
  426: 'Upgrade Required',
  503: 'Service Unavailable',
}

const headText = (status: number, headers: Readonly<Record<string, string>>): string =>
  [`HTTP/1.1 ${status} ${REASONS[status]}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
    .map((line) => `${line}\r\n`)
    .join('')

/** Answers an upgrade with an HTTP error, and closes the connection. */
export const refuseUpgrade = (socket: NodeSocket, { status, headers, message }: Refusal): void => {
  const code = status >= 500 ? ErrorCode.InternalError : ErrorCode.InvalidRequest
  const body = errorText(null, { code, message })
  const head = headText(status, {
    ...headers,
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(encodeUtf8(body).length),
  })
  socket.on('error', () => undefined)
  socket.once('finish', () => socket.destroy())
  socket.write(encodeUtf8(`${head}\r\n${body}`))
  socket.end()
}

/** Answers an upgrade by agreeing to it (RFC 6455 §4.2.2). */
export const acceptUpgrade = (socket: NodeSocket, accept: string): void => {
  const head = headText(101, {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': accept,
    'Sec-WebSocket-Protocol': SUBPROTOCOL,
  })
  socket.write(encodeUtf8(`${head}\r\n`))
}
