import type { NodeRequest, NodeSocket } from '../../server/faces.ts'

/** The part of Node's http server that a socket leads back to. */
interface Origin {
  readonly server?: { emit(event: string, socket: NodeSocket): unknown }
  readonly encrypted?: boolean
}

/** What asks for another protocol. */
const UPGRADING = ['connection', 'upgrade', 'http2-settings']

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** The request as it was written, without what asks for another protocol. */
const withoutUpgrade = ({ method, url, rawHeaders = [] }: NodeRequest): Uint8Array => {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (!UPGRADING.includes(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[index + 1]}`)
  }
  return latin1(`${lines.join('\r\n')}\r\n\r\n`)
}

/**
 * Lets Node's server answer a request as if it had not asked for another protocol (RFC 9110 §7.8 allows it to). Some
 * clients offer h2c with every request, and Node hands all of them to whoever listens for upgrades.
 *
 * @returns false when there is no server to give it back to
 */
export const answerWithoutUpgrade = (request: NodeRequest, socket: NodeSocket, head: Uint8Array): boolean => {
  // No type of Node says so, but each socket of a server knows it.
  const { server, encrypted } = socket as Origin
  if (!server) return false
  socket.unshift(head)
  socket.unshift(withoutUpgrade(request))
  server.emit(encrypted ? 'secureConnection' : 'connection', socket)
  return true
}
