import type { NodeRequest, NodeSocket, UpgradeHandler } from '../../server/faces.ts'
import type { ServerRuntime } from '../../server/runtime.ts'
import { CloseCode } from '../../wire/close-code.ts'
import type { Connections } from '../connections.ts'
import { Guard } from '../http/guard.ts'
import { isMountedEndpoint } from '../http/mount.ts'
import { NodeCaller } from '../http/node-caller.ts'
import { acceptOf, asksForWebSocket, handshakeProblem, type Refusal, SUBPROTOCOL } from './handshake.ts'
import { acceptUpgrade, refuseUpgrade } from './response.ts'
import { WebSocketChannel } from './socket.ts'
import { overWebSocket } from './transport.ts'
import { answerWithoutUpgrade } from './without-upgrade.ts'

const NOT_FOUND: Refusal = { status: 404, headers: {}, message: 'There is no WebSocket here' }
const NO_SUCH_UPGRADE: Refusal = {
  status: 426,
  headers: { upgrade: 'websocket' },
  message: 'The only upgrade here is to "websocket"',
}
const CLOSING: Refusal = { status: 503, headers: { 'retry-after': '1' }, message: 'The server is closing' }
const NOT_STARTED: Refusal = { status: 503, headers: { 'retry-after': '1' }, message: 'The server could not start' }

/** MCP over WebSocket: each socket is one connection, and both conversations share it as they share a pipe. */
export class WebSocketEndpoint {
  readonly #runtime: ServerRuntime
  readonly #guard: Guard
  readonly #connections: Connections

  constructor(runtime: ServerRuntime, connections: Connections) {
    this.#runtime = runtime
    this.#connections = connections
    this.#guard = new Guard(runtime.settings)
  }

  /** Answers one upgrade. */
  readonly upgrade: UpgradeHandler = (request, socket, head, next) => {
    const caller = new NodeCaller(request, this.#runtime.settings.publicUrl)
    const isWebSocket = asksForWebSocket(caller.header('upgrade'))
    if (isWebSocket && this.#isOwn(request)) this.#check(request, caller, socket, head)
    else if (next) next()
    else if (isWebSocket) refuseUpgrade(socket, NOT_FOUND)
    else if (!answerWithoutUpgrade(request, socket, head)) refuseUpgrade(socket, NO_SUCH_UPGRADE)
  }

  #isOwn(request: NodeRequest): boolean {
    const { path, websocket } = this.#runtime.settings
    return websocket !== undefined && isMountedEndpoint(path, request)
  }

  #check(request: NodeRequest, caller: NodeCaller, socket: NodeSocket, head: Uint8Array): void {
    const refused = this.#guard.check(caller)
    if (refused) this.#runtime.settings.logger.warn(refused.advice)
    const refusal = refused ? { ...refused, headers: {} } : handshakeProblem(request.method, caller)
    if (refusal) return refuseUpgrade(socket, refusal)
    // Until there is a channel, nobody else would hear of it.
    socket.on('error', () => undefined)
    void this.#open(caller, socket, head)
  }

  async #open(caller: NodeCaller, socket: NodeSocket, head: Uint8Array): Promise<void> {
    const [accept, isStarted] = await Promise.all([
      acceptOf(caller.header('sec-websocket-key') as string),
      this.#runtime.closed || this.#start(),
    ])
    if (socket.destroyed) return
    // Its end has been told already, while nobody listened.
    if (socket.readableEnded) return void socket.destroy()
    if (this.#runtime.closed) return refuseUpgrade(socket, CLOSING)
    if (!isStarted) return refuseUpgrade(socket, NOT_STARTED)
    acceptUpgrade(socket, accept)
    this.#serve(caller, socket, head)
  }

  async #start(): Promise<boolean> {
    try {
      await this.#runtime.start()
      return true
    } catch (error) {
      this.#runtime.settings.logger.error('the lifespan failed to start:', error)
      return false
    }
  }

  #serve(caller: NodeCaller, socket: NodeSocket, head: Uint8Array): void {
    const { keepAliveMs, websocket } = this.#runtime.settings
    const { maxMessageBytes } = websocket as NonNullable<typeof websocket>
    const channel = new WebSocketChannel(socket, head, {
      side: 'server',
      protocol: SUBPROTOCOL,
      maxMessageBytes,
      keepAliveMs,
    })
    const goodbye = { code: CloseCode.GoingAway, reason: 'the server is closing' }
    void this.#connections.open(overWebSocket(channel, goodbye), { surroundings: caller }).start()
  }
}
