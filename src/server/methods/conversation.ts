import { isLoggingLevel, LOGGING_LEVELS, type ServerCapabilities } from '../../model/types.ts'
import { StatefulPeer } from '../../protocol/stateful.ts'
import type { Params } from '../../wire/message.ts'
import type { Generation } from '../generation.ts'
import type { Incoming } from '../incoming.ts'
import { invalidParams } from './guards.ts'

const EMPTY = Object.freeze({})

/** 2025-11-25 Ping: an empty result. */
export const ping = (): object => EMPTY

// Without a session, nothing can be sent to the client of its own accord.
const withoutChanges = ({ tools, prompts, resources, ...rest }: ServerCapabilities): ServerCapabilities => ({
  ...rest,
  ...(prompts && { prompts: EMPTY }),
  ...(resources && { resources: EMPTY }),
  ...(tools && { tools: EMPTY }),
})

/** 2025-11-25 §Initialization. */
export const initialize = ({ plan, runtime }: Generation, incoming: Incoming, params: Params | undefined): object => {
  const peer = incoming.peer as StatefulPeer
  peer.open(runtime.settings.served, params)
  peer.offered = plan.capabilities
  const { instructions } = plan.definition.info
  return {
    protocolVersion: peer.revision.version,
    capabilities: peer.session ? plan.capabilities : withoutChanges(plan.capabilities),
    serverInfo: plan.info,
    ...(instructions !== undefined && { instructions }),
  }
}

/** 2026-07-28 Discovery. */
export const discover = (generation: Generation): object =>
  generation.remembered('server/discover', () => {
    const { plan, runtime } = generation
    const { settings } = runtime
    const { instructions } = plan.definition.info
    return {
      supportedVersions: settings.served.versions,
      capabilities: plan.capabilities,
      ...(instructions !== undefined && { instructions }),
      ttlMs: settings.cache.ttlMs,
      cacheScope: settings.cache.scope,
    }
  })

/** 2025-11-25 §Setting Log Level. */
export const setLevel = (_generation: Generation, incoming: Incoming, params: Params | undefined): object => {
  const level = params?.['level']
  if (!isLoggingLevel(level))
    throw invalidParams(`logging/setLevel: "level" must be one of ${LOGGING_LEVELS.join(', ')}`)
  if (incoming.peer instanceof StatefulPeer) incoming.peer.logLevel = level
  return EMPTY
}
