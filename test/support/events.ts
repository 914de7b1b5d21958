import type { Loose } from './answering.ts'

/** The events of a stream, one at a time. */
export class Events {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  #text = ''

  constructor(response: Response) {
    if (!response.body) throw new Error('the response has no body')
    this.#reader = response.body.getReader()
  }

  /** The text of the next event or comment; undefined at the end of the stream. */
  async nextText(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end !== -1) {
        const text = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        return text
      }
      const { done, value } = await this.#reader.read()
      if (done) return undefined
      this.#text += this.#decoder.decode(value, { stream: true })
    }
  }

  /** The next message; undefined at the end of the stream. */
  async next(): Promise<Loose> {
    for (;;) {
      const text = await this.nextText()
      if (text === undefined) return undefined
      const data = text.split('\n').find((line) => line.startsWith('data: {'))
      if (data !== undefined) return JSON.parse(data.slice('data: '.length))
    }
  }

  /** The client goes away. */
  leave(): Promise<void> {
    return this.#reader.cancel()
  }
}
