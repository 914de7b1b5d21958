import type { ServerRuntime } from '../../server/runtime.ts'
import type { Settings } from '../../server/settings.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import type { Exchange } from './exchange.ts'
import type { Guard } from './guard.ts'
import { type Headers, turnAway, unavailable } from './refuse.ts'

/** The headers that every response to a request has, or undefined when it has been refused already. */
export const admit = (exchange: Exchange, guard: Guard, { logger, served }: Settings): Headers | undefined => {
  const refused = guard.check(exchange)
  if (!refused) return corsHeaders(exchange.header('origin'))
  logger.warn(refused.advice)
  turnAway(exchange, served, {}, refused)
  return undefined
}

/** Answers `OPTIONS`. @param allow the methods that there are */
export const answerOptions = (exchange: Exchange, headers: Headers, allow: string): void => {
  const asked = exchange.header('access-control-request-method')
  const preflight = asked === undefined ? {} : preflightHeaders(exchange, allow)
  exchange.respond(204, { allow, ...headers, ...preflight })
}

/** Goes on once the lifespan has started; answers 503 when it does not. */
export const whenStarted = (runtime: ServerRuntime, exchange: Exchange, headers: Headers, go: () => void): void => {
  if (runtime.ready || runtime.closed) return go()
  const { logger, served } = runtime.settings
  runtime.start().then(go, (error: unknown) => {
    logger.error('the lifespan failed to start:', error)
    unavailable(exchange, served, headers, 'The server could not start')
  })
}
