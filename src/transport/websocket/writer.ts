import type { NodeSocket } from '../../server/faces.ts'
import { Room } from '../room.ts'

// A socket tells of what it has sent write by write: in slices, a slow reader can be told from one that is gone.
const SLICE_BYTES = 64 * 1024

/** Writes to a socket no faster than it is read; what waits is bounded. */
export class SocketWriter {
  readonly #socket: NodeSocket
  readonly #room = new Room()
  #slices: Uint8Array[] = []
  #next = 0
  /** In bytes, of the slices. */
  #queued = 0
  #handedOver = 0
  #isRoom = true
  #ending = false
  /** Of the message that nobody waited before. */
  #firstLength = 0

  constructor(socket: NodeSocket) {
    this.#socket = socket
    socket.on('drain', () => this.#drained())
  }

  /** How many bytes wait for the reader. */
  get unread(): number {
    return this.#queued + this.#socket.writableLength
  }

  /** How many bytes have ever left. */
  get sent(): number {
    return this.#handedOver - this.#socket.writableLength
  }

  /** Whether more waits than may. However large the first message is, there is room behind it. */
  exceeds(limit: number): boolean {
    return this.unread > limit + this.#firstLength
  }

  /** @returns a promise when the reader is slow: it settles when there is room again, or at `release` */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.unread === 0) this.#firstLength = bytes.length
    // Nearly every message is one slice, and stays what it is.
    if (bytes.length <= SLICE_BYTES) this.#slices.push(bytes)
    else {
      for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
        this.#slices.push(bytes.subarray(from, from + SLICE_BYTES))
      }
    }
    this.#queued += bytes.length
    if (this.#isRoom) this.#pass()
    return this.#isRoom ? undefined : this.#room.wait()
  }

  /** Ends the socket once everything is written. */
  end(): void {
    this.#ending = true
    if (this.#queued === 0) this.#socket.end()
  }

  /** Lets go of those who wait: nobody reads any more. */
  release(): void {
    this.#room.make()
  }

  #pass(): void {
    while (this.#isRoom && this.#next < this.#slices.length) {
      const slice = this.#slices[this.#next++] as Uint8Array
      this.#queued -= slice.length
      this.#handedOver += slice.length
      this.#isRoom = this.#socket.write(slice)
    }
    if (this.#next < this.#slices.length) return
    this.#slices = []
    this.#next = 0
    if (this.#ending) this.#socket.end()
  }

  #drained(): void {
    this.#isRoom = true
    this.#pass()
    if (this.#isRoom) this.#room.make()
  }
}
