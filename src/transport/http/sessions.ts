import { AbortedError } from '../../errors.ts'
import { elapsed } from '../../peer/elapsed.ts'
import type { Revision } from '../../protocol/revision.ts'
import type { EventStore } from '../../server/faces.ts'
import type { ServerRuntime } from '../../server/runtime.ts'
import type { SessionSettings } from '../../server/settings.ts'
import { MemoryEventStore } from './event-store.ts'
import { Session } from './session.ts'

/** The sessions of a runtime. Those that are idle end in time, or when there are too many. */
export class Sessions {
  readonly #runtime: ServerRuntime
  readonly #settings: SessionSettings
  readonly #revision: Revision
  readonly #store: EventStore | undefined
  readonly #byId = new Map<string, Session>()
  /** Those in which nothing goes on, the longest idle first, and since when. */
  readonly #idle = new Map<Session, number>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param revision what is spoken until `initialize` has settled it */
  constructor(runtime: ServerRuntime, settings: SessionSettings, revision: Revision) {
    this.#runtime = runtime
    this.#settings = settings
    this.#revision = revision
    this.#store = settings.resume ? (settings.store ?? new MemoryEventStore()) : undefined
    runtime.endings.add(() => {
      clearTimeout(this.#timer)
      for (const session of this.#byId.values()) this.end(session, 'the server is closing')
    })
  }

  /** Makes room for a new one. Undefined when there are too many, and none of them is idle. */
  open(principal: string | undefined): Session | undefined {
    if (this.#byId.size >= this.#settings.max) {
      const [longest] = this.#idle.keys()
      if (!longest) return undefined
      this.end(longest, 'the session made room for others: it was idle for longest')
    }
    const session = new Session(this.#runtime, this.#revision, principal, this.#store, this.#mark)
    this.#byId.set(session.id, session)
    return session
  }

  find(id: string): Session | undefined {
    return this.#byId.get(id)
  }

  /** @param reason what handlers and clients are told */
  end(session: Session, reason: string): void {
    this.#byId.delete(session.id)
    session.end(new AbortedError('closed', reason))
    this.#idle.delete(session)
  }

  readonly #mark = (session: Session, isBusy: boolean): void => {
    this.#idle.delete(session)
    if (isBusy || !this.#byId.has(session.id)) return
    this.#idle.set(session, elapsed())
    if (this.#timer === undefined) this.#sweepIn(this.#settings.idleMs)
  }

  /** One timer for all, which keeps no process alive. */
  #sweepIn(delay: number): void {
    this.#timer = setTimeout(() => this.#sweep(), delay)
    // A browser's timer is a number.
    if (typeof this.#timer === 'object') this.#timer.unref()
  }

  #sweep(): void {
    this.#timer = undefined
    const { idleMs } = this.#settings
    const now = elapsed()
    for (const [session, since] of this.#idle) {
      const left = since + idleMs - now
      if (left > 0) return this.#sweepIn(left)
      this.end(session, `the session was idle for ${idleMs} ms`)
    }
  }
}
