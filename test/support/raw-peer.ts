import type { Duplex } from 'node:stream'
import { decodeRaw, encodeRaw, type RawFrame } from './frames.ts'

/** How many bytes the first frame has, as far as they tell; more than there are when they do not. */
const frameLengthOf = (bytes: Buffer): number => {
  if (bytes.length < 2) return 2
  const second = bytes.readUInt8(1)
  const bits = second & 127
  const head = 2 + (bits === 127 ? 8 : bits === 126 ? 2 : 0) + (second > 127 ? 4 : 0)
  if (bytes.length < head) return head
  return head + (bits === 127 ? Number(bytes.readBigUInt64BE(2)) : bits === 126 ? bytes.readUInt16BE(2) : bits)
}

/** The other side of a WebSocket, by hand: it sends any bytes, and keeps the frames that come back. */
export class RawPeer {
  readonly socket: Duplex
  readonly frames: RawFrame[] = []
  /** Settles when the other side has ended its half. */
  readonly ended: Promise<void>
  readonly closed: Promise<void>
  readonly #mask: Uint8Array | undefined
  #parts: Buffer[] = []
  #size = 0
  #needed = 2
  #waiting: (() => void)[] = []

  /** @param side the one that this peer plays */
  constructor(socket: Duplex, side: 'server' | 'client', head: Uint8Array = Buffer.alloc(0)) {
    this.socket = socket
    this.#mask = side === 'client' ? Uint8Array.of(0x37, 0xfa, 0x21, 0x3d) : undefined
    this.ended = new Promise((resolve) => socket.once('end', resolve))
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined)
    socket.on('close', () => this.#wake())
    if (head.length > 0) this.#read(Buffer.from(head))
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  encode(...frames: readonly RawFrame[]): Buffer {
    return Buffer.concat(frames.map((frame) => encodeRaw(frame, this.#mask)))
  }

  send(...frames: readonly RawFrame[]): void {
    this.socket.write(this.encode(...frames))
  }

  /** The frames that have come, once there are so many, or the connection has gone. */
  async take(count: number): Promise<readonly RawFrame[]> {
    while (this.frames.length < count && !this.socket.destroyed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    return this.frames.splice(0, count)
  }

  /** The next frame, which must be a close frame: its code and its reason. */
  async takeClose(): Promise<readonly [code: number, reason: string]> {
    const [frame] = await this.take(1)
    if (frame?.opcode !== 8) throw new Error(`expected a close frame, got ${JSON.stringify(frame)}`)
    const payload = Buffer.from(frame.payload)
    return payload.length === 0 ? [1005, ''] : [payload.readUInt16BE(0), payload.subarray(2).toString()]
  }

  /** The next text. */
  async takeText(): Promise<string> {
    const [frame] = await this.take(1)
    if (frame?.opcode !== 1) throw new Error(`expected a text, got ${JSON.stringify(frame)}`)
    return Buffer.from(frame.payload).toString()
  }

  #read(chunk: Buffer): void {
    this.#parts.push(chunk)
    this.#size += chunk.length
    while (this.#size >= this.#needed) this.#readFrame()
    this.#wake()
  }

  #readFrame(): void {
    const bytes = Buffer.concat(this.#parts)
    this.#needed = frameLengthOf(bytes)
    const isWhole = bytes.length >= this.#needed
    if (isWhole) this.frames.push(...decodeRaw(bytes.subarray(0, this.#needed)))
    const rest = isWhole ? bytes.subarray(this.#needed) : bytes
    this.#parts = [rest]
    this.#size = rest.length
    if (isWhole) this.#needed = frameLengthOf(rest)
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
