import { byteAt, decodeUtf8 } from './bytes.ts'
import { type Close, CloseCode, readClose } from './close-code.ts'
import { Opcode } from './frame.ts'
import {
  type FrameHead,
  headLength,
  headProblem,
  isControl,
  LONGEST_HEAD,
  readHead,
  SHORTEST_HEAD,
} from './frame-head.ts'
import { applyMask } from './mask.ts'
import { Utf8Check } from './utf8.ts'

/** What has come in. After a `close` or a `failure`, nothing more does. */
export type FrameEvent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'ping'; readonly payload: Uint8Array }
  | { readonly kind: 'pong'; readonly payload: Uint8Array }
  | ({ readonly kind: 'close' } & Close)
  /** The other side broke a rule: close the connection with this code (RFC 6455 §7.1.7). */
  | ({ readonly kind: 'failure' } & Close)

/** How to read, and who hears of it. */
export interface FrameReceiverOptions {
  /** Whether frames must be masked: those that a server reads must be, those that a client reads must not (§5.1). */
  readonly masked: boolean
  /** How many bytes a message may have; 4 MiB by default. */
  readonly maxMessageBytes?: number
  /** Refuses binary messages before they are read. */
  readonly textOnly?: boolean
  readonly onEvent: (event: FrameEvent) => void
}

/** The limit for one message where none is given: 4 MiB. */
export const DEFAULT_MAX_MESSAGE_BYTES = 4 * 1024 * 1024

const EMPTY = new Uint8Array()
const NO_FRAME: FrameHead = { opcode: Opcode.Continuation, fin: true, length: 0 }

/** Bytes that arrive in pieces. */
class Assembly {
  #bytes = EMPTY
  #length = 0

  get length(): number {
    return this.#length
  }

