import { isLoggingLevel, LOGGING_LEVELS } from '../../model/types.ts'
import { StatefulPeer } from '../../protocol/stateful.ts'
import type { Params } from '../../wire/message.ts'
import type { Incoming } from '../context.ts'
import type { ServerRuntime } from '../runtime.ts'
import { invalidParams } from './guards.ts'

const EMPTY = Object.freeze({})

/** 2025-11-25 Ping: an empty result. */
export const ping = (): object => EMPTY

/** 2025-11-25 §Initialization. */
export const initialize = (
  { plan, settings }: ServerRuntime,
  incoming: Incoming,
  params: Params | undefined,
): object => {
  const peer = incoming.peer as StatefulPeer
  peer.open(settings.served, params)
  const { instructions } = plan.definition.info
  return {
    protocolVersion: peer.revision.version,
    capabilities: plan.capabilities,
    serverInfo: plan.info,
    ...(instructions !== undefined && { instructions }),
  }
}

/** 2026-07-28 Discovery. */
export const discover = (runtime: ServerRuntime): object =>
  runtime.remembered('server/discover', () => {
    const { plan, settings } = runtime
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
export const setLevel = (_runtime: ServerRuntime, incoming: Incoming, params: Params | undefined): object => {
  const level = params?.['level']
  if (!isLoggingLevel(level))
    throw invalidParams(`logging/setLevel: "level" must be one of ${LOGGING_LEVELS.join(', ')}`)
  if (incoming.peer instanceof StatefulPeer) incoming.peer.logLevel = level
  return EMPTY
}
