import { Duplex } from 'node:stream'

/** One end of a connection in memory. Its writes end when the other side has taken what was written. */
class End extends Duplex {
  other: End | undefined
  #taken: (() => void) | undefined

  override _read(): void {
    const taken = this.#taken
    this.#taken = undefined
    taken?.()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const other = this.other as End
    other.#taken = done
    // A peer sees its own copy, as it would behind a network.
    if (other.push(Buffer.from(chunk))) other._read()
  }

  override _final(done: () => void): void {
    this.other?.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const isOver = this.writableFinished && this.readableEnded
    if (!isOver) setImmediate(() => this.other?.destroy(new Error('read ECONNRESET')))
    done(error)
  }
}

/**
 * Two sockets that are connected with each other: half-open like those of an http server, and with little room, so
 * that a reader that does not read is noticed soon.
 */
export const duplexPair = (highWaterMark = 16 * 1024): readonly [Duplex, Duplex] => {
  const options = { allowHalfOpen: true, highWaterMark }
  const [left, right] = [new End(options), new End(options)]
  left.other = right
  right.other = left
  return [left, right]
}
