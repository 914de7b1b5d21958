import type { HttpInfo } from '../../server/context.ts'
import { type Body, type EventStream, type Exchange, MAX_UNREAD } from './exchange.ts'

/** A response in pieces over a `ReadableStream`: what its reader does not take in time is bounded. */
class FetchEventStream implements EventStream {
  readonly body: ReadableStream<Uint8Array>
  readonly #encoder = new TextEncoder()
  readonly #tooSlow: () => void
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #waiting: (() => void)[] = []

  constructor(tooSlow: () => void, cancelled: () => void) {
    this.#tooSlow = tooSlow
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => this.#wake(),
        cancel: () => {
          this.#controller = undefined
          this.#wake()
          cancelled()
        },
      },
      { highWaterMark: 64 * 1024, size: (chunk) => chunk.byteLength },
    )
  }

  write(text: string): Promise<void> | undefined {
    const controller = this.#controller
    if (!controller) return undefined
    controller.enqueue(this.#encoder.encode(text))
    const room = controller.desiredSize as number
    if (room > 0) return undefined
    if (-room > MAX_UNREAD) {
      controller.error(new Error('The reader does not keep up'))
      this.#controller = undefined
      this.#wake()
      this.#tooSlow()
      return undefined
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  end(): void {
    this.#controller?.close()
    this.#controller = undefined
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
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
  readonly #gone: (() => void)[] = []
  #settle: (response: Response) => void = () => undefined

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
    return { headers: this.#request.headers, url: shown }
  }

  header(name: string): string | undefined {
    // Where the host gives no `Host`, the URL has it.
    const value = name.startsWith(':') ? null : this.#request.headers.get(name)
    return value ?? (name === 'host' ? new URL(this.#request.url).host : undefined)
  }

  readBody(limit: number, done: (body: Body) => void): void {
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
    this.#gone.push(listener)
    this.#request.signal.addEventListener('abort', () => this.#disconnected(), { once: true })
  }

  #disconnected(): void {
    for (const listener of this.#gone.splice(0)) listener()
  }

  async #read(limit: number): Promise<Body> {
    const decoder = new TextDecoder()
    const reader = this.#request.body?.getReader()
    let text = ''
    let size = 0
    while (reader) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.byteLength
      if (size > limit) {
        await reader.cancel()
        return 'too large'
      }
      text += decoder.decode(value, { stream: true })
    }
    return { text: text + decoder.decode() }
  }
}
