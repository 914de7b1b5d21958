import { DefinitionError } from '../errors.ts'
import { unfailing } from '../model/unfailing.ts'
import type { Definition } from '../server/definition.ts'
import type { ListenOptions } from '../server/faces.ts'
import { bind } from './bind.ts'
import { closeInTime } from './closing.ts'
import { listen } from './http/listen.ts'
import { onSignal } from './signals.ts'

const DRAIN_MS = 10_000

const PORT = /^\d{1,5}$/

const asPort = (text: string): number => {
  const port = Number(text)
  if (PORT.test(text) && port <= 65_535) return port
  throw new DefinitionError(`--http takes a port from 0 to 65535, got ${JSON.stringify(text)}`)
}

/** What the command line asks for: undefined for stdio, else the port, which may be left to the options. */
export const httpPort = (args: readonly string[]): { readonly port?: number } | undefined => {
  const index = args.findIndex((arg) => arg === '--http' || arg.startsWith('--http='))
  if (index === -1) return undefined
  const [, inline] = /^--http=(.*)$/s.exec(args[index] as string) ?? []
  const following = args[index + 1]
  const text = inline ?? (following?.startsWith('-') ? undefined : following)
  return text === undefined ? {} : { port: asPort(text) }
}

/** Makes the program a server, and ends it with the server. */
export const run = async (definition: Definition, options: ListenOptions): Promise<void> => {
  const http = httpPort(process.argv.slice(2))
  const logger = unfailing(options.logger ?? console)
  if (http) {
    const running = await listen(definition, { ...options, ...http })
    process.stderr.write(`${definition.info.name} listens on ${running.url}\n`)
    await new Promise<void>((resolve) => onSignal(resolve))
    await closeInTime(running.close({ drainMs: DRAIN_MS }), logger, DRAIN_MS)
  } else {
    const { port, host, ...rest } = options
    await bind(definition, rest).stdio()
  }
  // Whatever else the program holds open must not keep it alive when its client has gone.
  process.exit()
}
