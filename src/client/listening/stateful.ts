import type { ServerCapabilities } from '../../model/types.ts'
import { unlessAborted } from '../limited.ts'
import type { Session } from '../session.ts'
import type { WireFilter } from './changes.ts'
import type { Listening } from './listening.ts'

const offeredBy = ({ tools, prompts, resources }: ServerCapabilities, filter: WireFilter): WireFilter => ({
  ...(filter.toolsListChanged && tools?.listChanged && { toolsListChanged: true }),
  ...(filter.promptsListChanged && prompts?.listChanged && { promptsListChanged: true }),
  ...(filter.resourcesListChanged && resources?.listChanged && { resourcesListChanged: true }),
  ...(filter.resourceSubscriptions && resources?.subscribe && { resourceSubscriptions: filter.resourceSubscriptions }),
})

/**
 * Listens to what the conversation brings, and subscribes to resources (2025-11-25 Resources, Subscriptions). Returns at
 * once where the server has nothing to tell.
 */
export const listenStateful = async (session: Session, listening: Listening): Promise<void> => {
  const { routes, uris, filter: asked, queue, ended, begun } = listening
  const filter = offeredBy(session.agreement.capabilities, asked)
  if (Object.keys(filter).length === 0) return begun(filter)
  if (session.error) throw session.error
  const watched = filter.resourceSubscriptions ?? []
  let remove!: () => void
  const lost = new Promise<void>((resolve) => {
    remove = routes.addShared({ session, queue, filter, lost: resolve })
  })
  try {
    await unlessAborted(ended, uris.add(session, watched))
    await begun(filter)
    await unlessAborted(ended, lost)
    throw session.error
  } finally {
    // What the server has told before it was lost, it has told.
    if (!ended.aborted) await routes.caughtUp()
    remove()
    uris.remove(session, watched)
  }
}
