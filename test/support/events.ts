import { createEventDecoder, type ServerSentEvent } from '../../src/wire/sse-decoder.ts'
import type { Loose } from './answering.ts'

const decoderInto = (events: ServerSentEvent[]) =>
  createEventDecoder({
    onEvent: (event) => events.push(event),
    onTooLarge: () => {
      throw new Error('an event is too large')
    },
  })

/** The events in a text, as far as they have ended. */
export const readEvents = (text: string): readonly ServerSentEvent[] => {
  const events: ServerSentEvent[] = []
  decoderInto(events).write(new TextEncoder().encode(text))
  return events
}

/** The events of a stream, one at a time. */
export class Events {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #events: ServerSentEvent[] = []
  readonly #decoder = decoderInto(this.#events)

  constructor(response: Response) {
    if (!response.body) throw new Error('the response has no body')
    this.#reader = response.body.getReader()
  }

  /** What is written next, as it is: also a comment. */
  async nextText(): Promise<string> {
    const { value } = await this.#reader.read()
    return new TextDecoder().decode(value)
  }

  /** The next message; undefined at the end of the stream. Events without data are passed over. */
  async next(): Promise<Loose> {
    for (;;) {
      const event = this.#events.shift()
      if (event?.data) return JSON.parse(event.data)
      if (event) continue
      const { done, value } = await this.#reader.read()
      if (done) return undefined
      this.#decoder.write(value)
    }
  }

  /** The client goes away. */
  leave(): Promise<void> {
    return this.#reader.cancel()
  }
}
