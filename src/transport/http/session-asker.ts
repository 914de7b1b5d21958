import { CapabilityError } from '../../errors.ts'
import type { Pending } from '../../peer/pending.ts'
import type { Question } from '../../server/asks/question.ts'
import { RequestAsker } from '../../server/asks/request-asker.ts'
import type { Incoming } from '../../server/incoming.ts'
import type { CallHold } from './holds.ts'
import type { SessionReply } from './session-reply.ts'

/** Asks on the stream of a call, if somebody reads it or will. */
export class SessionAsker extends RequestAsker {
  readonly #reply: SessionReply
  readonly #hold: CallHold

  constructor(pending: Pending, incoming: Incoming, reply: SessionReply, hold: CallHold) {
    super(pending, incoming)
    this.#reply = reply
    this.#hold = hold
  }

  override async ask<Value>(question: Question<Value>, key: string | undefined): Promise<Value> {
    const { unreachable } = this.#reply
    if (unreachable === undefined) return this.#hold.whileAsking(super.ask(question, key))
    throw new CapabilityError(`The client cannot be asked (${question.title}): ${unreachable}`, question.needs)
  }
}
