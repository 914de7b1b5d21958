import type { Logger } from './logger.ts'

/** A logger that takes nothing down with it: what the one behind it throws, at once or later, has nobody left to tell. */
export const unfailing = (logger: Logger): Logger => {
  const at =
    (level: keyof Logger) =>
    (message: string, ...details: unknown[]): void => {
      try {
        // It may be asynchronous, whatever its type says.
        const written: unknown = logger[level](message, ...details)
        if (written instanceof Promise) written.catch(() => undefined)
      } catch {}
    }
  return Object.freeze({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') })
}
