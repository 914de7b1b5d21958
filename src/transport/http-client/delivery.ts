import type { Authorization } from './authorization.ts'
import { type GatheredEnd, Gathering } from './gathering.ts'
import { withHeaders } from './headers.ts'
import { networkError } from './network-error.ts'
import type { BodyReceiver, HeaderList, HeaderLookup, HttpRequest, Recipient, Requester, Sending } from './requester.ts'

/** How much of a refusal is read, in bytes. */
export const MAX_EXCERPT_BYTES = 4 * 1024

/** How long a body may take that nobody waits for, in milliseconds. */
const PATIENCE_MS = 2_000

const MAX_REDIRECTS = 5

/** Redirects that keep method and body (RFC 9110 §15.4.8 and §15.4.9). */
const REDIRECTS: ReadonlySet<number> = new Set([307, 308])

const isUnauthorized = (status: number): status is 401 | 403 => status === 401 || status === 403

/** What a delivery needs. */
export interface DeliveryOptions {
  readonly requester: Requester
  /** Undefined where the client has nothing to say of itself. */
  readonly authorization: Authorization | undefined
  /** Nothing comes of the delivery any more. */
  readonly over: (delivery: Delivery) => void
}

/** One request to a server and its response: authorized, and along the redirects within one origin. */
export class Delivery implements Recipient, BodyReceiver, Sending {
  readonly #options: DeliveryOptions
  readonly #recipient: Recipient
  #request: HttpRequest
  #sending: Sending | undefined
  /** Who takes in the body, once there is a response. */
  #body: BodyReceiver | undefined
  #redirects = 0
  /** Of the authorization, when the headers were made. */
  #renewals = 0
  #isRenewed = false
  #isOver = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: DeliveryOptions, request: HttpRequest, recipient: Recipient) {
    this.#options = options
    this.#request = request
    this.#recipient = recipient
    this.#begin()
  }

  /** Whether the server can have heard of it. */
  get hasLeft(): boolean {
    return this.#sending !== undefined
  }

  abort(): void {
    this.#end()
    this.#sending?.abort()
  }

  /** Gives it up, and says so. */
  fail(error: Error): void {
    this.abort()
    const failing = this.#body ?? this.#recipient
    failing.failed(error)
  }

  /** The rest of the body is of no interest: it may end by itself, but not take long. */
  linger(): void {
    if (!this.#isOver) this.#timer = setTimeout(() => this.abort(), PATIENCE_MS)
  }

  /**
   * Reads the beginning of the body, and not for long.
   * @param limit in bytes
   */
  excerpt(limit: number, done: (bytes: Uint8Array, end: GatheredEnd) => void): BodyReceiver {
    return this.#gather(limit, (bytes, end) => {
      this.#end()
      done(bytes, end)
    })
  }

  answered(status: number, header: HeaderLookup): BodyReceiver {
    const detour = this.#detour(status, header)
    if (detour) return this.#gather(MAX_EXCERPT_BYTES, detour)
    this.#body = this.#recipient.answered(status, header)
    return this
  }

  data(chunk: Uint8Array): void {
    this.#body?.data(chunk)
  }

  ended(): void {
    this.#end()
    this.#body?.ended()
  }

  failed(error: Error): void {
    this.fail(networkError(this.#request.url, error, this.#body !== undefined))
  }

  #begin(): void {
    const { authorization, requester } = this.#options
    if (authorization) void this.#authorize(authorization)
    else this.#sending = requester.send(this.#request, this)
  }

  async #authorize(authorization: Authorization): Promise<void> {
    const { url, method, headers } = this.#request
    let all: HeaderList
    try {
      const given = await authorization.headers(url, method)
      this.#renewals = given.renewals
      all = withHeaders(headers, given.headers)
    } catch (error) {
      if (!this.#isOver) this.fail(error as Error)
      return
    }
    if (!this.#isOver) this.#sending = this.#options.requester.send({ ...this.#request, headers: all }, this)
  }

  /** What is to be done instead of taking a response as it is, once its body has been read. */
  #detour(status: number, header: HeaderLookup): ((body: Uint8Array) => void) | undefined {
    if (REDIRECTS.has(status)) return this.#redirect(header('location'))
    const { authorization } = this.#options
    // Nobody is to sign in only to say goodbye.
    if (!authorization || !isUnauthorized(status) || this.#isRenewed || this.#request.method === 'DELETE')
      return undefined
    return (body) => void this.#renew(authorization, status, header, body)
  }

  #redirect(location: string | undefined): (() => void) | undefined {
    const { url } = this.#request
    if (location === undefined || !URL.canParse(location, url) || this.#redirects === MAX_REDIRECTS) return undefined
    const target = new URL(location, url)
    // Another origin is another server, for which neither the message nor the authorization is meant.
    if (target.origin !== url.origin) return undefined
    return () => {
      this.#redirects += 1
      this.#request = { ...this.#request, url: target }
      this.#begin()
    }
  }

  async #renew(authorization: Authorization, status: 401 | 403, header: HeaderLookup, body: Uint8Array): Promise<void> {
    const challenge = { url: this.#request.url.href, status, header: header('www-authenticate') }
    this.#isRenewed = true
    try {
      const isWorthIt = await authorization.renew(challenge, this.#renewals)
      if (this.#isOver) return
      if (isWorthIt) return this.#begin()
    } catch (error) {
      if (!this.#isOver) this.fail(error as Error)
      return
    }
    this.#body = this.#recipient.answered(status, header)
    this.#body.data(body)
    if (!this.#isOver) this.ended()
  }

  #gather(limit: number, done: (bytes: Uint8Array, end: GatheredEnd) => void): BodyReceiver {
    const gathering = new Gathering(limit, (bytes, end) => {
      clearTimeout(this.#timer)
      if (end === 'cut') this.#sending?.abort()
      done(bytes, end)
    })
    this.#timer = setTimeout(() => gathering.finish('cut'), PATIENCE_MS)
    return gathering
  }

  #end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#options.over(this)
  }
}
