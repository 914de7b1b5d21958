import { DefinitionError } from '../errors.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import { show } from '../model/schema/problems.ts'
import { isLoggingLevel, LOGGING_LEVELS, type LoggingLevel } from '../model/types.ts'
import type { Transport } from '../peer/transport.ts'
import type { AnyServer, Runtime } from '../server/faces.ts'
import { checkOptions, frozenCopy } from '../server/options.ts'
import { isObject, type JsonObject } from '../wire/json.ts'
import { areRoots } from './answering/roots.ts'
import type { Dialer } from './carrier.ts'
import { connect } from './connect.ts'
import type { Connection } from './connection.ts'
import type { ClientDefinition } from './definition.ts'
import { type ConnectSettings, settleConnect } from './settings.ts'
import type {
  ClientAuth,
  ClientLayer,
  CommandTarget,
  ConnectOptions,
  ElicitationHandler,
  ElicitationOptions,
  LoggingHandler,
  RootsSource,
  SamplingHandler,
} from './types.ts'

/** What a client can be connected to. */
export type Target = string | URL | CommandTarget | AnyServer | Runtime | Transport

/** Leads to a target; given to the builder, so that it depends on no transport. */
export type DialTarget = (target: Target, settings: ConnectSettings, auth: ClientAuth | undefined) => Dialer

const bearer = (token: string | (() => MaybePromise<string>)): ClientAuth => ({
  headers: async () => ({ authorization: `Bearer ${typeof token === 'string' ? token : await token()}` }),
})

const isAuth = (auth: unknown): auth is ClientAuth =>
  isObject(auth) &&
  typeof auth['headers'] === 'function' &&
  (auth['challenged'] === undefined || typeof auth['challenged'] === 'function')

const mustBeFunction = (value: unknown, where: string): void => {
  if (typeof value !== 'function') throw new DefinitionError(`${where}: pass a function, got ${show(value)}`)
}

const EXTENSION_ID = /^[a-z0-9-]+(\.[a-z0-9-]+)+\/[\w.-]+$/i

/**
 * A client as an immutable value: each method gives a new one and leaves this one as it was. Made by `createClient`. What
 * it was given a function for is what it declares to servers.
 */
export class Client {
  readonly #definition: ClientDefinition
  readonly #dial: DialTarget

  constructor(definition: ClientDefinition, dial: DialTarget) {
    this.#definition = Object.freeze(definition)
    this.#dial = dial
    Object.freeze(this)
  }

  /**
   * Answers what servers ask of the user: forms to fill in, and pages to visit (Elicitation). What an accepted form leaves
   * out is filled in from its defaults; an answer that does not fit the form is an error of the server's call.
   *
   * @param options.modes what the function can handle; both by default. For a `url`, show the user where it leads, and
   *   open it only with their consent
   * @param options.onComplete hears the `elicitationId` of a page once the server says that the user is done with it
   *   (2025-11-25): of one that was asked for, or that an error with the code `ErrorCode.UrlElicitationRequired` lists.
   *   What failed for want of it may be called again then
   */
  elicitation(handler: ElicitationHandler, options: ElicitationOptions = {}): Client {
    mustBeFunction(handler, 'elicitation')
    checkOptions(options, ['modes', 'onComplete'], 'elicitation')
    const { modes = ['form', 'url'], onComplete } = options
    if (onComplete !== undefined) mustBeFunction(onComplete, 'elicitation: onComplete')
    if (!Array.isArray(modes) || modes.length === 0 || !modes.every((mode) => mode === 'form' || mode === 'url')) {
      throw new DefinitionError("elicitation: modes must be 'form', 'url', or both, as in ['form']")
    }
    return this.#next({ elicitation: { handler, modes: Object.freeze([...modes]), onComplete } })
  }

  /**
   * Asks a model for servers (Sampling).
   * @param options.tools whether the function can handle tools; it can by default
   * @param options.context whether it can handle `includeContext`; it can by default
   */
  sampling(handler: SamplingHandler, options: { readonly tools?: boolean; readonly context?: boolean } = {}): Client {
    mustBeFunction(handler, 'sampling')
    checkOptions(options, ['tools', 'context'], 'sampling')
    const { tools = true, context = true } = options
    for (const [name, value] of Object.entries({ tools, context })) {
      if (typeof value !== 'boolean')
        throw new DefinitionError(`sampling: ${name} must be true or false, got ${show(value)}`)
    }
    return this.#next({ sampling: { handler, tools, context } })
  }

