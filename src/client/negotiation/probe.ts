import { SERVER_INFO } from '../../protocol/meta-keys.ts'
import type { Revision } from '../../protocol/revision.ts'
import { isObject } from '../../wire/json.ts'
import type { Params } from '../../wire/message.ts'
import type { Session } from '../session.ts'
import { agreementOf, atMost, type OpenOptions } from './options.ts'
import { type Verdict, verdictOnError, verdictOnResult } from './verdict.ts'

/** What a server turned out to be. */
export type Outcome = { readonly kind: 'open' } | Extract<Verdict, { kind: 'earlier' | 'failed' }>

const NO_PARAMS: Params = Object.freeze({})

const discover = async (session: Session, revision: Revision, options: OpenOptions): Promise<Verdict> => {
  const { dialer, spoken, signal, probeTimeoutMs } = options
  session.carrier.speak(revision)
  try {
    const result = await session.request({
      method: 'server/discover',
      params: NO_PARAMS,
      meta: options.envelope(revision),
      signal,
      limits: atMost(probeTimeoutMs),
      isOpening: true,
    })
    return verdictOnResult(spoken, result)
  } catch (error) {
    return verdictOnError(spoken, error as Error, session.error !== undefined && dialer.canRedial)
  }
}

/**
 * Asks a server what it is, in a stateless revision. Where it names another one that both speak, it is asked once more; a
 * second refusal is for the caller to hear (2026-07-28 Versioning, Protocol Version Negotiation).
 */
export const probe = async (session: Session, revision: Revision, options: OpenOptions): Promise<Outcome> => {
  const first = await discover(session, revision, options)
  const verdict = first.kind === 'again' ? await discover(session, first.revision, options) : first
  if (verdict.kind === 'again') return { kind: 'failed', error: verdict.error }
  if (verdict.kind !== 'modern') return verdict
  const { _meta, serverInfo } = verdict.result
  const info = (isObject(_meta) ? _meta[SERVER_INFO] : undefined) ?? serverInfo
  session.agree(agreementOf(verdict.revision, verdict.result, info))
  session.carrier.opened()
  return { kind: 'open' }
}
