import { DefinitionError } from '../errors.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import type { InferInput, InferOutput, Schema } from '../model/schema/index.ts'
import type { TemplateVariables } from '../model/uri-template/index.ts'
import { isObject } from '../wire/json.ts'
import type { Context } from './context.ts'
import { defineMethod } from './define-method.ts'
import { definePrompt } from './define-prompt.ts'
import { defineResource } from './define-resource.ts'
import { defineTool } from './define-tool.ts'
import { type Definition, type EntryDefinition, type Layer, labelOf, type Scope } from './definition.ts'
import type { MethodEntry, Prefixed, PromptEntry, ResourceEntry, ToolEntry } from './entries.ts'
import type {
  BindOptions,
  Faces,
  FetchHandler,
  ListenOptions,
  NodeHandler,
  Running,
  Runtime,
  UpgradeHandler,
} from './faces.ts'
import { mergedEntries } from './merge.ts'
import { checkOptions } from './options.ts'
import type {
  AddedBy,
  ArgumentsOf,
  Interceptor,
  LifespanStart,
  MergeOptions,
  MethodSchemas,
  Next,
  OutputOf,
  PromptOptions,
  PromptReturn,
  ResourceOptions,
  ToolOptions,
  WithLifespan,
} from './types.ts'

/** What `.merge` takes: any server whose needs this context meets. */
export interface Mergeable<Ctx, Entry> {
  readonly '~definition': Definition
  readonly '~needs': (context: Ctx) => void
  readonly '~entries': Entry
}

/**
 * A server as an immutable value: each method gives a new one and leaves this one as it was. Made by
 * `createServer`.
 *
 * The type parameters are read by `.merge` and by clients: `Needs` is the context that the outside must bring,
 * `Ctx` what handlers find in theirs, `Entry` the union of what was defined.
 */
export class Server<Needs, Ctx, Entry> {
  readonly '~definition': Definition
  declare readonly '~needs': (context: Needs) => void
  declare readonly '~entries': Entry
  readonly #faces: Faces
  #runtime: Runtime | undefined

  constructor(definition: Definition, faces: Faces) {
    this['~definition'] = Object.freeze(definition)
    this.#faces = faces
    Object.freeze(this)
  }