  /**
   * The folders that servers may work in (Roots): an array, or a function that gives it. Tell connected servers of a change
   * by `connection.notify('notifications/roots/list_changed')`.
   */
  roots(source: RootsSource): Client {
    if (typeof source === 'function') return this.#next({ roots: source })
    if (areRoots(source)) return this.#next({ roots: frozenCopy(source, 'roots') })
    throw new DefinitionError(
      "roots: pass an array such as [{ uri: 'file:///work', name: 'work' }], or a function that gives one",
    )
  }

  /**
   * Hears what servers log (Logging).
   * @param options.level the least urgent level to be sent; by default what the server sends, and from revision 2026-07-28
   *   on, where nothing is sent without one, `info`
   */
  logging(handler: LoggingHandler, options: { readonly level?: LoggingLevel } = {}): Client {
    mustBeFunction(handler, 'logging')
    checkOptions(options, ['level'], 'logging')
    const { level } = options
    if (level !== undefined && !isLoggingLevel(level)) {
      throw new DefinitionError(`logging: level must be one of ${LOGGING_LEVELS.join(', ')}, got ${show(level)}`)
    }
    return this.#next({ logging: { handler, level } })
  }

  /** Who this client is: a bearer token, a function that gives one, or what makes the headers and answers refusals. */
  auth(auth: ClientAuth | string | (() => MaybePromise<string>)): Client {
    if ((typeof auth === 'string' && auth !== '') || typeof auth === 'function')
      return this.#next({ auth: bearer(auth) })
    if (isAuth(auth)) return this.#next({ auth })
    throw new DefinitionError(
      'auth: pass a token that is not empty, a function that gives one, or an object with the function "headers" ' +
        'and, where it answers refusals, the function "challenged"',
    )
  }

  /** Wraps every call, the first layer outermost. */
  use(layer: ClientLayer): Client {
    mustBeFunction(layer, 'use')
    return this.#next({ layers: [...this.#definition.layers, layer] })
  }

  /**
   * Declares an extension (2026-07-28 Versioning, Extension Negotiation).
   *
   * @param id such as `io.modelcontextprotocol/ui`
   * @param settings what the extension defines
   * @throws DefinitionError for what is no identifier, or is declared already
   */
  extension(id: string, settings: JsonObject = {}): Client {
    if (typeof id !== 'string' || !EXTENSION_ID.test(id)) {
      throw new DefinitionError(`extension: pass an identifier such as 'io.modelcontextprotocol/ui', got ${show(id)}`)
    }
    if (!isObject(settings))
      throw new DefinitionError(`extension: the settings must be an object, got ${show(settings)}`)
    const { extensions } = this.#definition
    if (Object.hasOwn(extensions, id)) throw new DefinitionError(`extension: ${show(id)} is declared already`)
    return this.#next({ extensions: { ...extensions, [id]: frozenCopy(settings, 'extension') } })
  }

  /**
   * Connects to a server: by its URL (`http:`, `https:`, `ws:`, `wss:`), by the command that starts it, or within this
   * process. Finds out by itself which revision and which transport it has. One that fails can be tried again.
   *
   * @typeParam S the type of the server, as in `connect<typeof server>(url)`: names, arguments and values are checked then
   * @throws ConnectionError when the server cannot be reached or refuses; TimeoutError, AbortedError, McpError
   * @example
   * await using client = await createClient().connect('https://example.com/mcp')
   */
  connect<S extends AnyServer>(target: S, options?: ConnectOptions): Promise<Connection<S>>
  connect<S = unknown>(target: Target, options?: ConnectOptions): Promise<Connection<S>>
  async connect(target: Target, options: ConnectOptions = {}): Promise<Connection> {
    const settings = settleConnect(options)
    const definition = this.#definition
    return connect(definition, this.#dial(target, settings, definition.auth), settings, options.signal)
  }

  #next(change: Partial<ClientDefinition>): Client {
    return new Client({ ...this.#definition, ...change }, this.#dial)
  }
}
