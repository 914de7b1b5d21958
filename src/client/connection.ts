import { DefinitionError, ErrorCode, McpError } from '../errors.ts'
import { show } from '../model/schema/problems.ts'
import {
  type CompleteResult,
  type GetPromptResult,
  type Implementation,
  isLoggingLevel,
  LOGGING_LEVELS,
  type LoggingLevel,
  type Prompt,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplate,
  type ServerCapabilities,
  type Tool,
} from '../model/types.ts'
import type { ProtocolVersion } from '../protocol/index.ts'
import { checkOptions } from '../server/options.ts'
import type { Caller } from './caller.ts'
import type { Keeper } from './keeper.ts'
import type { KnownTools } from './known-tools.ts'
import type { ListenFilter } from './listening/changes.ts'
import type { Subscription } from './listening/subscription.ts'
import { itemsOf, LISTS, Listing, type ListMethod, type Page, pagesOf } from './listing.ts'
import { toToolCallResult } from './results.ts'
import type { Result } from './rounds.ts'
import type { ConnectSettings } from './settings.ts'
import { toolFunctions } from './tool-functions.ts'
import type { PromptArguments, PromptName, ToolArguments, ToolData, ToolName, Tools, WithArguments } from './typed.ts'
import type { CallOptions, ToolCallResult } from './types.ts'

/** What a completion is asked for (Completion, Requesting Completions). */
export interface CompleteParams {
  readonly ref:
    | { readonly type: 'ref/prompt'; readonly name: string }
    | { readonly type: 'ref/resource'; readonly uri: string }
  readonly argument: { readonly name: string; readonly value: string }
  readonly context?: { readonly arguments?: Readonly<Record<string, string>> }
}

/** What a connection is made of. */
export interface ConnectionParts {
  readonly settings: ConnectSettings
  readonly keeper: Keeper
  readonly caller: Caller
  readonly tools: KnownTools
  readonly listen: (filter: ListenFilter, signal: AbortSignal | undefined) => Subscription
  readonly closed: () => Promise<void>
}

/**
 * A connection to a server, whatever revision and transport it has. Made by `connect`.
 *
 * Calls reject with an `McpError` that the server answered, a `TimeoutError`, an `AbortedError` when their signal aborts, a
 * `ConnectionError`, or an `InvalidResultError` when the server breaks its revision's rules.
 *
 * @typeParam S the type of the server, where it is known: then names, arguments and values are checked
 */
