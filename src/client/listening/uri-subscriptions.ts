import type { Params } from '../../wire/message.ts'
import type { Session } from '../session.ts'

/** Sends a request in a conversation. */
export type Send = (session: Session, method: string, params: Params) => Promise<unknown>

/** A resource, as far as a conversation is subscribed to it. */
interface Watched {
  listeners: number
  /** Settles when the server has answered what it was told last; what it is told next waits for that, to arrive last. */
  told: Promise<unknown>
}

const NOTHING = Promise.resolve()

/** Which resources a conversation is subscribed to, and for how many listeners. */
export class UriSubscriptions {
  readonly #send: Send
  readonly #watched = new WeakMap<Session, Map<string, Watched>>()

  constructor(send: Send) {
    this.#send = send
  }

  /**
   * Subscribes to those that nobody has subscribed to before. They are to be removed again, whether or not this succeeds.
   * Rejects where the server refuses one.
   */
  async add(session: Session, uris: readonly string[]): Promise<void> {
    const watched = this.#watchedBy(session)
    await Promise.all(uris.map((uri) => this.#subscribe(session, watched, uri)))
  }

  /** Unsubscribes from those that nobody listens to any more. Nobody waits for the answer. */
  remove(session: Session, uris: readonly string[]): void {
    const watched = this.#watchedBy(session)
    for (const uri of uris) this.#unsubscribe(session, watched, uri)
  }

  #watchedBy(session: Session): Map<string, Watched> {
    const watched = this.#watched.get(session) ?? new Map<string, Watched>()
    this.#watched.set(session, watched)
    return watched
  }

  #subscribe(session: Session, watched: Map<string, Watched>, uri: string): Promise<unknown> {
    const known = watched.get(uri)
    if (known && known.listeners > 0) {
      known.listeners += 1
      return known.told
    }
    const told = (known?.told ?? NOTHING).then(() => this.#send(session, 'resources/subscribe', { uri }))
    watched.set(uri, { listeners: 1, told })
    return told
  }

  #unsubscribe(session: Session, watched: Map<string, Watched>, uri: string): void {
    const known = watched.get(uri) as Watched
    known.listeners -= 1
    if (known.listeners > 0) return
    // What was refused needs no end, and a server that cannot end it goes on telling what nobody hears.
    known.told = known.told
      .then(() => this.#send(session, 'resources/unsubscribe', { uri }))
      .catch(() => undefined)
      .then(() => {
        if (watched.get(uri) === known) watched.delete(uri)
      })
  }
}
