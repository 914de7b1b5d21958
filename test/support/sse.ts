import assert from 'node:assert/strict'
import { createEventDecoder, type ServerSentEvent } from '../../src/wire/sse-decoder.ts'
import type { Loose } from './answering.ts'

/** The client's side of HTTP with SSE, by hand. */
export class SseReader {
  /** How many comments have come. */
  comments = 0
  #messagesAt = ''
  readonly #events: ServerSentEvent[] = []
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = createEventDecoder({
    onEvent: (event) => this.#events.push(event),
    onTooLarge: () => assert.fail('an event is too large'),
  })

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader()
  }

  /** Reads the first event of a stream. */
  static async open(response: Response): Promise<SseReader> {
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
    const reader = new SseReader(response.body as ReadableStream<Uint8Array>)
    const first = await reader.#next()
    assert.equal(first?.event, 'endpoint')
    reader.#messagesAt = first?.data ?? ''
    return reader
  }

  /** Where its client is to post to, as the first event has said. */
  get messagesAt(): string {
    return this.#messagesAt
  }

  /** Reads what comes next, in part or whole. @returns false at the end */
  async read(): Promise<boolean> {
    const { done, value } = await this.#reader.read()
    if (done) return false
    this.comments += new TextDecoder().decode(value).match(/^: /gm)?.length ?? 0
    this.#decoder.write(value)
    return true
  }

  /** The next message; undefined at the end. */
  async next(): Promise<Loose> {
    const next = await this.#next()
    if (next === undefined) return undefined
    assert.equal(next.event, 'message')
    return JSON.parse(next.data ?? '')
  }

  /** The client goes away. */
  async leave(): Promise<void> {
    await this.#reader.cancel()
  }

  async #next(): Promise<ServerSentEvent | undefined> {
    while (this.#events.length === 0) if (!(await this.read())) return undefined
    return this.#events.shift()
  }
}
