import type { Revision } from '../protocol/revision.ts'
import type { Notification, Params } from '../wire/message.ts'
import { answersOf } from './answering/answers.ts'
import { UrlElicitations } from './answering/url-elicitations.ts'
import { ResponseCache } from './cache/response-cache.ts'
import { Caller } from './caller.ts'
import { capabilitiesOf } from './capabilities.ts'
import type { Dialer } from './carrier.ts'
import { Connection } from './connection.ts'
import type { ClientDefinition } from './definition.ts'
import { Keeper } from './keeper.ts'
import { KnownTools } from './known-tools.ts'
import { limited } from './limited.ts'
import { noticesOf } from './listening/changes.ts'
import { listen } from './listening/listen.ts'
import { Routes } from './listening/routes.ts'
import { UriSubscriptions } from './listening/uri-subscriptions.ts'
import { readLogMessage } from './log-message.ts'
import { envelopeOf } from './negotiation/envelope.ts'
import { openSession } from './negotiation/open.ts'
import { atMost } from './negotiation/options.ts'
import { keepPinging } from './pings.ts'
import type { Session } from './session.ts'
import type { ConnectSettings } from './settings.ts'
import { tell } from './tell.ts'

const NO_PARAMS: Params = Object.freeze({})

/** What a server says by itself, on its way to whom it concerns. */
const receiverOf = (
  { logging }: ClientDefinition,
  { logger }: ConnectSettings,
  routes: Routes,
  visits: UrlElicitations | undefined,
): ((notification: Notification, session: Session) => void) => {
  return (notification, session) => {
    const { method, params = NO_PARAMS } = notification
    if (method === 'notifications/elicitation/complete') return visits?.completed(params)
    if (method !== 'notifications/message') return routes.take(notification, session)
    const message = readLogMessage(params)
    if (logging && message) tell('the logging handler', logger, () => logging.handler(message))
  }
}

/**
 * Connects a client with a server.
 * @param signal gives it up
 * @throws ConnectionError, TimeoutError, AbortedError, McpError, InvalidResultError
 */
export const connect = async <S>(
  definition: ClientDefinition,
  dialer: Dialer,
  settings: ConnectSettings,
  signal: AbortSignal | undefined,
): Promise<Connection<S>> => {
  const { spoken, limits, probeTimeoutMs, logger, pingMs, reconnect } = settings
  const tools = new KnownTools(logger)
  const cache = settings.cache && new ResponseCache(settings.cache, dialer.address ?? crypto.randomUUID(), logger)
  // Whoever hears of a change must not find what was kept before it.
  const routes = new Routes((method, params) => cache?.notified(method, params))
  const { elicitation } = definition
  const visits = elicitation?.onComplete && new UrlElicitations(elicitation.onComplete, logger)
  const answering = visits ? { ...definition, elicitation: visits.watching(elicitation) } : definition
  const owner = {
    logger,
    answersFor: (revision: Revision) => answersOf(answering, revision),
    notified: receiverOf(definition, settings, routes, visits),
  }
  /** A request that belongs to one conversation alone. */
  const within = (session: Session, method: string, params: Params, timeoutMs: number) =>
    session.request({ method, params, meta: caller.metaOf(session), limits: atMost(timeoutMs) })
  const keeper = new Keeper({
    reconnect: dialer.canRedial ? reconnect : undefined,
    open: (ended) =>
      openSession({
        dialer,
        owner,
        logger,
        spoken,
        signal: ended,
        probeTimeoutMs,
        timeoutMs: limits.timeoutMs,
        envelope: (revision) => envelopeOf(revision, definition, definition.logging?.level),
        introduction: (revision) => ({
          protocolVersion: revision.version,
          capabilities: capabilitiesOf(revision, definition),
          clientInfo: definition.info,
        }),
      }),
    opened: (session) => {
      void session.ended.then(() => routes.lost(session))
      const { revision, capabilities } = session.agreement
      const ping = revision.requests.has('ping') ? 'ping' : 'server/discover'
      if (pingMs) keepPinging(session, pingMs, (one, timeoutMs) => within(one, ping, NO_PARAMS, timeoutMs))
      // A new conversation begins without the level that was set in the one before.
      if (caller.logLevel && capabilities.logging && revision.requests.has('logging/setLevel')) {
        within(session, 'logging/setLevel', { level: caller.logLevel }, limits.timeoutMs).catch((error: unknown) =>
          logger.warn('the server did not take the log level:', error),
        )
      }
    },
  })
  const caller: Caller = new Caller({ definition, settings, keeper, cache, tools, visits })
  const uris = new UriSubscriptions((session, method, params) => within(session, method, params, limits.timeoutMs))
  const opening = limited('connect', signal, Number.POSITIVE_INFINITY)
  try {
    await keeper.connect(opening.signal)
  } finally {
    opening.release()
  }
  return new Connection<S>({
    settings,
    keeper,
    caller,
    tools,
    listen: (filter, ended) =>
      listen(filter, ended, {
        keeper,
        routes,
        uris,
        metaOf: (session) => caller.metaOf(session),
        timeoutMs: limits.timeoutMs,
        missed: async (missed) => {
          await Promise.all(noticesOf(missed).map(([method, params]) => cache?.notified(method, params)))
        },
      }),
    closed: () => keeper.close(),
  })
}
