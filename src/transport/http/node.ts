import type { NodeRequest, NodeResponse } from '../../server/faces.ts'
import { decodeUtf8 } from '../../wire/bytes.ts'
import { Room } from '../room.ts'
import { type Body, type EventStream, type Exchange, MAX_UNREAD } from './exchange.ts'
import { NodeCaller } from './node-caller.ts'

/** What tells that nothing more can be read: only in requests that are real streams. */
type Readable = NodeRequest & { readonly readableEnded?: boolean }

/** What tells that nobody reads any more: by itself over HTTP/1, by its stream over HTTP/2. */
type Closable = NodeResponse & { readonly destroyed?: boolean; readonly stream?: { readonly destroyed: boolean } }

const hasGone = ({ destroyed, stream }: Closable): boolean => destroyed ?? stream?.destroyed ?? false

const decode = (chunks: readonly Buffer[]): Body => {
  const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
  const text = bytes.toString('utf8')
  // Only where decoding has replaced something can the bytes have been malformed.
  return text.includes('\uFFFD') && decodeUtf8(bytes) === undefined ? 'malformed' : { text }
}

/** A response in pieces over Node: what its reader does not take in time is bounded. */
class NodeEventStream implements EventStream {
  readonly #response: NodeResponse
  readonly #tooSlow: () => void
  readonly #room = new Room()

  constructor(response: NodeResponse, tooSlow: () => void) {
    this.#response = response
    this.#tooSlow = tooSlow
    response.on('drain', this.#room.make)
    response.on('close', this.#room.make)
  }

  write(text: string): Promise<void> | undefined {
    const response = this.#response
    if (response.writableEnded || hasGone(response)) return undefined
    if (response.writableLength > MAX_UNREAD) {
      this.abort()
      this.#tooSlow()
      return undefined
    }
    return response.write(text) ? undefined : this.#room.wait()
  }

  end(text: string): void {
    if (!this.#response.writableEnded) this.#response.end(text)
  }

  abort(): void {
    this.#response.destroy()
  }
}

/** Node's `(req, res)` as an exchange, without `Request` and `Response` in between. */
export class NodeExchange extends NodeCaller implements Exchange {
  readonly method: string
  readonly parsedBody: unknown
  readonly #request: NodeRequest
  readonly #response: NodeResponse

  constructor(request: NodeRequest, response: NodeResponse, parsedBody: unknown, publicUrl: URL | undefined) {
    super(request, publicUrl)
    this.method = request.method ?? 'GET'
    this.parsedBody = parsedBody === undefined ? request.body : parsedBody
    this.#request = request
    this.#response = response
  }

  readBody(limit: number, done: (body: Body) => void): void {
    const request: Readable = this.#request
    if (request.readableEnded) return done('taken')
    let chunks: Buffer[] = []
    let size = 0
    const over = new Promise<'whole' | 'too large' | 'lost'>((resolve) => {
      request.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= limit) chunks.push(chunk)
        else resolve('too large')
      })
      request.on('end', () => resolve('whole'))
      request.on('close', () => resolve('lost'))
      request.on('error', () => resolve('lost'))
    })
    // Events come outside of the asynchronous context in which the host has called us; a promise goes on within it.
    void over.then((how) => {
      const read = chunks
      // The listeners stay as long as the request does, and what they have gathered must not.
      chunks = []
      done(how === 'whole' ? decode(read) : how)
    })
  }

  respond(status: number, headers: Record<string, string>, body?: string): void {
    const response = this.#response
    // A host that has answered already, such as at a timeout of its own, keeps the last word.
    if (response.headersSent) return
    if (this.#request.httpVersionMajor === 2) delete headers['connection']
    if (status !== 204 && this.method !== 'HEAD') headers['content-length'] = String(Buffer.byteLength(body ?? ''))
    response.writeHead(status, headers)
    response.end(body ?? '')
  }

  stream(headers: Record<string, string>, tooSlow: () => void): EventStream {
    if (!this.#response.headersSent) this.#response.writeHead(200, headers)
    return new NodeEventStream(this.#response, tooSlow)
  }

  onDisconnect(listener: () => void): void {
    const response = this.#response
    if (hasGone(response)) return listener()
    response.on('close', () => {
      if (!response.writableEnded) listener()
    })
  }
}
