import type { Transport, TransportReceiver } from '../../peer/transport.ts'
import type { Settings } from '../../server/settings.ts'
import { eventText } from '../../wire/sse.ts'
import type { EventStream, Exchange } from '../http/exchange.ts'
import { KEEP_ALIVE, STREAM_HEADERS } from '../http/reader.ts'
import type { Headers } from '../http/refuse.ts'
import { Room } from '../room.ts'

const MESSAGE = { event: 'message' } as const

/** The event stream of one client as a transport. What the client posts does not come this way. */
export class SseTransport implements Transport {
  readonly #exchange: Exchange
  readonly #settings: Settings
  readonly #headers: Headers
  readonly #messagesAt: string
  #receiver: TransportReceiver | undefined
  #stream: EventStream | undefined
  /** What waits for a slow reader. */
  #waiting: string[] = []
  #isSlow = false
  readonly #room = new Room()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param messagesAt where its client posts to */
  constructor(exchange: Exchange, settings: Settings, headers: Headers, messagesAt: string) {
    this.#exchange = exchange
    this.#settings = settings
    this.#headers = headers
    this.#messagesAt = messagesAt
  }

  start(receiver: TransportReceiver): void {
    this.#receiver = receiver
    this.#stream = this.#exchange.stream({ ...STREAM_HEADERS, ...this.#headers }, this.#over)
    this.#write(eventText(this.#messagesAt, { event: 'endpoint' }))
    this.#exchange.onDisconnect(this.#over)
  }

  send(text: string): Promise<void> | undefined {
    if (this.#isSlow) this.#waiting.push(text)
    else this.#write(eventText(text, MESSAGE))
    return this.#isSlow ? this.#room.wait() : undefined
  }

  close(error?: Error): void {
    const rest = this.#waiting.map((text) => eventText(text, MESSAGE))
    const stream = this.#stream
    this.#over()
    if (error) stream?.abort()
    else stream?.end(rest.join(''))
  }

  /** Writes only while there is room: what waits is bounded by whoever sends it. */
  #write(text: string): void {
    if (!this.#stream) return
    clearTimeout(this.#timer)
    const room = this.#stream.write(text)
    this.#isSlow = room !== undefined
    if (room) void room.then(() => this.#writeOn())
    else this.#timer = setTimeout(() => this.#write(KEEP_ALIVE), this.#settings.keepAliveMs)
  }

  #writeOn(): void {
    this.#isSlow = false
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
      this.#write(eventText(text, MESSAGE))
      if (this.#isSlow) return
    }
    this.#room.make()
  }

  readonly #over = (): void => {
    if (!this.#stream) return
    this.#stream = undefined
    this.#isSlow = false
    this.#waiting = []
    clearTimeout(this.#timer)
    this.#room.make()
    this.#receiver?.closed()
  }
}
