import type { AuthInfo } from '../model/types.ts'
import { Call, type Outlet } from '../peer/call.ts'
import type { Peer } from '../protocol/peer.ts'
import type { Params, RequestId } from '../wire/message.ts'
import type { Asker } from './asks/question.ts'
import { RequestAsker } from './asks/request-asker.ts'
import type { Generation } from './generation.ts'

/** The HTTP request that carried a message. */
export interface HttpInfo {
  readonly headers: Headers
  /** As the client wrote it, as far as the host or `publicUrl` tells. */
  readonly url: URL
  /**
   * Closes the connection on which the client waits for the answer, without ending the call: the client comes back for
   * the rest. For long work behind proxies that hang up. Does nothing where a client could not come back: without a
   * session, before revision 2025-11-25, on 2026-07-28, with `responseMode: 'json'`, or with `sessions.resume: false`.
   *
   * @param options.retryMs milliseconds until the client comes back; 1,000 by default
   */
  release(options?: { readonly retryMs?: number }): void
}

/** Where a message came in: who sent it, and over what. */
export interface Surroundings {
  readonly auth: AuthInfo | undefined
  /** Undefined on transports that are not HTTP. */
  readonly http: HttpInfo | undefined
}

/** A call that has come in: what is asked, by whom, and where from. */
export class Incoming extends Call {
  readonly peer: Peer
  readonly surroundings: Surroundings
  /** The last progress that was sent: it only ever increases, whichever handler of the call tells it. */
  progressed = Number.NEGATIVE_INFINITY
  /** The definition that it began with, for as long as it needs that. */
  generation: Generation | undefined
  /** How its client can be asked; undefined where there is no way back. */
  wayBack: ((incoming: Incoming) => Asker) | undefined
  #asker: Asker | undefined

  constructor(
    id: RequestId | undefined,
    method: string,
    params: Params | undefined,
    outlet: Outlet,
    peer: Peer,
    surroundings: Surroundings,
  ) {
    super(id, method, params, outlet)
    this.peer = peer
    this.surroundings = surroundings
  }

  /** What asks the client, once something was asked. */
  get askedBy(): Asker | undefined {
    return this.#asker
  }

  /** What asks the client, made on first use. */
  get asker(): Asker {
    this.#asker ??= this.wayBack?.(this) ?? new RequestAsker(undefined, this)
    return this.#asker
  }

  set asker(asker: Asker) {
    this.#asker = asker
  }

  override end(): void {
    super.end()
    this.#asker?.end()
  }

  /** What its run ends in, whatever that returns or throws, because it has asked something; undefined otherwise. */
  get ending(): Asker['ending'] {
    return this.aborted ? undefined : this.#asker?.ending
  }
}
