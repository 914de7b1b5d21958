import { ErrorCode } from '../../errors.ts'
import type { Peer } from '../../protocol/peer.ts'
import { StatefulPeer } from '../../protocol/stateful.ts'
import { isObject } from '../../wire/json.ts'

// Nothing says that a user will ever finish: the oldest are forgotten first.
const MAX_IDS = 1_000

const note = (ids: Set<string>, id: unknown): void => {
  if (typeof id !== 'string') return
  ids.delete(id)
  ids.add(id)
  const [oldest] = ids
  if (ids.size > MAX_IDS) ids.delete(oldest as string)
}

/** Remembers who was sent to a page, since only that client may hear that it is done (2025-11-25 §URL Mode). */
export const noteQuestion = (peer: Peer, params: object): void => {
  if (peer instanceof StatefulPeer && 'elicitationId' in params) note(peer.elicitations, params.elicitationId)
}

/** The same for the pages that an error lists. */
export const noteError = (peer: Peer, code: number, data: unknown): void => {
  if (code !== ErrorCode.UrlElicitationRequired || !(peer instanceof StatefulPeer) || !isObject(data)) return
  for (const elicitation of [data['elicitations']].flat()) {
    if (isObject(elicitation)) note(peer.elicitations, elicitation['elicitationId'])
  }
}
