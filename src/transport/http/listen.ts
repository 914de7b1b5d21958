import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DefinitionError } from '../../errors.ts'
import { show } from '../../model/schema/problems.ts'
import { within } from '../../peer/within.ts'
import type { Definition } from '../../server/definition.ts'
import type { ListenOptions, Running } from '../../server/faces.ts'
import { checkOptions } from '../../server/options.ts'
import { OPTION_NAMES } from '../../server/settings.ts'
import { bind } from '../bind.ts'
import { endpointPath } from './mount.ts'

const explain = (error: NodeJS.ErrnoException, port: number, host: string): Error => {
  const reason = {
    EADDRINUSE: `port ${port} on ${host} is taken; choose another, or 0 for any that is free`,
    EACCES: `port ${port} needs more rights; choose one above 1023`,
    EADDRNOTAVAIL: `${host} is no address of this machine`,
    ENOTFOUND: `${host} is no host that is known here; give an address such as 127.0.0.1 or 0.0.0.0`,
  }[String(error.code)]
  return reason ? new DefinitionError(`listen: ${reason}`, { cause: error }) : error
}

const urlOf = ({ address, family, port }: AddressInfo, path: string): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${path}`

const MAX_PORT = 65_535

// What has been answered may still be on its way to a client.
const FLUSH_MS = 1_000

/** Serves a definition over HTTP on Node. */
export const listen = async (definition: Definition, options: ListenOptions): Promise<Running> => {
  checkOptions(options, [...OPTION_NAMES, 'port', 'host'], 'listen')
  const { port = 8000, host = '127.0.0.1', ...rest } = options
  if (!Number.isInteger(port) || port < 0 || port > MAX_PORT)
    throw new DefinitionError(`listen: port must be a whole number from 0 to ${MAX_PORT}, got ${show(port)}`)
  const runtime = bind(definition, rest)
  await runtime['~server'].start()
  const server = createServer(runtime.handler)
  if (runtime['~server'].settings.websocket) server.on('upgrade', runtime.upgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explain(error, port, host)))
    server.listen(port, host, resolve)
  }).catch(async (error: unknown) => {
    await runtime.close()
    throw error
  })
  const close: Running['close'] = async (closing) => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    // Connections that are busy now end as soon as they are not.
    server.keepAliveTimeout = 1
    try {
      await runtime.close(closing)
    } finally {
      await within(FLUSH_MS, closed)
      server.closeAllConnections()
      await closed
    }
  }
  const path = endpointPath(runtime['~server'].settings.path)
  return { url: urlOf(server.address() as AddressInfo, path), runtime, close }
}
