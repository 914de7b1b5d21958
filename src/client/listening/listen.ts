import { AbortedError, ConnectionError } from '../../errors.ts'
import { limited, unlessAborted } from '../limited.ts'
import { mayPass } from '../may-pass.ts'
import type { Session } from '../session.ts'
import { type ListenFilter, toWire, type WireFilter } from './changes.ts'
import type { Listening, ListenOptions } from './listening.ts'
import { ChangeQueue } from './queue.ts'
import { listenStateful } from './stateful.ts'
import { LISTEN, listenStateless } from './stateless.ts'
import { Subscription } from './subscription.ts'

/** In one conversation. Returns when the server has ended it. */
const listenIn = (session: Session, listening: Listening): Promise<void> =>
  session.agreement.revision.streams.has(LISTEN)
    ? listenStateless(session, listening)
    : listenStateful(session, listening)

/** Listens until the server has ended it, or it cannot go on. */
const listenOn = async (listening: Listening): Promise<void> => {
  const { keeper, ended, begun } = listening
  let attempt = 1
  const fresh = (honoured: WireFilter): Promise<void> => {
    attempt = 1
    return begun(honoured)
  }
  for (;;) {
    // Tries by itself as often as it may.
    const session = await unlessAborted(ended, keeper.current())
    try {
      return await listenIn(session, { ...listening, begun: fresh })
    } catch (error) {
      if (ended.aborted || !mayPass(error) || !(await keeper.again(attempt, ended))) throw error
      attempt += 1
    }
  }
}

const isClosed = (error: unknown): boolean => error instanceof ConnectionError && error.code === 'closed'

/**
 * Begins to listen.
 * @throws DefinitionError for a filter that is none
 */
export const listen = (asked: ListenFilter, signal: AbortSignal | undefined, options: ListenOptions): Subscription => {
  const filter = toWire(asked)
  const queue = new ChangeQueue()
  const { signal: ended, abort, release } = limited(`"${LISTEN}"`, signal, Number.POSITIVE_INFINITY)
  ended.addEventListener('abort', () => queue.end(), { once: true })
  let acknowledge!: (honoured: WireFilter) => void
  let refuse!: (error: unknown) => void
  const ready = new Promise<WireFilter>((resolve, reject) => {
    acknowledge = resolve
    refuse = reject
  })
  let hasBegun = false
  const begun = async (honoured: WireFilter): Promise<void> => {
    if (hasBegun) {
      await options.missed(filter)
      queue.add({ kind: 'gap' })
    }
    hasBegun = true
    acknowledge(honoured)
  }
  const running = listenOn({ ...options, filter, queue, ended, begun })
    .then(
      () => {
        // One that ended before it was acknowledged honours nothing.
        acknowledge({})
        queue.end()
      },
      (error: unknown) => {
        refuse(error)
        // What this side has ended is no failure.
        queue.end(ended.aborted || (hasBegun && isClosed(error)) ? undefined : error)
      },
    )
    .finally(release)
  const close = async (): Promise<void> => {
    abort(new AbortedError('closed', 'The subscription is closed'))
    await running
  }
  return new Subscription(ready, queue, close)
}
