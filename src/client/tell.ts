import type { Logger } from '../model/logger.ts'

/** Tells a function of the user something. What it throws, at once or later, costs this one message. */
export const tell = (name: string, logger: Logger, call: () => unknown): void => {
  const failed = (error: unknown): void => logger.warn(`${name} failed:`, error)
  try {
    Promise.resolve(call()).catch(failed)
  } catch (error) {
    failed(error)
  }
}
