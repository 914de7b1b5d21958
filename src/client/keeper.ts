import { ConnectionError } from '../errors.ts'
import { mayPass } from './may-pass.ts'
import { type Backoff, backoff, pause } from './pause.ts'
import type { Session } from './session.ts'

/** How a connection is kept up. */
export interface KeeperOptions {
  /** Opens a conversation with the server. */
  readonly open: (signal: AbortSignal) => Promise<Session>
  /** How to come back; undefined where a lost conversation stays lost. */
  readonly reconnect: (Backoff & { readonly attempts: number }) | undefined
  /** A conversation is open. */
  readonly opened: (session: Session) => void
}

const closedError = (): ConnectionError => new ConnectionError('closed', 'The connection is closed')

/** The conversation with a server, whichever it is at the moment: a lost one is followed by a new one when it is needed. */
export class Keeper {
  readonly #options: KeeperOptions
  readonly #ended = new AbortController()
  #session: Session | undefined
  #opening: Promise<Session> | undefined
  #closing: Promise<void> | undefined

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  /** The conversation, where it can be used at once. @throws ConnectionError once it is closed */
  get ready(): Session | undefined {
    if (this.#ended.signal.aborted) throw closedError()
    return this.latest.error ? undefined : this.latest
  }

  /** The conversation that there is, or was last. */
  get latest(): Session {
    return this.#session as Session
  }

  /** Whether a lost conversation is followed by a new one. */
  get isKept(): boolean {
    return this.#options.reconnect !== undefined
  }

  /** Opens the first conversation; unlike later ones, without trying again. */
  async connect(signal: AbortSignal): Promise<void> {
    await this.#open(signal)
  }

  /**
   * A conversation that can be used; opened once, however many wait for it.
   * @throws whatever keeps it from being opened
   */
  current(): Promise<Session> {
    const { ready } = this
    if (ready) return Promise.resolve(ready)
    if (!this.isKept) return Promise.reject(this.latest.error)
    this.#opening ??= this.#reopen().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /**
   * Waits before another attempt, and says whether there is to be one.
   * @param signal gives it up: it rejects with its reason
   */
  async again(attempt: number, signal?: AbortSignal): Promise<boolean> {
    const { reconnect } = this.#options
    if (!reconnect || attempt > reconnect.attempts) return false
    await pause(backoff(reconnect, attempt), this.#ended.signal, ...(signal ? [signal] : []))
    return true
  }

  /** Settles when nothing is left of it, however often it is called. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#ended.abort(closedError())
    await this.latest.close()
    // One that is being opened is closed by whoever opens it.
    await this.#opening?.catch(() => undefined)
  }

  async #reopen(): Promise<Session> {
    const { signal } = this.#ended
    let attempt = 1
    for (;;) {
      try {
        return await this.#open(signal)
      } catch (error) {
        signal.throwIfAborted()
        if (!mayPass(error) || !(await this.again(attempt))) throw error
        attempt += 1
      }
    }
  }

  async #open(signal: AbortSignal): Promise<Session> {
    const session = await this.#options.open(signal)
    // It may have been too late to give it up.
    if (signal.aborted) await session.close()
    signal.throwIfAborted()
    return this.#take(session)
  }

  #take(session: Session): Session {
    this.#session = session
    this.#options.opened(session)
    return session
  }
}
