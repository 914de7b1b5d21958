import type { MaybePromise } from '../../model/maybe-promise.ts'
import { SUBSCRIPTION_ID } from '../../protocol/meta-keys.ts'
import { isObject } from '../../wire/json.ts'
import type { Notification, Params, RequestId } from '../../wire/message.ts'
import type { Session } from '../session.ts'
import { changeOf, type WireFilter } from './changes.ts'
import type { ChangeQueue } from './queue.ts'

/** One subscription in one conversation. */
interface Route {
  readonly session: Session
  readonly queue: ChangeQueue
  /** What gets through. */
  filter: WireFilter
}

/** A subscription that has its own notifications. */
export interface OwnRoute extends Route {
  /** Whether the server has said what it honours: a second time says nothing. */
  isAcknowledged: boolean
  /** It has been acknowledged. What comes after that waits until this has settled. */
  readonly acknowledged: (filter: WireFilter) => Promise<void>
  /** The server has torn it down. */
  readonly tornDown: (id: RequestId) => void
}

/** A subscription to what all of the conversation hears. */
export interface SharedRoute extends Route {
  /** The conversation is over. */
  readonly lost: () => void
}

/** What must have happened before anybody hears of a notification. Begins at once, and never rejects. */
export type Before = (method: string, params: Params) => Promise<void> | undefined

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged'

const NO_PARAMS: Params = Object.freeze({})

const isTrue = (value: unknown): value is true => value === true

/** What the server honours, never more than what was asked for. */
const honoured = (asked: WireFilter, given: unknown): WireFilter => {
  const { toolsListChanged, promptsListChanged, resourcesListChanged, resourceSubscriptions } = isObject(given)
    ? given
    : {}
  const uris: readonly unknown[] = Array.isArray(resourceSubscriptions) ? resourceSubscriptions : []
  const kept = asked.resourceSubscriptions?.filter((uri) => uris.includes(uri)) ?? []
  return {
    ...(isTrue(toolsListChanged) && asked.toolsListChanged && { toolsListChanged }),
    ...(isTrue(promptsListChanged) && asked.promptsListChanged && { promptsListChanged }),
    ...(isTrue(resourcesListChanged) && asked.resourcesListChanged && { resourcesListChanged }),
    ...(kept.length > 0 && { resourceSubscriptions: kept }),
  }
}

const subscriptionIdOf = ({ params }: Notification): RequestId | undefined => {
  const meta = params?.['_meta']
  return isObject(meta) ? (meta[SUBSCRIPTION_ID] as RequestId | undefined) : undefined
}

/**
 * Takes what a server tells to whom it concerns, in its order. A notification belongs to a subscription by its id where the
 * revision has one, by what it tells otherwise.
 */
export class Routes {
  readonly #before: Before
  readonly #byId = new Map<RequestId, OwnRoute>()
  readonly #shared = new Set<SharedRoute>()
  #delivered = Promise.resolve()

  constructor(before: Before) {
    this.#before = before
  }

  /** @returns what removes it */
  addOwn(id: RequestId, route: OwnRoute): () => void {
    this.#byId.set(id, route)
    return () => {
      if (this.#byId.get(id) === route) this.#byId.delete(id)
    }
  }

  /** @returns what removes it */
  addShared(route: SharedRoute): () => void {
    this.#shared.add(route)
    return () => {
      this.#shared.delete(route)
    }
  }

  /** A conversation is over. */
  lost(session: Session): void {
    for (const route of this.#shared) if (route.session === session) route.lost()
  }

  /** A notification has come. */
  take(notification: Notification, session: Session): void {
    const { method, params = NO_PARAMS } = notification
    const before = this.#before(method, params)
    this.#delivered = this.#delivered.then(() => before).then(() => this.#deliver(notification, session))
  }

  /** Settles when all that has come so far has been delivered. */
  caughtUp(): Promise<void> {
    return this.#delivered
  }

  #deliver(notification: Notification, session: Session): MaybePromise<void> {
    const { method, params } = notification
    if (method === 'notifications/cancelled') {
      const id = params?.['requestId'] as RequestId
      this.#own(id, session)?.tornDown(id)
      return
    }
    const id = subscriptionIdOf(notification)
    if (id === undefined) {
      for (const route of this.#shared) if (route.session === session) this.#give(notification, route)
      return
    }
    const route = this.#own(id, session)
    if (!route) return
    if (method === ACKNOWLEDGED) return this.#acknowledge(route, params?.['notifications'])
    this.#give(notification, route)
  }

  #own(id: RequestId, session: Session): OwnRoute | undefined {
    const route = this.#byId.get(id)
    return route?.session === session ? route : undefined
  }

  #acknowledge(route: OwnRoute, given: unknown): MaybePromise<void> {
    if (route.isAcknowledged) return
    route.isAcknowledged = true
    route.filter = honoured(route.filter, given)
    return route.acknowledged(route.filter)
  }

  #give(notification: Notification, { filter, queue }: Route): void {
    const change = changeOf(notification, filter)
    if (change) queue.add(change)
  }
}
