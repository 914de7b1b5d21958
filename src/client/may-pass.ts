import { ConnectionError } from '../errors.ts'

/** Whether it may help to try again: nothing has happened, or the server was on its way down or up. */
export const mayPass = (error: unknown): boolean =>
  error instanceof ConnectionError &&
  (error.code === 'unreachable' || error.code === 'disconnected' || (error.status ?? 0) >= 500)
