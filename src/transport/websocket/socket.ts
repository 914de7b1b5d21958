import type { NodeSocket } from '../../server/faces.ts'
import { encodeUtf8 } from '../../wire/bytes.ts'
import { type Close, CloseCode, closePayload } from '../../wire/close-code.ts'
import { frame, Opcode } from '../../wire/frame.ts'
import { type FrameEvent, FrameReceiver } from '../../wire/frame-receiver.ts'
import { MAX_UNREAD } from '../http/exchange.ts'
import { SocketWriter } from './writer.ts'

/** How long the other side may take to close, once it has been told to. */
export const CLOSE_TIMEOUT_MS = 2_000

/** How many bytes of texts may wait for a slow reader. Whoever sends them may set a closer limit. */
const MAX_UNREAD_TEXTS = 16 * MAX_UNREAD

const NOTHING = new Uint8Array()

/** How a connection ended. */
export interface Closure extends Close {
  /** Whether both sides have sent a close frame. */
  readonly clean: boolean
}

/** How to speak over a socket whose handshake is done. */
export interface WebSocketOptions {
  readonly side: 'server' | 'client'
  /** The subprotocol that was agreed on. */
  readonly protocol: string
  readonly maxMessageBytes: number
  /** Milliseconds between pings; a side that does not answer until the next one is given up. */
  readonly keepAliveMs: number | undefined
}

/**
 * Takes in a text.
 * @returns a promise while no more should come
 */
export type TextListener = (text: string) => void | Promise<void>

/** Text messages in both directions over one WebSocket (RFC 6455), for either side. */
export class WebSocketChannel {
  /** The subprotocol that was agreed on. */
  readonly protocol: string
  /** Settles when the connection has ended, however it did. */
  readonly closed: Promise<Closure>
  readonly #socket: NodeSocket
  readonly #isServer: boolean
  readonly #receiver: FrameReceiver
  readonly #writer: SocketWriter
  #head: Uint8Array
  #onMessage: TextListener | undefined
  /** What is waited for before more is read. */
  #hold: Promise<void> | undefined
  #open = true
  #closure: Closure | undefined
  #problem = ''
  #settle!: (closure: Closure) => void

  #keepAlive: ReturnType<typeof setInterval> | undefined
  #patience: ReturnType<typeof setTimeout> | undefined
  #heard = true
  #sent = 0

