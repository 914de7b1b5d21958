import type { Logger } from '../model/logger.ts'
import { notificationText, type RequestId } from '../wire/message.ts'

/** What can change while a server runs. */
export type Change = 'tools' | 'prompts' | 'resources' | { readonly uri: string } | { readonly elicitationId: string }

/** What a client wants to hear of. */
export interface Interest {
  readonly tools: boolean
  readonly prompts: boolean
  readonly resources: boolean
  /** Exact URIs. */
  readonly uris: ReadonlySet<string>
  /** Ids of URL elicitations. */
  readonly elicitations: ReadonlySet<string>
}

/** Takes in the notification of a change. */
export type Listener = (announcement: Announcement) => void

const LIST_METHODS = {
  tools: 'notifications/tools/list_changed',
  prompts: 'notifications/prompts/list_changed',
  resources: 'notifications/resources/list_changed',
} as const

const SUBSCRIPTION_ID = '"io.modelcontextprotocol/subscriptionId"'

const methodOf = (change: Change): string => {
  if (typeof change === 'string') return LIST_METHODS[change]
  return 'uri' in change ? 'notifications/resources/updated' : 'notifications/elicitation/complete'
}

/** The text of a notification up to the id of a subscription. */
const headOf = (change: Change): string => {
  const members = typeof change === 'string' ? '' : `${JSON.stringify(change).slice(1, -1)},`
  return `{"jsonrpc":"2.0","method":"${methodOf(change)}","params":{${members}"_meta":{${SUBSCRIPTION_ID}:`
}

/** A change as a notification, written once however many listen. */
export class Announcement {
  readonly change: Change
  #plain: string | undefined
  #head: string | undefined

  constructor(change: Change) {
    this.change = change
  }

  /** For stateful revisions. */
  get plain(): string {
    const { change } = this
    this.#plain ??= notificationText(methodOf(change), typeof change === 'string' ? undefined : change)
    return this.#plain
  }

  /** For one subscription of 2026-07-28: the same, and whose it is. */
  taggedWith(id: RequestId): string {
    this.#head ??= headOf(this.change)
    return `${this.#head}${JSON.stringify(id)}}}}`
  }
}

/** Whether somebody wants to hear of a change. */
export const concerns = (interest: Interest, change: Change): boolean => {
  if (typeof change === 'string') return interest[change]
  return 'uri' in change ? interest.uris.has(change.uri) : interest.elicitations.has(change.elicitationId)
}

/** Everyone who listens to the changes of one runtime. */
export class Changes {
  readonly #listeners = new Set<Listener>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** @returns what ends it */
  listen(listener: Listener): () => void {
    // Each call is a listener of its own, also with the same function.
    const own: Listener = (announcement) => listener(announcement)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  publish(change: Change): void {
    const announcement = new Announcement(change)
    for (const listener of this.#listeners) {
      try {
        listener(announcement)
      } catch (error) {
        this.#logger.error('a change could not be sent to one of those who listen:', error)
      }
    }
  }
}

/** Tells every client that wants to hear of it what has changed. */
export interface Notify {
  toolsChanged(): void
  promptsChanged(): void
  resourcesChanged(): void
  /** The contents of a resource have changed. */
  resourceUpdated(uri: string): void
  /**
   * What `ctx.elicitUrl` sent a user to is done (2025-11-25 §URL Mode). Only the client that was asked hears of it, once.
   * @param id the `id` that was given to `ctx.elicitUrl`
   */
  elicitationComplete(id: string): void
}

/** What handlers and hosts say changes with. */
export const notifyOf = (changes: Changes): Notify =>
  Object.freeze({
    toolsChanged: () => changes.publish('tools'),
    promptsChanged: () => changes.publish('prompts'),
    resourcesChanged: () => changes.publish('resources'),
    resourceUpdated: (uri: string) => changes.publish({ uri }),
    elicitationComplete: (id: string) => changes.publish({ elicitationId: id }),
  })
