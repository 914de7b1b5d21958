import { type HttpLoad, overHttp } from '../http.ts'
import type { Call } from '../messages.ts'
import { peerCommand } from '../peers.ts'
import { target, targetCommand } from '../processes.ts'
import type { Subject } from '../table.ts'

/** What a server of `targets` is told. */
export interface ServerOptions {
  readonly tools?: number
  readonly sse?: boolean
  readonly sessions?: boolean
}

/** The command of one of the servers in `targets`. */
export const serverCommand = (name: string, over: string, options: ServerOptions = {}): readonly string[] =>
  targetCommand(target(name), over, JSON.stringify(options))

export const STATELESS: Call = { revision: '2026-07-28', method: 'tools/call' }
export const STATEFUL: Call = { revision: '2025-06-18', method: 'tools/call' }

/** One of the servers in `targets`, under load over HTTP. */
export const httpSubject = (
  name: string,
  server: string,
  options: ServerOptions = {},
  load: Partial<HttpLoad> = {},
): Subject => overHttp(name, { call: STATELESS, command: serverCommand(server, 'http', options), ...load })

/** Another library under load over HTTP. */
export const httpPeer = (name: string, load: Partial<HttpLoad> = {}): Subject => ({
  ...overHttp(name, { call: STATEFUL, command: peerCommand(name, 'http'), ...load }),
  isPeer: true,
})
