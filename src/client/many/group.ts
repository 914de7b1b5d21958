import { ConnectionError, DefinitionError, ErrorCode, McpError } from '../../errors.ts'
import type { Logger } from '../../model/logger.ts'
import { didYouMean } from '../../model/nearest.ts'
import type { GetPromptResult, Prompt, ReadResourceResult, Resource, Tool } from '../../model/types.ts'
import type { Connection } from '../connection.ts'
import type { CallOptions, ToolCallResult } from '../types.ts'

/** An entry of one of several servers. */
export type Of<Entry> = Entry & {
  /** The name of the server in the configuration. */
  readonly server: string
}

/** Where an entry of the one list leads to. */
interface Origin {
  readonly server: string
  readonly name: string
}

/** What the parts of a server are called in the one list of all servers. */
export type Prefix = (server: string, name: string) => string

/** Names hold letters, digits, `_`, `-` and `.` (2025-11-25 Tools, Tool Names). */
const UNFIT = /[^\w.-]+/g

/** `weather_forecast` for the tool `forecast` of the server `weather`. */
export const defaultPrefix: Prefix = (server, name) => `${server.replace(UNFIT, '_')}_${name}`

type Kind = 'tools' | 'prompts'

/** What the servers have, and those of which it is not known at the moment. */
interface Collected<Entry> {
  readonly entries: readonly Of<Entry>[]
  readonly failed: ReadonlySet<string>
}

/**
 * Several servers as one: a list of all tools, resources and prompts, under names that tell which server they are of. What
 * one server fails at costs what it has, and nothing else: see `errors`. Made by `connectAll`.
 */
export class Group implements AsyncDisposable {
  /** The servers that there is a connection to, by their names. */
  readonly connections: ReadonlyMap<string, Connection>
  readonly #errors: Map<string, Error>
  readonly #prefix: Prefix
  readonly #logger: Logger
  readonly #origins = { tools: new Map<string, Origin>(), prompts: new Map<string, Origin>() }

  constructor(
    connections: ReadonlyMap<string, Connection>,
    errors: ReadonlyMap<string, Error>,
    prefix: Prefix,
    logger: Logger,
  ) {
    this.connections = connections
    this.#errors = new Map(errors)
    this.#prefix = prefix
    this.#logger = logger
  }

  /** What is wrong with a server: why there is no connection to it, or why its last list failed. */
  get errors(): ReadonlyMap<string, Error> {
    return this.#errors
  }

  /** The tools of all servers. */
  async listTools(options?: CallOptions): Promise<readonly Of<Tool>[]> {
    return this.#named('tools', await this.#collect((connection) => connection.listTools(options)))
  }

  /** The prompts of all servers. */
  async listPrompts(options?: CallOptions): Promise<readonly Of<Prompt>[]> {
    return this.#named('prompts', await this.#collect((connection) => connection.listPrompts(options)))
  }

  /** The resources of all servers. Their URIs stay as they are: two servers may have the same one. */
  async listResources(options?: CallOptions): Promise<readonly Of<Resource>[]> {
    return (await this.#collect((connection) => connection.listResources(options))).entries
  }

  /**
   * Calls a tool by its name in the list.
   * @throws McpError where no server has it; what `connection.callTool` throws
   */
  async callTool(
    name: string,
    args?: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<ToolCallResult> {
    const origin = await this.#originOf('tools', name)
    return this.#connection(origin.server).callTool(origin.name, args, options)
  }

  /** Gets a prompt by its name in the list. */
  async getPrompt(
    name: string,
    args?: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<GetPromptResult> {
    const origin = await this.#originOf('prompts', name)
    return this.#connection(origin.server).getPrompt(origin.name, args, options)
  }

  /**
   * Reads a resource of a server.
   * @throws ConnectionError where there is no connection to it; DefinitionError where there is no such server
   */
  async readResource(server: string, uri: string, options?: CallOptions): Promise<ReadResourceResult> {
    return this.#connection(server).readResource(uri, options)
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await Promise.all([...this.connections.values()].map((connection) => connection.close()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #collect<Entry extends object>(
    list: (connection: Connection) => PromiseLike<readonly Entry[]>,
  ): Promise<Collected<Entry>> {
    const failed = new Set<string>()
    const lists = await Promise.all(
      [...this.connections].map(async ([server, connection]) => {
        try {
          const entries = await list(connection)
          this.#errors.delete(server)
          return entries.map((entry) => ({ ...entry, server }))
        } catch (error) {
          this.#errors.set(server, error as Error)
          failed.add(server)
          return []
        }
      }),
    )
    return { entries: lists.flat(), failed }
  }

  #named<Entry extends { readonly name: string }>(
    kind: Kind,
    { entries, failed }: Collected<Entry>,
  ): readonly Of<Entry>[] {
    // What a server had that does not answer, it may have again: its calls say what is wrong with it.
    const origins = new Map([...this.#origins[kind]].filter(([, { server }]) => failed.has(server)))
    const named = entries.flatMap((entry) => {
      const { server, name } = entry
      const full = this.#prefix(server, name)
      const other = origins.get(full)
      if (other) {
        this.#logger.warn(
          `"${name}" of ${server} is left out: "${other.name}" of ${other.server} is called ${full}, too`,
        )
        return []
      }
      origins.set(full, { server, name })
      return [{ ...entry, name: full }]
    })
    this.#origins[kind] = origins
    return named
  }

  async #originOf(kind: Kind, name: string): Promise<Origin> {
    const known = this.#origins[kind].get(name)
    if (known) return known
    await (kind === 'tools' ? this.listTools() : this.listPrompts())
    const origins = this.#origins[kind]
    const found = origins.get(name)
    if (found) return found
    const one = kind === 'tools' ? 'tool' : 'prompt'
    const unknown = [...this.#errors.keys()].join(', ')
    const perhaps = unknown === '' ? '' : ` What ${unknown} has is not known: see errors.`
    throw new McpError(
      ErrorCode.InvalidParams,
      `No server has the ${one} "${name}".${didYouMean(name, [...origins.keys()])}${perhaps}`,
    )
  }

  #connection(server: string): Connection {
    const connection = this.connections.get(server)
    if (connection) return connection
    const cause = this.#errors.get(server)
    if (cause) {
      throw new ConnectionError('unreachable', `There is no connection to "${server}": ${cause.message}`, { cause })
    }
    throw new DefinitionError(`There is no server "${server}".${didYouMean(server, [...this.connections.keys()])}`)
  }
}
