import { DefinitionError } from '../../errors.ts'
import { show } from '../../model/schema/problems.ts'
import { isObject } from '../../wire/json.ts'
import type { CommandTarget } from '../types.ts'

/** A server as hosts write it in their configuration. What else stands there is for the host. */
export interface ConfiguredServer extends Partial<Omit<CommandTarget, 'stderr' | 'graceMs'>> {
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  /** One that is `true` is left out. */
  readonly disabled?: boolean
}

/** The configuration of hosts: servers by name. Some write `servers` instead of `mcpServers`. */
export interface ServersConfig {
  readonly mcpServers?: Readonly<Record<string, ConfiguredServer>>
  readonly servers?: Readonly<Record<string, ConfiguredServer>>
}

/** A server to connect to. */
export interface NamedTarget {
  readonly name: string
  readonly target: string | CommandTarget
  readonly headers: Readonly<Record<string, string>> | undefined
}

const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every((item) => typeof item === 'string')

const check = (fits: boolean, what: string, wanted: string, value: unknown): void => {
  if (!fits) throw new DefinitionError(`connectAll: ${what} must be ${wanted}, got ${show(value)}`)
}

const isText = (value: unknown): boolean => typeof value === 'string'

const ARGS = 'an array of strings such as ["server.js"]'
const ENV = 'an object of strings such as { "LANG": "C" }'
const HEADERS = 'an object of strings such as { "x-tenant": "a" }'

const optional = (
  fits: (value: unknown) => boolean,
  server: string,
  member: string,
  wanted: string,
  value: unknown,
): void => check(value === undefined || fits(value), `${server}: "${member}"`, wanted, value)

const targetOf = (name: string, server: ConfiguredServer): NamedTarget => {
  const { command, args, env, cwd, url, headers } = server
  if (url !== undefined) {
    check(isText(url), `${name}: "url"`, 'a string', url)
    optional(isTexts, name, 'headers', HEADERS, headers)
    return { name, target: url, headers }
  }
  if (command === undefined) {
    throw new DefinitionError(`connectAll: ${name} needs a "command" to start it by, or a "url"`)
  }
  check(isText(command), `${name}: "command"`, 'a string such as "node"', command)
  optional(isStrings, name, 'args', ARGS, args)
  optional(isTexts, name, 'env', ENV, env)
  optional(isText, name, 'cwd', 'a string', cwd)
  const rest = { ...(args && { args }), ...(env && { env }), ...(cwd !== undefined && { cwd }) }
  return { name, target: { command, ...rest }, headers: undefined }
}

/**
 * The servers of a configuration.
 * @throws DefinitionError that names the server and the member which is wrong
 */
export const readConfig = (config: ServersConfig): readonly NamedTarget[] => {
  const { mcpServers, servers = mcpServers }: ServersConfig = isObject(config) ? config : {}
  if (!isObject(servers)) {
    throw new DefinitionError("connectAll: pass { mcpServers: { name: { command: 'node', args: ['server.js'] } } }")
  }
  return Object.entries(servers).flatMap(([name, server]) => {
    check(isObject(server), name, 'an object with a "command" or a "url"', server)
    const configured = server as ConfiguredServer
    return configured.disabled === true ? [] : [targetOf(name, configured)]
  })
}
