import { ConnectionError, TimeoutError } from '../../errors.ts'
import { LONGEST_DELAY } from '../../server/options.ts'
import { limited } from '../limited.ts'
import type { Session } from '../session.ts'
import type { Listening } from './listening.ts'
import type { OwnRoute } from './routes.ts'

export const LISTEN = 'subscriptions/listen'

const FOREVER = { timeoutMs: Number.POSITIVE_INFINITY, maxTotalTimeoutMs: Number.POSITIVE_INFINITY }

/** What a failed request to listen is to whoever listens. */
const failureOf = (error: unknown, isAcknowledged: boolean): unknown =>
  // Whoever lets go of the stream without its result has not ended the subscription (2026-07-28 SubscriptionsListenResult).
  isAcknowledged && error instanceof ConnectionError && error.code === 'unanswered'
    ? new ConnectionError('disconnected', 'The stream of changes broke off', { cause: error })
    : error

/** Listens by a request that stays open (2026-07-28 Subscriptions). Returns when the server has ended it. */
export const listenStateless = async (session: Session, listening: Listening): Promise<void> => {
  const { routes, filter, queue, ended, begun, timeoutMs, metaOf } = listening
  const { signal, abort, release } = limited(`"${LISTEN}"`, ended, Number.POSITIVE_INFINITY)
  const tornDown = new ConnectionError('refused', `The server has ended "${LISTEN}" before it began`)
  let late: TimeoutError | undefined
  const expire = (): void => {
    late = new TimeoutError(`The server has not acknowledged "${LISTEN}" in time: it was silent for ${timeoutMs} ms`)
    abort(late)
  }
  const timer = timeoutMs > LONGEST_DELAY ? undefined : setTimeout(expire, timeoutMs)
  let remove = (): void => undefined
  const route: OwnRoute = {
    session,
    queue,
    filter,
    isAcknowledged: false,
    acknowledged: (honoured) => {
      clearTimeout(timer)
      return begun(honoured)
    },
    tornDown: (id) => {
      session.failed(id, tornDown)
      // It knows.
      session.carrier.cancel(id, undefined)
    },
  }
  let failure: unknown
  try {
    await session.request({
      method: LISTEN,
      params: { notifications: filter },
      meta: metaOf(session),
      signal,
      limits: FOREVER,
      onId: (id) => {
        remove = routes.addOwn(id, route)
      },
    })
  } catch (error) {
    failure = late ?? error
  }
  clearTimeout(timer)
  release()
  // What the server has told before it ended, it has told.
  if (!ended.aborted) await routes.caughtUp()
  remove()
  const { isAcknowledged } = route
  if (failure === undefined || (failure === tornDown && isAcknowledged)) return
  throw failureOf(failure, isAcknowledged)
}
