import { ConnectionError, McpError } from '../errors.ts'
import type { Session } from './session.ts'

/**
 * Finds out whether the server is alive, as long as a conversation lasts: one that does not answer in time is given up, so
 * that whatever waits for it fails, and whoever listens is connected anew (2025-11-25 Ping).
 *
 * @param intervalMs between pings, and how long the answer to one may take
 */
export const keepPinging = (
  session: Session,
  intervalMs: number,
  ping: (session: Session, timeoutMs: number) => Promise<unknown>,
): void => {
  let timer: ReturnType<typeof setTimeout>
  const next = (): void => {
    timer = setTimeout(once, intervalMs)
  }
  const once = async (): Promise<void> => {
    try {
      await ping(session, intervalMs)
    } catch (error) {
      // Whoever refuses is alive.
      if (!session.error && !(error instanceof McpError)) {
        await session.close(new ConnectionError('disconnected', 'The server does not answer pings', { cause: error }))
      }
    }
    if (!session.error) next()
  }
  void session.ended.then(() => clearTimeout(timer))
  next()
}
