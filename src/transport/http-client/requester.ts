/** Headers on their way out: names in lower case and values, one after the other. */
export type HeaderList = readonly string[]

/** Looks up a header of a response by its name in lower case. Those that came several times are joined by commas. */
export type HeaderLookup = (name: string) => string | undefined

/** A request as it leaves. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: URL
  readonly headers: HeaderList
  readonly body: string | undefined
  /** Whether the server may see it twice. What acts must not act twice, even where nobody can tell that it was seen. */
  readonly isRepeatable: boolean
}

/** Who takes in the body of a response. None of its functions throws. */
export interface BodyReceiver {
  data(chunk: Uint8Array): void
  /** It is whole. Nothing is called after it. */
  ended(): void
  /** It broke off. Nothing is called after it. */
  failed(error: Error): void
}

const nothing = (): void => undefined

/** Takes in a body that is of no interest. */
export const NOBODY: BodyReceiver = { data: nothing, ended: nothing, failed: nothing }

/** Who takes in a response. None of its functions throws, and none is called before `send` has returned. */
export interface Recipient {
  /** @returns who takes in the body */
  answered(status: number, header: HeaderLookup): BodyReceiver
  /** There will be no response. */
  failed(error: Error): void
}

/** A request that has left, or is about to. */
export interface Sending {
  /** Gives it up, and its response with it. Nothing is called after it. */
  abort(): void
}

/** What makes HTTP requests. */
export interface Requester {
  send(request: HttpRequest, recipient: Recipient): Sending
  /** Lets go of the connections that it keeps. */
  close(): void
}