  /**
   * @param bound what will be needed at most: the room doubles up to it, so that a declared length alone takes none
   * @returns where the piece stands now
   */
  append(piece: Uint8Array, bound: number): Uint8Array {
    const start = this.#length
    const end = start + piece.length
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, Math.min(this.#bytes.length * 2, bound)))
      grown.set(this.#bytes.subarray(0, start))
      this.#bytes = grown
    }
    this.#bytes.set(piece, start)
    this.#length = end
    return this.#bytes.subarray(start, end)
  }

  /** Gives away what has been assembled. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = EMPTY
    this.#length = 0
    return taken
  }
}

/**
 * Reads the frames of a WebSocket (RFC 6455 §5), from either side. Cut the bytes wherever you like: the events are the
 * same. No extension is known.
 */
export class FrameReceiver {
  readonly #masked: boolean
  readonly #maxMessageBytes: number
  readonly #textOnly: boolean
  readonly #onEvent: (event: FrameEvent) => void

  readonly #headBytes = new Uint8Array(LONGEST_HEAD)
  readonly #headView = new DataView(this.#headBytes.buffer)
  #headRead = 0
  #headLength = SHORTEST_HEAD

  #inPayload = false
  #frame = NO_FRAME
  #payloadRead = 0

  readonly #message = new Assembly()
  readonly #control = new Assembly()
  /** Of the message that has begun. */
  #messageOpcode: Opcode | undefined
  #utf8 = new Utf8Check()
  #ended = false

  constructor(options: FrameReceiverOptions) {
    const { masked, maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES, textOnly = false, onEvent } = options
    this.#masked = masked
    this.#maxMessageBytes = maxMessageBytes
    this.#textOnly = textOnly
    this.#onEvent = onEvent
  }

  /** Takes in what has arrived. The bytes are not kept. */
  write(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && !this.#ended) {
      at = this.#inPayload ? this.#readPayload(chunk, at) : this.#readHead(chunk, at)
    }
  }

  #readHead(chunk: Uint8Array, at: number): number {
    while (at < chunk.length && this.#headRead < this.#headLength) {
      this.#headBytes[this.#headRead++] = byteAt(chunk, at++)
      if (this.#headRead === SHORTEST_HEAD) this.#checkHead()
      if (this.#ended) return at
    }
    if (this.#headRead === this.#headLength) this.#beginFrame()
    return at
  }

  #checkHead(): void {
    const second = byteAt(this.#headBytes, 1)
    const problem = headProblem(byteAt(this.#headBytes, 0), second, this.#masked, this.#messageOpcode !== undefined)
    if (problem) this.#fail(CloseCode.ProtocolError, problem)
    this.#headLength = headLength(second)
  }

  #beginFrame(): void {
    const head = readHead(this.#headView)
    if (typeof head === 'string') return this.#fail(CloseCode.ProtocolError, head)
    const refused = isControl(head.opcode) ? undefined : this.#refusedData(head)
    if (refused) return this.#fail(refused.code, refused.reason)
    if (head.opcode === Opcode.Text || head.opcode === Opcode.Binary) this.#messageOpcode = head.opcode
    this.#frame = head
    this.#payloadRead = 0
    this.#inPayload = true
    if (head.length === 0) this.#endFrame()
  }

  #refusedData({ opcode, length }: FrameHead): Close | undefined {
    if (this.#textOnly && opcode === Opcode.Binary) {
      return { code: CloseCode.UnsupportedData, reason: 'binary messages are not understood here' }
    }
    return length > this.#maxMessageBytes - this.#message.length
      ? { code: CloseCode.TooBig, reason: `a message has at most ${this.#maxMessageBytes} bytes` }
      : undefined
  }

  #readPayload(chunk: Uint8Array, at: number): number {
    const { opcode, length } = this.#frame
    const end = Math.min(chunk.length, at + length - this.#payloadRead)
    const piece = chunk.subarray(at, end)
    if (isControl(opcode)) this.#unmask(this.#control.append(piece, length))
    else this.#readData(piece)
    this.#payloadRead += piece.length
    if (this.#payloadRead === length && !this.#ended) this.#endFrame()
    return end
  }

  #readData(piece: Uint8Array): void {
    const { fin, length } = this.#frame
    const isLast = fin && this.#payloadRead + piece.length === length
    const bound = fin ? this.#message.length + length - this.#payloadRead : this.#maxMessageBytes
    const data = this.#message.append(piece, bound)
    this.#unmask(data)
    // A message that is complete is checked when it is decoded, several times faster.
    if (this.#messageOpcode === Opcode.Text && !isLast && !this.#utf8.accept(data)) this.#failText()
  }

  #unmask(bytes: Uint8Array): void {
    if (!this.#masked) return
    applyMask(bytes, this.#headBytes.subarray(this.#headLength - 4, this.#headLength), this.#payloadRead)
  }

  #endFrame(): void {
    const { opcode, fin } = this.#frame
    this.#inPayload = false
    this.#headRead = 0
    this.#headLength = SHORTEST_HEAD
    if (isControl(opcode)) this.#endControl(opcode, this.#control.take())
    else if (fin) this.#endMessage(this.#message.take())
  }

  #endControl(opcode: Opcode, payload: Uint8Array): void {
    if (opcode !== Opcode.Close) return this.#onEvent({ kind: opcode === Opcode.Ping ? 'ping' : 'pong', payload })
    const { valid, code, reason } = readClose(payload)
    if (!valid) return this.#fail(code, reason)
    this.#end()
    this.#onEvent({ kind: 'close', code, reason })
  }

  #endMessage(bytes: Uint8Array): void {
    const opcode = this.#messageOpcode
    this.#messageOpcode = undefined
    if (opcode === Opcode.Binary) return this.#onEvent({ kind: 'binary', bytes })
    const text = decodeUtf8(bytes)
    if (text === undefined) return this.#failText()
    this.#utf8 = new Utf8Check()
    this.#onEvent({ kind: 'text', text })
  }

  #failText(): void {
    this.#fail(CloseCode.InvalidData, 'a text is not UTF-8')
  }

  #fail(code: number, reason: string): void {
    this.#end()
    this.#onEvent({ kind: 'failure', code, reason })
  }

  #end(): void {
    this.#ended = true
    this.#message.take()
  }
}
