import { Room } from './room.ts'

// So many characters are written at once; what comes in one turn of the event loop is written at its end.
const CHUNK = 64 * 1024

/** Where lines go, such as a stream. */
export interface LineSink {
  /** @returns false when it is congested; it emits `drain` later */
  write(text: string, done?: () => void): boolean
  once(event: 'drain', listener: () => void): unknown
}

/**
 * Writes lines to a pipe.
 * @param linesAtOnce how many lines wait for each other at most: fewer system calls, or a reader that begins earlier
 */
export class LineWriter {
  readonly #sink: LineSink
  readonly #linesAtOnce: number
  readonly #room = new Room()
  #lines: string[] = []
  #length = 0
  #isSlow = false
  #isOpen = true

  constructor(sink: LineSink, linesAtOnce = Number.POSITIVE_INFINITY) {
    this.#sink = sink
    this.#linesAtOnce = linesAtOnce
  }

  /**
   * Writes a line; does nothing after the end.
   * @returns a promise while the reader does not keep up
   */
  write(line: string): Promise<void> | undefined {
    if (!this.#isOpen) return undefined
    if (this.#lines.push(line) === 1) process.nextTick(this.#flush)
    this.#length += line.length
    if (this.#length >= CHUNK || this.#lines.length >= this.#linesAtOnce) this.#flush()
    return this.#isSlow ? this.#room.wait() : undefined
  }

  /** Settles when all has been handed over. */
  async end(): Promise<void> {
    this.#flush()
    const wasOpen = this.#isOpen
    this.#isOpen = false
    if (wasOpen) await new Promise<void>((resolve) => this.#sink.write('', resolve))
    this.drop()
  }

  /** Writes nothing more: nobody reads it. */
  drop(): void {
    this.#isOpen = false
    this.#relieve()
  }

  readonly #flush = (): void => {
    if (this.#lines.length === 0 || !this.#isOpen) return
    const text = `${this.#lines.join('\n')}\n`
    this.#lines = []
    this.#length = 0
    if (this.#sink.write(text) || this.#isSlow) return
    this.#isSlow = true
    this.#sink.once('drain', this.#relieve)
  }

  readonly #relieve = (): void => {
    this.#isSlow = false
    this.#room.make()
  }
}
