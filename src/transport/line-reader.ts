import type { Readable } from 'node:stream'
import type { TransportReceiver } from '../peer/transport.ts'
import { createLineDecoder, DEFAULT_MAX_LINE_BYTES, type LineDecoder } from '../wire/lines.ts'

/** Hands the lines of a stream to a receiver, and reads no faster than it takes them in. */
export class LineReader {
  readonly #stream: Readable
  readonly #decoder: LineDecoder
  /** What the receiver wants to be waited for, of the chunk that is being read. */
  #holds: Promise<void>[] = []
  #isPatient = true
  #isOver = false

  constructor(
    stream: Readable,
    receiver: Pick<TransportReceiver, 'message' | 'malformed'>,
    maxLineBytes = DEFAULT_MAX_LINE_BYTES,
  ) {
    this.#stream = stream
    const refuse = (reason: string): void => {
      if (!this.#isOver) receiver.malformed(reason)
    }
    this.#decoder = createLineDecoder({
      maxBytes: maxLineBytes,
      onLine: (line) => {
        const hold = this.#isOver ? undefined : receiver.message(line)
        if (hold) this.#holds.push(hold)
      },
      onTooLong: () => refuse(`a line is longer than ${maxLineBytes} bytes`),
      onMalformed: () => refuse('a line is not UTF-8'),
    })
  }

  /** Begins to read. A last line without a line break is a line, too. */
  start(): void {
    this.#stream.on('data', this.#read).on('end', this.#decoder.end).resume()
  }

  /** Waits for the receiver no more: what is still there is the last. */
  hurry(): void {
    this.#isPatient = false
    this.#stream.resume()
  }

  /** Delivers nothing more. The stream is left as it is, with nobody who reads it. */
  stop(): void {
    this.#isOver = true
    this.#stream.off('data', this.#read).off('end', this.#decoder.end)
  }

  readonly #read = (chunk: Uint8Array): void => {
    this.#decoder.write(chunk)
    const holds = this.#holds
    this.#holds = []
    if (holds.length === 0 || !this.#isPatient || this.#isOver) return
    this.#stream.pause()
    void Promise.all(holds).then(() => {
      if (!this.#isOver) this.#stream.resume()
    })
  }
}