  /**
   * What handlers can rely on while the server runs: started once per runtime, before the first request is
   * answered, and undone at close. Handlers that follow see it as `ctx.lifespan`.
   *
   * @param start an async generator that yields the value once, or a function that returns it; the value is disposed
   *   through `Symbol.asyncDispose` or `Symbol.dispose` where it has one
   */
  lifespan<Value>(start: LifespanStart<Value>): Server<Needs, Ctx & WithLifespan<Value>, Entry> {
    if (typeof start !== 'function')
      throw new DefinitionError('lifespan: pass a function, or an async generator function')
    const { scope, lifespans } = this['~definition']
    return this.#next({
      lifespans: lifespans.includes(start) ? lifespans : [...lifespans, start],
      scope: { ...scope, lifespans: [[...scope.lifespans.flat(), start]] },
    })
  }

  /**
   * Wraps the entries that follow in the chain. `next(added)` goes on, with `added` in their context; return what it
   * gives, or something in its place. A layer that does not call it answers in their place.
   */
  use<Returned>(layer: (context: Ctx, next: Next) => Returned): Server<Needs, Ctx & AddedBy<Returned>, Entry> {
    if (typeof layer !== 'function') throw new DefinitionError('use: pass a function (ctx, next) => next()')
    const { scope } = this['~definition']
    return this.#next({ scope: { ...scope, layers: [...scope.layers, layer as unknown as Layer] } })
  }

  /** Wraps every message of the whole server, wherever this stands in the chain: requests and notifications. */
  intercept(interceptor: Interceptor): Server<Needs, Ctx, Entry> {
    if (typeof interceptor !== 'function')
      throw new DefinitionError('intercept: pass a function (message, next) => next()')
    return this.#next({ interceptors: [...this['~definition'].interceptors, interceptor] })
  }

  /**
   * Adds a tool: a function that the model may call.
   *
   * @example
   * server.tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
   * @throws DefinitionError when the name is taken or unfit, or when the schema cannot be told to a client
   */
  tool<const Name extends string, Returned>(
    name: Name,
    handler: (args: ArgumentsOf<undefined>, context: Ctx) => Returned,
  ): Server<Needs, Ctx, Entry | ToolEntry<Name, undefined, undefined, Returned>>
  tool<const Name extends string, Input extends Schema, Returned>(
    name: Name,
    input: Input,
    handler: (args: InferOutput<Input>, context: Ctx) => Returned,
  ): Server<Needs, Ctx, Entry | ToolEntry<Name, Input, undefined, Returned>>
  tool<const Name extends string, Output extends Schema, Input extends Schema | undefined = undefined>(
    name: Name,
    options: ToolOptions<Input, Output> & { readonly output: Output },
    handler: (args: ArgumentsOf<Input>, context: Ctx) => MaybePromise<OutputOf<Output>>,
  ): Server<Needs, Ctx, Entry | ToolEntry<Name, Input, Output, undefined>>
  tool<const Name extends string, Returned, Input extends Schema | undefined = undefined>(
    name: Name,
    options: ToolOptions<Input, undefined>,
    handler: (args: ArgumentsOf<Input>, context: Ctx) => Returned,
  ): Server<Needs, Ctx, Entry | ToolEntry<Name, Input, undefined, Returned>>
  tool(name: string, ...rest: readonly unknown[]): Server<Needs, Ctx, Entry> {
    return this.#add(defineTool(name, rest, this.#scope))
  }

  /**
   * Adds a resource: data that the application may read. A URI with `{…}` is a template (RFC 6570) for many
   * resources, whose variables are the arguments of the handler.
   *
   * @example
   * server.resource('greeting://{name}', ({ name }) => `Hello, ${name}!`)
   * @throws DefinitionError when the URI is taken, malformed or without a scheme
   */
  resource<const Uri extends string>(
    uri: Uri,
    handler: (args: TemplateVariables<Uri>, context: Ctx) => unknown,
  ): Server<Needs, Ctx, Entry | ResourceEntry<Uri>>
  resource<const Uri extends string>(
    uri: Uri,
    options: ResourceOptions<TemplateVariables<Uri>, Ctx>,
    handler: (args: TemplateVariables<Uri>, context: Ctx) => unknown,
  ): Server<Needs, Ctx, Entry | ResourceEntry<Uri>>
  resource(uri: string, ...rest: readonly unknown[]): Server<Needs, Ctx, Entry> {
    return this.#add(defineResource(uri, rest, this.#scope))
  }

  /**
   * Adds a prompt: messages that the user may ask for. Its arguments are strings on the wire.
   *
   * @example
   * server.prompt('greet', v.object({ name: v.string() }), ({ name }) => `Write a greeting for ${name}.`)
   * @throws DefinitionError when the name is taken, or when an argument cannot be given as a string
   */
  prompt<const Name extends string>(
    name: Name,
    handler: (args: ArgumentsOf<undefined>, context: Ctx) => MaybePromise<PromptReturn>,
  ): Server<Needs, Ctx, Entry | PromptEntry<Name, undefined>>
  prompt<const Name extends string, Input extends Schema>(
    name: Name,
    input: Input,
    handler: (args: InferOutput<Input>, context: Ctx) => MaybePromise<PromptReturn>,
  ): Server<Needs, Ctx, Entry | PromptEntry<Name, Input>>
  prompt<const Name extends string, Input extends Schema | undefined = undefined>(
    name: Name,
    options: PromptOptions<Input, Ctx>,
    handler: (args: ArgumentsOf<Input>, context: Ctx) => MaybePromise<PromptReturn>,
  ): Server<Needs, Ctx, Entry | PromptEntry<Name, Input>>
  prompt(name: string, ...rest: readonly unknown[]): Server<Needs, Ctx, Entry> {
    return this.#add(definePrompt(name, rest, this.#scope))
  }

  /**
   * Adds a vendor method, or replaces a method of the protocol such as `tools/list`.
   *
   * @param schemas of the parameters (checked; `-32602` when they do not fit) and of the result
   * @param handler returns the result, an object; `undefined` stands for `{}`
   */
  method<
    const Name extends string,
    Params extends Schema | undefined = undefined,
    Output extends Schema | undefined = undefined,
  >(
    name: Name,
    schemas: MethodSchemas<Params, Output>,
    handler: (
      params: Params extends Schema ? InferOutput<Params> : Readonly<Record<string, unknown>>,
      context: Ctx,
    ) => Output extends Schema ? MaybePromise<InferInput<Output>> : unknown,
  ): Server<Needs, Ctx, Entry | MethodEntry<Name, Params, Output>> {
    return this.#add(defineMethod(name, schemas, handler, this.#scope))
  }

  /**
   * Adds all that another server has defined, inside of what this chain has said so far. Its layers, lifespan and
   * interceptors come along and stay its own.
   *
   * @throws DefinitionError when a name is taken, or the prefix does not fit into names
   */
  merge<const Other, const Prefix extends string>(
    other: Mergeable<Ctx, Other>,
    options: MergeOptions<Prefix> & { readonly prefix: Prefix },
  ): Server<Needs, Ctx, Entry | Prefixed<Other, Prefix>>
  merge<const Other>(other: Mergeable<Ctx, Other>): Server<Needs, Ctx, Entry | Other>
  merge(other: Mergeable<Ctx, unknown>, options: MergeOptions<string> = {}): Server<Needs, Ctx, Entry> {
    if (
      !(other instanceof Server) &&
      !isObject((other as Partial<Mergeable<Ctx, unknown>> | undefined)?.['~definition'])
    ) {
      throw new DefinitionError('merge: pass a server made by createServer(…)')
    }
    checkOptions(options, ['prefix'], 'merge')
    const { lifespans } = this['~definition']
    const added = other['~definition'].lifespans.filter((start) => !lifespans.includes(start))
    return mergedEntries(this['~definition'], other['~definition'], options.prefix).reduce<Server<Needs, Ctx, Entry>>(
      (server, entry) => server.#add(entry),
      this.#next({ lifespans: [...lifespans, ...added] }),
    )
  }

  /**
   * Binds the server to options: one runtime, with its own lifespan.
   * @throws DefinitionError when the server is empty or an option does not fit
   */
  bind(options: BindOptions = {}): Runtime {
    return this.#faces.bind(this['~definition'], options)
  }

  /** The runtime that `handler`, `upgrade` and `fetch` of this value share; bound with default options on first use. */
  get runtime(): Runtime {
    this.#runtime ??= this.bind()
    return this.#runtime
  }

  /** Streamable HTTP for Node: `http.createServer(server.handler)`, or `app.use('/mcp', server.handler)`. */
  get handler(): NodeHandler {
    return this.runtime.handler
  }

  /** WebSocket for Node: `httpServer.on('upgrade', server.upgrade)`. */
  get upgrade(): UpgradeHandler {
    return this.runtime.upgrade
  }

  /** Streamable HTTP for everything that speaks `Request` and `Response`. */
  get fetch(): FetchHandler {
    return this.runtime.fetch
  }

  /**
   * Listens for HTTP on Node: on 127.0.0.1, port 8000 and `/mcp`, unless told otherwise. Rejects when the lifespan
   * fails to start or the port is taken.
   */
  listen(options: ListenOptions = {}): Promise<Running> {
    return this.#faces.listen(this['~definition'], options)
  }

  /**
   * Speaks over stdin and stdout on Node. Resolves when the client has closed stdin and everything in flight has been
   * answered. What else writes to stdout meanwhile goes to stderr.
   */
  stdio(options: BindOptions = {}): Promise<void> {
    return this.#faces.stdio(this['~definition'], options)
  }

  /**
   * Makes the program a server: stdio, or HTTP with `--http [port]` on the command line. Ends the process when the
   * client closes stdin, or at SIGINT or SIGTERM, after a drain; a second signal ends it at once.
   */
  run(options: ListenOptions = {}): Promise<void> {
    return this.#faces.run(this['~definition'], options)
  }

  get #scope(): Scope {
    return this['~definition'].scope
  }

  #add(entry: EntryDefinition): Server<Needs, Ctx, Entry> {
    const { entries } = this['~definition']
    const key = labelOf(entry)
    if (entries.has(key)) throw new DefinitionError(`${key} is defined already; names are unique within a server`)
    return this.#next({ entries: new Map(entries).set(key, entry) })
  }

  // The one place where the types of the face meet the untyped data behind it.
  #next<Result extends Server<Needs, never, never>>(change: Partial<Definition>): Result {
    return new Server({ ...this['~definition'], ...change }, this.#faces) as unknown as Result
  }
}

/**
 * The context that handlers find when they are added to a server: for those that are written apart from it.
 *
 * @example
 * const book = async (args: { day: string }, ctx: ContextOf<typeof base>) => ctx.lifespan.db.book(args.day)
 */
export type ContextOf<S> = S extends Server<never, infer Ctx, unknown> ? Ctx : Context
