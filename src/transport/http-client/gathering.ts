import type { BodyReceiver } from './requester.ts'

/** How a body ended: it is whole, it is longer than allowed, or it broke off. */
export type GatheredEnd = 'whole' | 'cut' | Error

const joined = (chunks: readonly Uint8Array[], size: number): Uint8Array => {
  if (chunks.length === 1) return chunks[0] as Uint8Array
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/** Gathers a body, up to a limit. */
export class Gathering implements BodyReceiver {
  readonly #limit: number
  readonly #done: (bytes: Uint8Array, end: GatheredEnd) => void
  readonly #chunks: Uint8Array[] = []
  #size = 0

  /** @param done is called once, with what has come, and at the limit with that much of it */
  constructor(limit: number, done: (bytes: Uint8Array, end: GatheredEnd) => void) {
    this.#limit = limit
    this.#done = done
  }

  data(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size > this.#limit) this.finish('cut')
  }

  ended(): void {
    this.finish('whole')
  }

  failed(error: Error): void {
    this.finish(error)
  }

  /** It is enough. */
  finish(end: GatheredEnd): void {
    this.#done(joined(this.#chunks, this.#size).subarray(0, this.#limit), end)
  }
}
