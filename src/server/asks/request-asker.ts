import { CapabilityError, ToolError } from '../../errors.ts'
import type { Pending } from '../../peer/pending.ts'
import type { Incoming } from '../incoming.ts'
import { noteQuestion } from './elicitation-ids.ts'
import { type Asker, Keys, type Question, requireCapability, runToRemember, tooLate } from './question.ts'

const noWayBack = (title: string, { method, peer }: Incoming): CapabilityError => {
  const why =
    peer.revision.conversation === 'stateless'
      ? 'is answered at once, without rounds'
      : 'came without a session, in which an answer could come back'
  return new CapabilityError(`The client cannot be asked (${title}): ${method} ${why}`, {})
}

/** Asks by requests of its own, as the stateful revisions do. */
export class RequestAsker implements Asker {
  // A run that asks by requests goes on with their answers.
  readonly ending = undefined
  readonly #pending: Pending | undefined
  readonly #incoming: Incoming
  readonly #keys = new Keys()
  readonly #once = new Map<string, Promise<unknown>>()
  /** Takes back what is open: when the call is aborted, and when it has been answered. */
  #over: AbortController | undefined
  #idempotencyKey: string | undefined

  /** @param pending undefined where no answer of the client would find its way back */
  constructor(pending: Pending | undefined, incoming: Incoming) {
    this.#pending = pending
    this.#incoming = incoming
  }

  get idempotencyKey(): string {
    this.#idempotencyKey ??= crypto.randomUUID()
    return this.#idempotencyKey
  }

  refuseAfterSuspension(): void {}

  async ask<Value>(question: Question<Value>, key: string | undefined): Promise<Value> {
    const incoming = this.#incoming
    const { method, params, title } = question
    if (!this.#pending) throw noWayBack(title, incoming)
    if (incoming.ended) throw tooLate(title)
    requireCapability(incoming.peer, question)
    this.#keys.claim(key)
    noteQuestion(incoming.peer, params)
    const send = (text: string): void => incoming.sendAnyway(text)
    const read = await question.read(await this.#pending.request(send, method, params, this.#signal))
    if (read.ok) return read.value
    throw new ToolError(`The client's answer does not fit (${title}): ${read.problems}`)
  }

  end(): void {
    this.#over?.abort(new Error('The question was taken back: its call has been answered without waiting for it'))
  }

  // There is only one run; a second use of the key gets what the first one gets. One that fails leaves nothing behind.
  once(key: string, run: () => unknown): Promise<unknown> {
    const known = this.#once.get(key)
    if (known) return known
    const result = runToRemember(key, run)
    this.#once.set(key, result)
    result.catch(() => this.#once.delete(key))
    return result
  }

  get #signal(): AbortSignal {
    if (this.#over) return this.#over.signal
    const over = new AbortController()
    const { signal } = this.#incoming
    const follow = (): void => over.abort(signal.reason)
    if (signal.aborted) follow()
    else signal.addEventListener('abort', follow, { once: true })
    this.#over = over
    return over.signal
  }
}
