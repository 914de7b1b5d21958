import type { AbortedError } from '../errors.ts'
import { Pending } from '../peer/pending.ts'
import type { StatefulPeer } from '../protocol/stateful.ts'
import type { Response } from '../wire/message.ts'
import { RequestAsker } from './asks/request-asker.ts'
import { concerns, type Interest } from './changes.ts'
import type { Incoming } from './incoming.ts'
import type { ServerRuntime } from './runtime.ts'

// 2025-11-25 §Operation: only what was negotiated. So a list that came to the server later is none of its business.
const interestOf = ({ offered, subscriptions, elicitations }: StatefulPeer): Interest => ({
  tools: offered.tools !== undefined,
  prompts: offered.prompts !== undefined,
  resources: offered.resources !== undefined,
  uris: subscriptions,
  elicitations,
})

/** What a stateful conversation is besides the answers to its requests: questions to the client, and changes. */
export class Conversation {
  readonly peer: StatefulPeer
  readonly #runtime: ServerRuntime
  /** The questions that the client has not answered yet. */
  readonly pending = new Pending()
  readonly #silence: () => void

  /** @param push sends what belongs to no request */
  constructor(runtime: ServerRuntime, peer: StatefulPeer, push: (text: string) => void) {
    this.peer = peer
    this.#runtime = runtime
    this.#silence = runtime.changes.listen((announcement) => {
      const { change } = announcement
      if (!concerns(interestOf(peer), change)) return
      push(announcement.plain)
      if (typeof change === 'object' && 'elicitationId' in change) peer.elicitations.delete(change.elicitationId)
    })
  }

  /** How a call of this conversation asks the client. */
  readonly wayBack = (incoming: Incoming): RequestAsker => new RequestAsker(this.pending, incoming)

  /** Takes in an answer of the client. One that nobody waits for any more came too late; that is no mistake. */
  settle(response: Response): void {
    this.pending.settle(response)
  }

  /** Ends it: the client has gone, or has been told to. */
  close(reason: AbortedError): void {
    this.#silence()
    this.pending.close(reason)
    for (const uri of this.peer.subscriptions) this.#runtime.watches.unsubscribe(uri)
    this.peer.subscriptions.clear()
  }
}
