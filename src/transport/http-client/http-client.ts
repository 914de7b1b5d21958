import type { ClientAuth } from '../../client/types.ts'
import { ConnectionError, DefinitionError } from '../../errors.ts'
import { Authorization } from './authorization.ts'
import { Delivery, type DeliveryOptions } from './delivery.ts'
import { openRequester } from './open-requester.ts'
import type { HttpRequest, Recipient, Requester } from './requester.ts'

/** Where requests go, and what makes them. */
export interface HttpClientOptions {
  readonly url: URL
  /** Makes the requests, in place of `node:http` on Node and of the platform's `fetch` elsewhere. */
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly auth?: ClientAuth | undefined
}

/** A request, to the address of the server unless it names another. */
export type ClientRequest = Omit<HttpRequest, 'url'> & { readonly url?: URL }

const checkAddress = ({ protocol, username, password }: URL): void => {
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new DefinitionError(
      `a server over HTTP has a URL such as "https://example.com/mcp", got one of "${protocol}"`,
    )
  if (username || password)
    throw new DefinitionError('a URL is shown in logs: give credentials by createClient().auth(…), or as a header')
}

/** The requests to one server. */
export class HttpClient {
  readonly url: URL
  readonly #fetch: typeof globalThis.fetch | undefined
  readonly #authorization: Authorization | undefined
  readonly #open = new Set<Delivery>()
  #requester: Requester | undefined
  #deliveryOptions!: DeliveryOptions

  /** @throws DefinitionError for a URL that is none of HTTP */
  constructor({ url, fetch, auth }: HttpClientOptions) {
    checkAddress(url)
    this.url = new URL(url)
    this.#fetch = fetch
    this.#authorization = auth && new Authorization(auth)
  }

  /** Loads what makes the requests. Nothing can be sent before. */
  async start(): Promise<void> {
    this.#requester = await openRequester(this.#fetch)
    this.#deliveryOptions = {
      requester: this.#requester,
      authorization: this.#authorization,
      over: (delivery) => this.#open.delete(delivery),
    }
  }

  /** Sends a request. Nothing of `recipient` is called before this has returned. */
  send(request: ClientRequest, recipient: Recipient): Delivery {
    const delivery = new Delivery(this.#deliveryOptions, { url: this.url, ...request }, recipient)
    this.#open.add(delivery)
    return delivery
  }

  /** Gives up whatever is on its way, and lets go of the connections. */
  close(): void {
    const error = new ConnectionError('closed', 'The connection is closed')
    for (const delivery of this.#open) delivery.fail(error)
    this.#requester?.close()
  }
}