export class Connection<S = unknown> implements AsyncDisposable {
  readonly #parts: ConnectionParts
  /**
   * The tools as functions: each takes the arguments and gives the value that the tool has returned.
   * @throws ToolError (asynchronously) with the text of the result, where the tool reports an error
   * @example
   * await client.tools.add({ a: 1, b: 2 })   // 3
   */
  readonly tools: Tools<S>

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.tools = toolFunctions((name, args, options) => (this as Connection).callTool(name, args, options)) as Tools<S>
  }

  /** Undefined when the server does not say. */
  get serverInfo(): Implementation | undefined {
    return this.#agreement.serverInfo
  }

  get capabilities(): ServerCapabilities {
    return this.#agreement.capabilities
  }

  /** For the model: what the server is for, and how its parts work together. */
  get instructions(): string | undefined {
    return this.#agreement.instructions
  }

  /** The revision that is spoken. */
  get protocolVersion(): ProtocolVersion {
    return this.#agreement.revision.version as ProtocolVersion
  }

  /** The tools of the server; none where it has not declared any. */
  listTools(options?: CallOptions): Listing<Tool> {
    const { tools, keeper } = this.#parts
    return this.#list<Tool>('tools/list', options, (page, { isWhole }) => {
      const usable = tools.learn(page, keeper.latest.carrier.mirrorsArguments && this.#mirrors)
      if (isWhole) tools.retain(usable)
      return usable
    })
  }

  listResources(options?: CallOptions): Listing<Resource> {
    return this.#list<Resource>('resources/list', options)
  }

  listResourceTemplates(options?: CallOptions): Listing<ResourceTemplate> {
    return this.#list<ResourceTemplate>('resources/templates/list', options)
  }

  listPrompts(options?: CallOptions): Listing<Prompt> {
    return this.#list<Prompt>('prompts/list', options)
  }

  /**
   * Calls a tool. What it gives is checked against its output schema, once the tool has been listed. A tool that reports an
   * error gives a result with `isError`.
   *
   * @example
   * const { text, data } = await client.callTool('add', { a: 1, b: 2 })
   */
  async callTool<Name extends ToolName<S>>(
    name: Name,
    ...rest: WithArguments<ToolArguments<S, Name>>
  ): Promise<ToolCallResult<ToolData<S, Name>>> {
    const [args = {}, options] = rest
    if (typeof name !== 'string') throw new DefinitionError('callTool: the first argument is the name of the tool')
    const { caller, tools } = this.#parts
    const params = { name, arguments: args }
    let result: Result
    try {
      result = await caller.call('tools/call', params, options)
    } catch (error) {
      if (!(error instanceof McpError && error.code === ErrorCode.HeaderMismatch)) throw error
      // 2026-07-28 Streamable HTTP, Client Behavior: the tool has other headers than it had when it was listed.
      await this.listTools({ ...options, cache: 'refresh' })
      result = await caller.call('tools/call', params, options)
    }
    if (tools.hasOutput(name)) await tools.check(name, result)
    return toToolCallResult(result) as ToolCallResult<ToolData<S, Name>>
  }

  /** Reads a resource. */
  async readResource(uri: string, options?: CallOptions): Promise<ReadResourceResult> {
    return (await this.#parts.caller.call('resources/read', { uri }, options)) as unknown as ReadResourceResult
  }

  /** Gets the messages of a prompt. */
  async getPrompt<Name extends PromptName<S>>(
    name: Name,
    ...rest: WithArguments<PromptArguments<S, Name>>
  ): Promise<GetPromptResult> {
    const [args, options] = rest
    const params = { name, ...(args && { arguments: args }) }
    return (await this.#parts.caller.call('prompts/get', params, options)) as unknown as GetPromptResult
  }

  /** Asks how an argument of a prompt, or a variable of a resource template, may go on. */
  async complete(params: CompleteParams, options?: CallOptions): Promise<CompleteResult> {
    return (await this.#parts.caller.call('completion/complete', { ...params }, options)) as unknown as CompleteResult
  }

  /**
   * Listens to what changes on the server, on every revision. It goes on after a lost connection.
   *
   * @param options.signal ends it
   * @throws DefinitionError at once, for a filter that is none
   * @example
   * for await (const change of client.listen({ tools: true, resources: ['note://1'] })) console.log(change.kind)
   */
  listen(filter: ListenFilter, options: { readonly signal?: AbortSignal } = {}): Subscription {
    checkOptions(options, ['signal'], 'listen')
    return this.#parts.listen(filter, options.signal)
  }

  /** Calls any method, such as one of a vendor. @returns the result as it is */
  request(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
    options?: CallOptions,
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.#parts.caller.call(method, params, options)
  }

  /** Sends a notification. Does nothing where the revision has it no more. */
  async notify(method: string, params?: Readonly<Record<string, unknown>>): Promise<void> {
    const session = await this.#parts.keeper.current()
    const { revision } = session.agreement
    // 2026-07-28 Roots: a server asks for them in each call that needs them.
    if (method === 'notifications/roots/list_changed' && !revision.notifications.has(method)) return
    await session.notify(method, params)
  }

  /** Finds out whether the server answers. Revisions without a ping are asked what they are. */
  async ping(options?: CallOptions): Promise<void> {
    const { revision } = this.#agreement
    await this.#parts.caller.call(revision.requests.has('ping') ? 'ping' : 'server/discover', {}, options)
  }

  /**
   * Which log messages of the server are to be sent: those of this level, and the more urgent ones (Logging). From
   * revision 2026-07-28 on, each call carries it.
   */
  async setLogLevel(level: LoggingLevel, options?: CallOptions): Promise<void> {
    if (!isLoggingLevel(level)) {
      throw new DefinitionError(
        `setLogLevel: the level must be one of ${LOGGING_LEVELS.join(', ')}, got ${show(level)}`,
      )
    }
    const { caller } = this.#parts
    if (this.#agreement.revision.requests.has('logging/setLevel')) {
      await caller.call('logging/setLevel', { level }, options)
    }
    caller.logLevel = level
  }

  /** Ends the connection: what is in flight is rejected, a session is ended, a process is stopped. */
  close(): Promise<void> {
    return this.#parts.closed()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get #agreement() {
    return this.#parts.keeper.latest.agreement
  }

  get #mirrors(): boolean {
    return this.#agreement.revision.http.mirroredParameter !== undefined
  }

  #list<Item>(
    method: ListMethod,
    options: CallOptions | undefined,
    learn: (page: readonly Item[], facts: { readonly isWhole: boolean }) => readonly Item[] = (page) => page,
  ): Listing<Item> {
    const { caller, settings } = this.#parts
    const [capability, name] = LISTS[method]
    const fetchPage = async (cursor: string | undefined): Promise<Page<Item>> => {
      if (!this.#agreement.capabilities[capability]) return { items: [], nextCursor: undefined }
      const result = await caller.call(method, cursor === undefined ? {} : { cursor }, options)
      const nextCursor = typeof result['nextCursor'] === 'string' ? result['nextCursor'] : undefined
      const isWhole = cursor === undefined && nextCursor === undefined
      return { items: learn(itemsOf<Item>(result, name), { isWhole }), nextCursor }
    }
    return new Listing(() => pagesOf(fetchPage, method, settings.logger))
  }
}
