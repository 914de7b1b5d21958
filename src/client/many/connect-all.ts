import { DefinitionError } from '../../errors.ts'
import { show } from '../../model/schema/problems.ts'
import { checkOptions } from '../../server/options.ts'
import { isObject } from '../../wire/json.ts'
import type { Client } from '../client.ts'
import type { Connection } from '../connection.ts'
import { abortedBy } from '../limited.ts'
import { settleConnect } from '../settings.ts'
import type { ConnectOptions } from '../types.ts'
import { readConfig, type ServersConfig } from './config.ts'
import { defaultPrefix, Group, type Prefix } from './group.ts'

/** What `connectAll` takes besides the configuration. */
export interface ConnectAllOptions {
  /** Who connects, and answers what the servers ask. By default a client that answers nothing. */
  readonly client?: Client
  /** For each connection. The headers of a server come on top. */
  readonly connect?: ConnectOptions
  /** The names in the one list; `server_name` by default. */
  readonly prefix?: Prefix
}

/** @throws DefinitionError */
const checkConnectAll = (options: ConnectAllOptions): void => {
  // What a prefix is elsewhere, it is not here.
  const others = isObject(options) ? { ...options, prefix: undefined } : options
  checkOptions(others, ['client', 'connect', 'prefix'], 'connectAll')
  const { client, prefix } = options
  if (client !== undefined && typeof client?.connect !== 'function') {
    throw new DefinitionError(`connectAll: client must be made by createClient(…), got ${show(client)}`)
  }
  if (prefix !== undefined && typeof prefix !== 'function') {
    throw new DefinitionError(`connectAll: prefix must be a function (server, name) => string, got ${show(prefix)}`)
  }
}

/**
 * Connects to every server of a configuration at once. A server that cannot be reached is an entry in `errors`.
 * @throws DefinitionError; AbortedError when the signal of `connect` aborts: then none stays connected
 */
export const connectEach = async (
  config: ServersConfig,
  options: ConnectAllOptions,
  standIn: () => Client,
): Promise<Group> => {
  checkConnectAll(options)
  const { client = standIn(), connect = {}, prefix = defaultPrefix } = options
  const targets = readConfig(config)
  const { logger } = settleConnect(connect)
  const connections = new Map<string, Connection>()
  const errors = new Map<string, Error>()
  await Promise.all(
    targets.map(async ({ name, target, headers }) => {
      try {
        const own = headers ? { ...connect, headers: { ...connect.headers, ...headers } } : connect
        connections.set(name, await client.connect(target, own))
      } catch (error) {
        errors.set(name, error as Error)
      }
    }),
  )
  // In the order of the configuration, whoever was first.
  const ordered = targets.flatMap(({ name }) => {
    const connection = connections.get(name)
    return connection ? [[name, connection] as const] : []
  })
  const group = new Group(new Map(ordered), errors, prefix, logger)
  if (!connect.signal?.aborted) return group
  await group.close()
  throw abortedBy(connect.signal, 'connectAll')
}
