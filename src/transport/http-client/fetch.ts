import type { BodyReceiver, HeaderList, HttpRequest, Recipient, Requester, Sending } from './requester.ts'

type Fetch = typeof globalThis.fetch

const recordOf = (headers: HeaderList): Record<string, string> => {
  const record: Record<string, string> = {}
  for (let index = 0; index < headers.length; index += 2)
    record[headers[index] as string] = headers[index + 1] as string
  return record
}

const readBody = async (body: ReadableStream<Uint8Array>, receiver: BodyReceiver, signal: AbortSignal) => {
  const reader = body.getReader()
  // Whoever made the stream need not have heard of the signal.
  const leave = (): void => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', leave, { once: true })
  if (signal.aborted) leave()
  for (;;) {
    const { done, value } = await reader.read()
    if (done || signal.aborted) return
    receiver.data(value)
  }
}

/** Makes requests with `fetch`. The connections are the platform's. */
export class FetchRequester implements Requester {
  readonly #fetch: Fetch

  constructor(fetch: Fetch) {
    this.#fetch = fetch
  }

  send(request: HttpRequest, recipient: Recipient): Sending {
    // One for each request: a signal that lives longer would gather listeners.
    const controller = new AbortController()
    void this.#send(request, recipient, controller.signal)
    return { abort: () => controller.abort() }
  }

  close(): void {}

  async #send({ method, url, headers, body }: HttpRequest, recipient: Recipient, signal: AbortSignal): Promise<void> {
    const fetch = this.#fetch
    let failing: Pick<Recipient, 'failed'> = recipient
    try {
      // In a later turn, so that nothing is called before `send` has returned.
      await undefined
      const init = { method, headers: recordOf(headers), body: body ?? null, signal, redirect: 'manual' } as const
      const response = await fetch(url.href, init)
      if (signal.aborted) return void response.body?.cancel().catch(() => undefined)
      const receiver = recipient.answered(response.status, (name) => response.headers.get(name) ?? undefined)
      failing = receiver
      if (response.body) await readBody(response.body, receiver, signal)
      if (!signal.aborted) receiver.ended()
    } catch (error) {
      // A given function may throw anything.
      if (!signal.aborted) failing.failed(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
