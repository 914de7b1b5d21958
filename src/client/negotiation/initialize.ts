import { ConnectionError, InvalidResultError } from '../../errors.ts'
import type { Revision } from '../../protocol/revision.ts'
import { patiently } from '../limited.ts'
import { asResult } from '../results.ts'
import type { Session } from '../session.ts'
import { agreementOf, atMost, type OpenOptions } from './options.ts'

/**
 * Opens the conversation of a stateful revision (2025-11-25 Lifecycle, Initialization). Where it fails, the session is
 * closed.
 *
 * @throws InvalidResultError when the server answers with a revision that this client does not speak
 */
export const initialize = async (session: Session, revision: Revision, options: OpenOptions): Promise<Session> => {
  const { spoken, signal, timeoutMs } = options
  try {
    session.carrier.speak(undefined)
    session.open()
    const answer = await session.request({
      method: 'initialize',
      params: options.introduction(revision),
      meta: undefined,
      signal,
      limits: atMost(timeoutMs),
      isOpening: true,
    })
    const result = asResult(answer, 'initialize')
    const { protocolVersion, serverInfo } = result
    const agreed = spoken.byVersion.get(protocolVersion as string)
    if (agreed?.conversation !== 'stateful') {
      throw new InvalidResultError(
        `The server wants to speak ${JSON.stringify(protocolVersion)}; this client speaks ${spoken.versions.join(', ')}`,
      )
    }
    session.agree(agreementOf(agreed, result, serverInfo))
    try {
      await patiently('"notifications/initialized"', signal, timeoutMs, session.notify('notifications/initialized'))
    } catch (error) {
      // Some servers do not take what they need not answer; the next request will tell.
      if (!(error instanceof ConnectionError && error.code === 'refused')) throw error
      options.logger.warn('the server did not take "notifications/initialized":', error)
    }
    session.carrier.opened()
    return session
  } catch (error) {
    await session.close(error as Error)
    throw error
  }
}
