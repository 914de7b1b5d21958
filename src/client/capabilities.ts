import type { ClientCapabilities } from '../model/types.ts'
import type { Revision } from '../protocol/revision.ts'
import type { ClientDefinition, ElicitationDefinition } from './definition.ts'

const NOTHING = Object.freeze({})

/** How a client can be asked by elicitation in a revision; not at all where there are none. */
export const modesOf = (revision: Revision, { modes }: ElicitationDefinition): readonly ('form' | 'url')[] => {
  const rules = revision.asks.elicitation
  if (!rules) return []
  return rules.url === 'none' ? modes.filter((mode) => mode === 'form') : modes
}

const elicitationOf = (revision: Revision, elicitation: ElicitationDefinition | undefined) => {
  const modes = elicitation ? modesOf(revision, elicitation) : []
  if (modes.length === 0) return undefined
  // Where a revision has no URLs, an empty object is all there is to say (2025-06-18 Elicitation, Capabilities).
  if (revision.asks.elicitation?.url === 'none') return NOTHING
  return Object.fromEntries(modes.map((mode) => [mode, NOTHING]))
}

/** What a client declares to servers of a revision: what it was given a function for. */
export const capabilitiesOf = (
  revision: Revision,
  { elicitation, sampling, roots, extensions }: ClientDefinition,
): ClientCapabilities => {
  const asked = elicitationOf(revision, elicitation)
  const { samplingTools } = revision.asks
  return {
    ...(roots && {
      roots: revision.notifications.has('notifications/roots/list_changed') ? { listChanged: true } : {},
    }),
    ...(sampling && {
      sampling: {
        ...(samplingTools && sampling.tools && { tools: NOTHING }),
        ...(samplingTools && sampling.context && { context: NOTHING }),
      },
    }),
    ...(asked && { elicitation: asked }),
    ...(Object.keys(extensions).length > 0 && { extensions }),
  }
}
