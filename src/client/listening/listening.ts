import type { Params } from '../../wire/message.ts'
import type { Keeper } from '../keeper.ts'
import type { Session } from '../session.ts'
import type { WireFilter } from './changes.ts'
import type { ChangeQueue } from './queue.ts'
import type { Routes } from './routes.ts'
import type { UriSubscriptions } from './uri-subscriptions.ts'

/** What listening needs of a connection. */
export interface ListenOptions {
  readonly keeper: Keeper
  readonly routes: Routes
  readonly uris: UriSubscriptions
  /** `_meta` of a request. */
  readonly metaOf: (session: Session) => Params | undefined
  /** Milliseconds until the acknowledgement. */
  readonly timeoutMs: number
  /** What these notifications would have told may have happened unheard. Never rejects. */
  readonly missed: (filter: WireFilter) => Promise<void>
}

/** One subscription, over as many conversations as it takes. */
export interface Listening extends ListenOptions {
  readonly filter: WireFilter
  readonly queue: ChangeQueue
  readonly ended: AbortSignal
  /** Called each time that the server has begun to tell. */
  readonly begun: (honoured: WireFilter) => Promise<void>
}
