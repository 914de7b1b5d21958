const EMPTY = new Uint8Array()
// A larger buffer is given back once its line is read.
const KEPT_BYTES = 256 * 1024

/** The beginning of a line whose end has not come yet. */
export class PartialLine {
  #buffer: Uint8Array = EMPTY
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Copies what has come. */
  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(length, this.#buffer.length * 2))
      grown.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = grown
    }
    this.#buffer.set(bytes, this.#length)
    this.#length = length
  }

  /** Gives what has been gathered, to be read before the next `append`. */
  take(): Uint8Array {
    const bytes = this.#buffer.subarray(0, this.#length)
    this.#length = 0
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = EMPTY
    return bytes
  }

  /** The same with the rest of the line, which alone is not copied. */
  takeWith(rest: Uint8Array): Uint8Array {
    if (this.#length === 0) return rest
    this.append(rest)
    return this.take()
  }
}
