import type { HttpInfo } from '../../server/incoming.ts'
import { decodeUtf8 } from '../../wire/bytes.ts'
import { Room } from '../room.ts'
import { type Body, type EventStream, type Exchange, MAX_UNREAD } from './exchange.ts'

const HIGH_WATER_MARK = 64 * 1024

// Null only in a stream that has failed, and nobody writes to that.
const roomIn = ({ desiredSize }: ReadableStreamDefaultController): number => desiredSize as number

/** A response in pieces over a `ReadableStream`: what its reader does not take in time is bounded. */
class FetchEventStream implements EventStream {
  readonly body: ReadableStream<Uint8Array>
  readonly #encoder = new TextEncoder()
  readonly #tooSlow: () => void
  readonly #room = new Room()
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined

  constructor(tooSlow: () => void, cancelled: () => void) {
    this.#tooSlow = tooSlow
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: this.#room.make,
        cancel: () => {
          this.#leave()
          cancelled()
        },
      },
      { highWaterMark: HIGH_WATER_MARK, size: (chunk) => chunk.byteLength },
    )
  }

  write(text: string): Promise<void> | undefined {
    const controller = this.#controller
    if (!controller) return undefined
    if (HIGH_WATER_MARK - roomIn(controller) > MAX_UNREAD) {
      this.abort()
      this.#tooSlow()
      return undefined
    }
    controller.enqueue(this.#encoder.encode(text))
    return roomIn(controller) > 0 ? undefined : this.#room.wait()
  }

  end(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text))
    this.#controller?.close()
    this.#controller = undefined
  }

  abort(): void {
    this.#controller?.error(new Error('The reader does not keep up'))
    this.#leave()
  }

  #leave(): void {
    this.#controller = undefined
    this.#room.make()
  }
}

// The status that servers log for a client that has gone away.
const CLIENT_CLOSED_REQUEST = 499

const joined = (chunks: readonly Uint8Array[], size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

/** `Request` and `Response` as an exchange. */
export class FetchExchange implements Exchange {
  readonly method: string
  readonly auth = undefined
  readonly onLoopback = undefined
  readonly parsedBody = undefined
  /** The response, once there is one. */
  readonly response: Promise<Response>
  readonly #request: Request
  readonly #publicUrl: URL | undefined
  #gone: () => void = () => undefined
  #settle!: (response: Response) => void

  constructor(request: Request, publicUrl: URL | undefined) {
    this.method = request.method
    this.#request = request
    this.#publicUrl = publicUrl
    this.response = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get http(): HttpInfo {
    const url = new URL(this.#request.url)
    const shown = new URL(this.#publicUrl ?? url)
    shown.search = url.search
    return { headers: this.#request.headers, url: shown, release: () => undefined }
  }

  header(name: string): string | undefined {
    // Where the host gives no `Host`, the URL has it.
    const value = this.#request.headers.get(name)
    return value ?? (name === 'host' ? new URL(this.#request.url).host : undefined)
  }

  readBody(limit: number, done: (body: Body) => void): void {
    if (this.#request.bodyUsed) return done('taken')
    this.#read(limit).then(done, () => done('lost'))
  }

  respond(status: number, headers: Record<string, string>, body?: string): void {
    this.#settle(new Response(body ?? null, { status, headers }))
  }

  stream(headers: Record<string, string>, tooSlow: () => void): EventStream {
    const stream = new FetchEventStream(tooSlow, () => this.#disconnected())
    this.#settle(new Response(stream.body, { headers }))
    return stream
  }

  onDisconnect(listener: () => void): void {
    const { signal } = this.#request
    this.#gone = listener
    if (signal.aborted) this.#disconnected()
    else signal.addEventListener('abort', () => this.#disconnected(), { once: true })
  }

  #disconnected(): void {
    this.#gone()
    // Nobody reads it, but whoever waits for a response gets one.
    this.#settle(new Response(null, { status: CLIENT_CLOSED_REQUEST }))
  }

  async #read(limit: number): Promise<Body> {
    const { body, signal } = this.#request
    const reader = body?.getReader()
    let isLeft = false
    const leave = (): void => {
      isLeft = true
      // Not awaited: nothing says that whoever sends the body ever settles this.
      reader?.cancel().catch(() => undefined)
    }
    signal.addEventListener('abort', leave, { once: true })
    const chunks: Uint8Array[] = []
    let size = 0
    while (reader && size <= limit) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.byteLength
      chunks.push(value)
    }
    signal.removeEventListener('abort', leave)
    if (isLeft) return 'lost'
    if (size > limit) {
      leave()
      return 'too large'
    }
    const text = decodeUtf8(joined(chunks, size))
    return text === undefined ? 'malformed' : { text }
  }
}
