import { Client } from './client/client.ts'
import type { ServersConfig } from './client/many/config.ts'
import { type ConnectAllOptions, connectEach } from './client/many/connect-all.ts'
import type { Group } from './client/many/group.ts'
import { DefinitionError } from './errors.ts'
import { show } from './model/schema/problems.ts'
import type { Implementation } from './model/types.ts'
import { checkOptions, frozenCopy } from './server/options.ts'
import { dialTarget } from './transport/dial.ts'
import { PACKAGE } from './version.ts'
import { isObject } from './wire/json.ts'

export type { CachedResult, CacheOptions, CacheStore } from './client/cache/types.ts'
export type { Client, Target } from './client/client.ts'
export type { CompleteParams, Connection } from './client/connection.ts'
export { type DisplayOptions, display, getDisplayName } from './client/display/index.ts'
export type { Change, ListenFilter, WireFilter } from './client/listening/changes.ts'
export type { Subscription } from './client/listening/subscription.ts'
export type { Listing } from './client/listing.ts'
export type { ConfiguredServer, ServersConfig } from './client/many/config.ts'
export type { ConnectAllOptions } from './client/many/connect-all.ts'
export type { Group, Of, Prefix } from './client/many/group.ts'
export type * from './client/typed.ts'
export type * from './client/types.ts'
export {
  AbortedError,
  type AnyFluentMcpError,
  ConnectionError,
  type ConnectionErrorCode,
  DefinitionError,
  ErrorCode,
  FluentMcpError,
  InvalidResultError,
  McpError,
  TimeoutError,
  ToolError,
} from './errors.ts'
export type { Logger } from './model/logger.ts'
export type * from './model/types.ts'
export type { ProtocolVersion } from './protocol/index.ts'
export type { AnyServer, Runtime } from './server/faces.ts'
export { ChildProcessError } from './transport/spawn/child-process-error.ts'

const INFO = ['name', 'version', 'title', 'description', 'websiteUrl', 'icons']

const checkInfo = (info: Implementation): void => {
  if (!isObject(info))
    throw new DefinitionError("createClient: pass who the client is, as in { name: 'agent', version: '1.0.0' }")
  for (const member of ['name', 'version'] as const) {
    if (typeof info[member] !== 'string' || info[member] === '') {
      throw new DefinitionError(`createClient: ${member} must be a string that is not empty, got ${show(info[member])}`)
    }
  }
  checkOptions(info, INFO, 'createClient')
}

/**
 * Begins a client: an immutable value that each method of the chain extends.
 *
 * @param info who it is; the package itself by default
 * @example
 * const client = await createClient({ name: 'agent', version: '1.0.0' }).connect('https://example.com/mcp')
 * console.log(await client.listTools())
 * @throws DefinitionError when the name or the version is missing
 */
export const createClient = (info: Implementation = PACKAGE): Client => {
  checkInfo(info)
  return new Client(
    {
      info: frozenCopy(info, 'createClient'),
      elicitation: undefined,
      sampling: undefined,
      roots: undefined,
      logging: undefined,
      auth: undefined,
      layers: Object.freeze([]),
      extensions: Object.freeze({}),
    },
    dialTarget,
  )
}

/**
 * Connects to every server of a configuration, as hosts write it: `{ mcpServers: { name: { command, args, env } | { url } } }`.
 * Servers that cannot be reached are in `errors`; the others make one list of tools, under names such as `name_tool`.
 *
 * @example
 * await using servers = await connectAll(JSON.parse(await readFile('mcp.json', 'utf8')))
 * for (const tool of await servers.listTools()) console.log(tool.name)
 * @throws DefinitionError where the configuration is none
 */
export const connectAll = (config: ServersConfig, options: ConnectAllOptions = {}): Promise<Group> =>
  connectEach(config, options, createClient)