  /** @param head what had come in behind the handshake */
  constructor(socket: NodeSocket, head: Uint8Array, options: WebSocketOptions) {
    const { side, protocol, maxMessageBytes, keepAliveMs } = options
    this.protocol = protocol
    this.closed = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#socket = socket
    this.#head = head
    this.#isServer = side === 'server'
    this.#writer = new SocketWriter(socket)
    this.#receiver = new FrameReceiver({
      masked: this.#isServer,
      maxMessageBytes,
      textOnly: true,
      onEvent: (event) => this.#handle(event),
    })
    socket.setTimeout?.(0)
    socket.setNoDelay?.(true)
    socket.on('end', () => this.#ended())
    socket.on('error', (error: Error) => this.#failed(error.message))
    socket.on('close', () => this.#gone())
    if (keepAliveMs !== undefined) this.#keepAlive = setInterval(() => this.#checkAlive(), keepAliveMs)
  }

  /** Begins to read. Call it once, before anything else can happen: nothing is read until then. */
  onMessage(listener: TextListener): void {
    this.#onMessage = listener
    this.#read(this.#head)
    this.#head = NOTHING
    this.#socket.on('data', (chunk: Uint8Array) => this.#read(chunk))
  }

  /**
   * Sends a message; does nothing once the connection is closing.
   * @returns a promise when the reader is slow: it settles when there is room again, or when it has gone
   */
  send(text: string): Promise<void> | undefined {
    return this.#open ? this.#write(Opcode.Text, encodeUtf8(text), MAX_UNREAD_TEXTS) : undefined
  }

  /**
   * Closes the connection, and waits for the other side to do so too, for a while.
   * @param code 1000, 1001 or the like, or one from 3000 to 4999
   * @param reason at most 123 bytes as UTF-8
   * @throws DefinitionError when the code or the reason cannot be sent
   */
  close(code: number = CloseCode.Normal, reason = ''): Promise<Closure> {
    if (this.#open) this.#sendClose(code, reason)
    return this.closed
  }

  #read(chunk: Uint8Array): void {
    this.#heard = true
    // The answers to what came in together leave together.
    this.#socket.cork()
    try {
      this.#receiver.write(chunk)
    } finally {
      this.#socket.uncork()
    }
  }

  #handle(event: FrameEvent): void {
    if (event.kind === 'close') this.#finish({ code: event.code, reason: event.reason, clean: true })
    else if (event.kind === 'failure') this.#fail(event)
    else if (!this.#open) return
    else if (event.kind === 'text') this.#pace(this.#onMessage?.(event.text))
    else if (event.kind === 'ping') this.#write(Opcode.Pong, event.payload)
  }

  #encode(opcode: Opcode, payload: Uint8Array): Uint8Array {
    // RFC 6455 §5.3: a client masks each frame anew.
    return frame(opcode, payload, { mask: this.#isServer ? undefined : crypto.getRandomValues(new Uint8Array(4)) })
  }

  #write(opcode: Opcode, payload: Uint8Array, limit = MAX_UNREAD): Promise<void> | undefined {
    if (!this.#writer.exceeds(limit)) return this.#writer.write(this.#encode(opcode, payload))
    this.#fail({ code: CloseCode.PolicyViolation, reason: 'the reader does not keep up' })
    return undefined
  }

  #pace(hold: void | Promise<void>): void {
    if (!hold || hold === this.#hold) return
    this.#hold = hold
    this.#socket.pause()
    void hold.then(() => {
      if (hold !== this.#hold) return
      this.#hold = undefined
      this.#socket.resume()
    })
  }

  #sendClose(code: number, reason: string): void {
    const bytes = this.#encode(Opcode.Close, closePayload(code, reason))
    this.#open = false
    clearInterval(this.#keepAlive)
    this.#writer.write(bytes)
    this.#patience = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS)
    if (this.#onMessage) this.#socket.resume()
    else this.onMessage(() => undefined)
  }

  // RFC 6455 §7.1.7: a rule was broken, or patience is at its end.
  #fail({ code, reason }: Close): void {
    if (this.#open) this.#sendClose(code, reason)
    this.#closure = { code, reason, clean: false }
    this.#writer.end()
  }

  // RFC 6455 §7.1.1: the server closes the TCP connection first; the client waits for it to do so.
  #finish(closure: Closure): void {
    if (this.#open) this.#sendClose(closure.code, '')
    this.#closure = closure
    if (this.#isServer) this.#writer.end()
  }

  #ended(): void {
    if (this.#closure) this.#writer.end()
    else this.#socket.destroy()
  }

  #failed(problem: string): void {
    this.#problem ||= problem
  }

  #gone(): void {
    this.#open = false
    clearInterval(this.#keepAlive)
    clearTimeout(this.#patience)
    this.#writer.release()
    this.#settle(this.#closure ?? { code: CloseCode.Abnormal, reason: this.#problem, clean: false })
  }

  #checkAlive(): void {
    const { unread, sent } = this.#writer
    // While it is slow to read, what it has read is the sign of life; while we do not read, there can be none.
    const isReading = unread > 0 ? sent > this.#sent : this.#hold !== undefined
    const isAlive = this.#heard || isReading
    this.#sent = sent
    this.#heard = false
    if (isAlive && unread === 0) this.#write(Opcode.Ping, NOTHING)
    if (isAlive) return
    this.#failed('the other side does not answer')
    this.#socket.destroy()
  }
}
