import type { MaybePromise } from '../../model/maybe-promise.ts'
import { silent } from '../../peer/call.ts'
import type { Revision } from '../../protocol/revision.ts'
import { StatefulPeer } from '../../protocol/stateful.ts'
import { AnonymousPeer } from '../../protocol/stateless.ts'
import { Incoming } from '../../server/incoming.ts'
import { type ServerRuntime, textOf } from '../../server/runtime.ts'
import type { Notification, Request } from '../../wire/message.ts'
import type { Answer, Correspondent, PostReply } from './correspondent.ts'
import type { Exchange } from './exchange.ts'
import type { Headers } from './refuse.ts'
import { HttpReply } from './reply.ts'

/** Serves a stateful revision to a client that has no session: each message stands alone, and nobody can be asked. */
export class Sessionless implements Correspondent {
  readonly revision: Revision
  readonly #runtime: ServerRuntime

  constructor(runtime: ServerRuntime, revision: Revision) {
    this.#runtime = runtime
    this.revision = revision
  }

  reply(exchange: Exchange, headers: Headers): PostReply {
    return new HttpReply(exchange, this.#runtime.settings, headers)
  }

  answer(exchange: Exchange, reply: PostReply, { id, method, params }: Request): MaybePromise<Answer> {
    const peer = new StatefulPeer(this.revision, undefined)
    const answer = this.#runtime.answer(new Incoming(id, method, params, reply, peer, exchange))
    return answer instanceof Promise
      ? answer.then((late) => ({ text: textOf(late), status: 200 }))
      : { text: textOf(answer), status: 200 }
  }

  notified(exchange: Exchange, { method, params }: Notification): void {
    const incoming = new Incoming(undefined, method, params, silent, new AnonymousPeer(this.revision), exchange)
    void this.#runtime.notified(incoming, () => undefined)
  }

  // Nothing was asked; an answer all the same is no mistake of this message.
  settle(): void {}
}
