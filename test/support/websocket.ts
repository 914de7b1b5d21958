import { type EventEmitter, once } from 'node:events'
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocketChannel } from '../../src/transport/websocket/socket.ts'
import { RawPeer } from './raw-peer.ts'

/** The key of the example in RFC 6455 §1.3, and what answers it. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

/** What a client asks an upgrade with. */
export const UPGRADE_HEADERS: Readonly<Record<string, string>> = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': KEY,
  'sec-websocket-protocol': 'mcp',
}

/** What came of an upgrade: an HTTP response, or the other side of a WebSocket. */
export interface Upgraded {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly peer: RawPeer | undefined
}

/** Headers to change; undefined leaves one out. */
export type HeaderChanges = Readonly<Record<string, string | undefined>>

/** Sends an upgrade by hand. */
export const startUpgrade = (url: string, changes: HeaderChanges = {}, method = 'GET'): ClientRequest => {
  const headers = Object.fromEntries(
    Object.entries({ ...UPGRADE_HEADERS, ...changes }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
  return request(url, { method, headers, agent: false })
}

/** Sends an upgrade by hand, and waits for what comes of it. */
export const upgrade = async (...args: Parameters<typeof startUpgrade>): Promise<Upgraded> => {
  const asked = startUpgrade(...args)
  const answer = new Promise<Upgraded>((resolve, reject) => {
    asked.on('upgrade', ({ statusCode = 0, headers }: IncomingMessage, socket: Duplex, head: Buffer) =>
      resolve({ status: statusCode, headers, body: '', peer: new RawPeer(socket, 'client', head) }),
    )
    asked.on('response', async (response: IncomingMessage) => {
      const body = (await response.setEncoding('utf8').toArray()).join('')
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body, peer: undefined })
    })
    asked.on('error', reject)
  })
  asked.end()
  return answer
}

/** The same, for what must succeed. */
export const upgraded = async (...args: Parameters<typeof startUpgrade>): Promise<RawPeer> => {
  const { peer, status, body } = await upgrade(...args)
  if (!peer) throw new Error(`expected a WebSocket, got ${status}: ${body}`)
  return peer
}

// biome-ignore lint/suspicious/noExplicitAny: tests reach into what came
export type Message = any

/** Sends messages, and gives what comes back one by one. */
export interface Dialogue {
  send(...messages: readonly unknown[]): void
  next(): Promise<Message>
}

/** Messages over something that sends texts. */
export const dialogueOver = (
  send: (text: string) => unknown,
): Dialogue & { readonly receive: (text: string) => void } => {
  const came: Message[] = []
  let wake: () => void = () => undefined
  return {
    receive: (text) => {
      came.push(JSON.parse(text))
      wake()
    },
    send: (...messages) => {
      for (const message of messages) send(JSON.stringify(message))
    },
    next: async () => {
      while (came.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return came.shift() as Message
    },
  }
}

/** Messages over one of our channels. */
export const dialogue = (channel: WebSocketChannel): Dialogue => {
  const messages = dialogueOver((text) => channel.send(text))
  channel.onMessage(messages.receive)
  return messages
}

/** Settles at the next event. */
export const next = (emitter: EventEmitter, event: string): Promise<unknown[]> => once(emitter, event)
