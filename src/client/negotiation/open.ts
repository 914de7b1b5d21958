import { ConnectionError, ErrorCode, McpError } from '../../errors.ts'
import type { Revision } from '../../protocol/revision.ts'
import type { Dialer } from '../carrier.ts'
import { mayPass } from '../keeper.ts'
import { patiently } from '../limited.ts'
import { Session } from '../session.ts'
import { initialize } from './initialize.ts'
import type { OpenOptions } from './options.ts'
import { probe } from './probe.ts'
import { saysNothing } from './verdict.ts'
import { type KnownServer, verdicts } from './verdicts.ts'

const dial = async ({ owner, signal, timeoutMs }: OpenOptions, dialer: Dialer): Promise<Session> => {
  signal.throwIfAborted()
  const session = new Session(dialer.dial(), owner)
  try {
    await patiently('connecting to the server', signal, timeoutMs, session.start())
    return session
  } catch (error) {
    await session.close(error as Error)
    throw error
  }
}

const dialAndInitialize = async (dialer: Dialer, revision: Revision, options: OpenOptions): Promise<Session> =>
  initialize(await dial(options, dialer), revision, options)

const hasGone = (error: unknown): boolean => error instanceof ConnectionError && error.code === 'disconnected'

/** Goes on with a server that was probed. A process that has exited at the probe is started anew. */
const initializeProbed = async (session: Session, revision: Revision, options: OpenOptions): Promise<Session> => {
  const { dialer } = options
  try {
    return await initialize(session, revision, options)
  } catch (error) {
    if (!hasGone(error) || !dialer.canRedial) throw error
    return dialAndInitialize(dialer, revision, options)
  }
}

// 2025-11-25 Transports, Backwards Compatibility: what says that there may be a server of HTTP with SSE.
const OLDER_TRANSPORT: ReadonlySet<number | undefined> = new Set([400, 404, 405])

const mayBeOlder = (error: unknown): boolean =>
  // Some say so by an error of JSON-RPC, whatever its status.
  error instanceof McpError ||
  (error instanceof ConnectionError && error.code === 'refused' && OLDER_TRANSPORT.has(error.status))

/**
 * Opens a conversation by the transport before. A server that has not got it either is refused with the first error; one
 * that was lost meanwhile is lost.
 */
const openOlder = async (older: Dialer, error: unknown, revision: Revision, options: OpenOptions): Promise<Session> => {
  let session: Session
  try {
    session = await dial(options, older)
  } catch (reason) {
    options.signal.throwIfAborted()
    options.logger.debug('there is no server of HTTP with SSE either:', reason)
    throw mayPass(reason) ? reason : error
  }
  return initialize(session, revision, options)
}

const isModernAfterAll = (error: unknown): boolean =>
  error instanceof McpError && error.code === ErrorCode.UnsupportedProtocolVersion

/**
 * Opens a conversation by `initialize`, on whichever transport the server has.
 *
 * @param open does so on the first of them
 * @param isSure whether the server has said that it is of an earlier revision, and was not only busy
 */
const openEarlier = async (
  open: () => Promise<Session>,
  revision: Revision,
  options: OpenOptions,
  isSure: boolean,
): Promise<Session> => {
  const { dialer, spoken } = options
  const remember = (server: KnownServer): void => {
    if (isSure) verdicts.set(dialer.address, server)
  }
  try {
    const session = await open()
    remember({ usesOlderTransport: false })
    return session
  } catch (error) {
    const { newestStateless } = spoken
    // A probe that came too early, while the server was still starting, has said nothing of it.
    if (!isSure && newestStateless && isModernAfterAll(error)) return openProbed(newestStateless, undefined, options)
    if (!dialer.older || !mayBeOlder(error)) throw error
    const session = await openOlder(dialer.older, error, revision, options)
    remember({ usesOlderTransport: true })
    return session
  }
}

const speaksNone = ({ spoken }: OpenOptions): ConnectionError =>
  new ConnectionError(
    'refused',
    `The server speaks none of the revisions of this client: ${spoken.versions.join(', ')}`,
  )

/** @param earlier what to open in case that the server is of an earlier revision; undefined when that is out of the question */
const openProbed = async (
  revision: Revision,
  earlier: Revision | undefined,
  options: OpenOptions,
): Promise<Session> => {
  const session = await dial(options, options.dialer)
  const outcome = await probe(session, revision, options)
  if (outcome.kind === 'open') return session
  if (outcome.kind === 'earlier' && earlier) {
    const isSure = outcome.doubt === undefined
    return openEarlier(() => initializeProbed(session, earlier, options), earlier, options, isSure)
  }
  const error = outcome.kind === 'failed' ? outcome.error : (outcome.doubt ?? speaksNone(options))
  await session.close(error)
  throw error
}

/** Opens a conversation with a server of which nothing is known. It is probed where the client speaks a stateless revision. */
const openUnknown = async (options: OpenOptions): Promise<Session> => {
  const { dialer, spoken } = options
  const { newestStateless, newestStateful } = spoken
  if (newestStateless) return openProbed(newestStateless, newestStateful, options)
  const earlier = newestStateful as Revision
  // A server that was not probed has not said of which revision it is.
  return openEarlier(() => dialAndInitialize(dialer, earlier, options), earlier, options, false)
}

/**
 * Opens a conversation with a server, whatever revision and transport it has (2026-07-28 Versioning, Backward
 * Compatibility). Nothing is left open where that fails.
 *
 * @throws ConnectionError, TimeoutError, McpError, InvalidResultError, or the reason of the signal
 */
export const openSession = async (options: OpenOptions): Promise<Session> => {
  const { dialer, spoken, signal } = options
  const { newestStateful } = spoken
  const known = newestStateful && verdicts.get(dialer.address)
  if (!known) return openUnknown(options)
  try {
    return await dialAndInitialize((known.usesOlderTransport && dialer.older) || dialer, newestStateful, options)
  } catch (error) {
    if (signal.aborted || saysNothing(error)) throw error
    // The server may have been updated meanwhile.
    verdicts.delete(dialer.address)
    return openUnknown(options)
  }
}
