import { DefinitionError } from '../errors.ts'
import type { AsJson } from '../model/as-json.ts'
import type { InferOutput, Schema } from '../model/schema/index.ts'
import {
  type AuthInfo,
  type ElicitAnswer,
  LOGGING_LEVELS,
  type LoggingLevel,
  type Meta,
  type Root,
  type SampleParams,
  type SampleResult,
} from '../model/types.ts'
import { trim } from '../protocol/encode.ts'
import type { ClientFacts, SessionFacts } from '../protocol/peer.ts'
import type { Revision } from '../protocol/revision.ts'
import { isObject } from '../wire/json.ts'
import { notificationText, type RequestId } from '../wire/message.ts'
import type { Question } from './asks/question.ts'
import { formQuestion, rootsQuestion, sampleQuestion, urlQuestion } from './asks/questions.ts'
import type { Notify } from './changes.ts'
import type { HttpInfo, Incoming } from './incoming.ts'
import { checkOptions } from './options.ts'
import type { ReadableContents } from './types.ts'

/** What a handler may ask of the server that runs it. */
export interface Host {
  readonly lifespan: unknown
  readonly notify: Notify
  /** @param depth how many resources are being read for one another */
  readonly readResource: (uri: string, incoming: Incoming, depth: number) => Promise<ReadableContents>
}

/** What was requested. */
export interface RequestFacts {
  readonly method: string
  /** Of a tool or a prompt. */
  readonly name: string | undefined
  /** Of a resource. */
  readonly uri: string | undefined
  /** `_meta` of the request. */
  readonly meta: Meta
}

/** Sends a log message to the client: any JSON value, and the name of the logger. */
export type LogFunction = (data: unknown, logger?: string) => Promise<void>

/** One function per level (RFC 5424), from `debug` to `emergency`. */
export type Log = Readonly<Record<LoggingLevel, LogFunction>>

/** What every question takes. */
export interface AskOptions {
  /** Tells the questions of one call apart. Needed where their order may change between rounds. */
  readonly key?: string
}

/** What `ctx.elicitUrl` takes. */
export interface ElicitUrlOptions extends AskOptions {
  /** What `notify.elicitationComplete(id)` will name; random by default. On revision 2025-11-25 alone, clients see it. */
  readonly id?: string
}

const ASK_OPTIONS = { elicit: ['key'], elicitUrl: ['key', 'id'], sample: ['key'], roots: ['key'] } as const

const SENT: Promise<void> = Promise.resolve()

/** A promise for what may throw at once. One that nobody awaits is no failure of the program. */
const settled = <Value>(work: () => Promise<Value>): Promise<Value> => {
  const promise = (async () => work())()
  promise.catch(() => undefined)
  return promise
}

const NO_META: Meta = Object.freeze({})

const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

// An error has no members that JSON would show; its stack is for the log of the server. What JSON cannot carry must
// not fail the handler, least of all for those clients alone that asked for the message.
const loggable = (data: unknown): unknown => {
  if (data instanceof Error) return String(data)
  if (data === undefined) return null
  try {
    return JSON.stringify(data) === undefined ? String(data) : data
  } catch (error) {
    return `[${typeof data} that JSON cannot carry: ${(error as Error).message}]`
  }
}

/** Everything a handler can see and do besides its arguments. One per request. */
export class Context {
  readonly #incoming: Incoming
  readonly #host: Host
  readonly #depth: number
  #log: Log | undefined

  constructor(incoming: Incoming, host: Host, depth = 0) {
    this.#incoming = incoming
    this.#host = host
    this.#depth = depth
  }

  /** Aborts when the client cancels or goes away, at a timeout, and at close. Its `reason` is an `AbortedError`. */
  get signal(): AbortSignal {
    return this.#incoming.signal
  }

  get requestId(): RequestId | undefined {
    return this.#incoming.id
  }

  get request(): RequestFacts {
    const { method, params } = this.#incoming
    const meta = params?.['_meta']
    return {
      method,
      name: stringOf(params?.['name']),
      uri: stringOf(params?.['uri']),
      meta: isObject(meta) ? meta : NO_META,
    }
  }

  /** The revision that this request is served by, such as `2026-07-28`. */
  get protocolVersion(): string {
    return this.#incoming.peer.revision.version
  }

  /** What the client says of itself: `info` and `capabilities`. */
  get client(): ClientFacts {
    return this.#incoming.peer.client
  }

  /** Who calls, where that is known. */
  get auth(): AuthInfo | undefined {
    return this.#incoming.surroundings.auth
  }

  /** The HTTP request; undefined on stdio. */
  get http(): HttpInfo | undefined {
    return this.#incoming.surroundings.http
  }

  /** What the server's `.lifespan(…)` gave. */
  get lifespan(): unknown {
    return this.#host.lifespan
  }

  /** Tells every client that listens what has changed: `toolsChanged()`, `resourceUpdated(uri)` and so on. */
  get notify(): Notify {
    this.#incoming.askedBy?.refuseAfterSuspension()
    return this.#host.notify
  }

  /** What the request belongs to, on stateful revisions: the connection, or the session over HTTP. */
  get session(): SessionFacts | undefined {
    return this.#incoming.peer.session
  }

  /** Sends log messages to the client, as far as it asked for them. Awaiting one waits for a slow reader. */
  get log(): Log {
    this.#log ??= Object.fromEntries(
      LOGGING_LEVELS.map((level) => [level, (data: unknown, logger?: string) => this.#send(level, data, logger)]),
    ) as Log
    return this.#log
  }

  /**
   * Tells how far the work is. Does nothing when the client did not ask for progress, and leaves out a value that
   * does not increase (2026-07-28, Progress). Awaiting it waits for a slow reader.
   *
   * @param done any finite number, greater than the last one
   */
  progress(done: number, total?: number, message?: string): Promise<void> {
    const token = this.request.meta['progressToken']
    const wanted = typeof token === 'string' || Number.isSafeInteger(token)
    if (!wanted || !Number.isFinite(done) || done <= this.#incoming.progressed) return SENT
    this.#incoming.progressed = done
    const params = {
      progressToken: token,
      progress: done,
      ...(Number.isFinite(total) && { total }),
      ...(message !== undefined && { message }),
    }
    const known = trim(this.#incoming.peer.revision.shapes, 'progress', params) as object
    return this.#incoming.send(notificationText('notifications/progress', known)) ?? SENT
  }

  /**
   * Asks the user by a form. From revision 2025-06-18.
   *
   * @param message what the user reads
   * @param schema an object of strings, numbers, booleans and choices
   * @param options.key tells this question from others of the same call; its place in their order by default
   * @returns the parsed content of an accepted answer, or that the user declined or cancelled
   * @throws CapabilityError when the client cannot be asked
   */
  elicit<Form extends Schema>(
    message: string,
    schema: Form,
    options: AskOptions = {},
  ): Promise<ElicitAnswer<InferOutput<Form>>> {
    const ask = (revision: Revision) =>
      formQuestion(revision, message, schema) as Question<ElicitAnswer<InferOutput<Form>>>
    return this.#ask('elicit', ask, options)
  }

  /**
   * Sends the user to a page, for what must not pass through the client. From revision 2025-11-25. An accepted answer
   * says that the user agreed to go there, not what came of it.
   * @throws CapabilityError when the client cannot be asked
   */
  elicitUrl(
    message: string,
    url: string,
    options: ElicitUrlOptions = {},
  ): Promise<{ readonly action: 'accept' | 'decline' | 'cancel' }> {
    const id = options?.id ?? crypto.randomUUID()
    return this.#ask('elicitUrl', (revision) => urlQuestion(revision, message, url, id), options)
  }

  /**
   * Asks the client's model for a completion.
   * @throws CapabilityError when the client cannot be asked
   */
  sample(params: SampleParams, options: AskOptions = {}): Promise<SampleResult> {
    return this.#ask('sample', (revision) => sampleQuestion(revision, params), options)
  }

  /**
   * Asks which folders the client lets the server work in.
   * @throws CapabilityError when the client cannot be asked
   */
  roots(options: AskOptions = {}): Promise<readonly Root[]> {
    return this.#ask('roots', () => rootsQuestion(), options)
  }

  /**
   * Runs a function once in all rounds of this call (2026-07-28), and remembers its JSON result: for side effects that
   * come before a question. At least once: a client whose reply was lost begins anew, under another
   * `idempotencyKey`. A function that throws leaves nothing behind.
   *
   * @param key tells this function from others of the same call
   * @throws what the function throws; TypeError for a result that JSON cannot carry
   */
  once<Value>(key: string, run: () => Value): Promise<AsJson<Awaited<Value>>> {
    return settled(() => {
      if (typeof key !== 'string' || typeof run !== 'function')
        throw new DefinitionError("ctx.once takes a key and a function: ctx.once('reserve', () => reserve())")
      return this.#incoming.asker.once(key, run) as Promise<AsJson<Awaited<Value>>>
    })
  }

  /** The same in all rounds of this call, and different for every call: for the systems behind. */
  get idempotencyKey(): string {
    return this.#incoming.asker.idempotencyKey
  }

  /**
   * Reads a resource of this server, as the same caller.
   * @throws McpError when there is none
   */
  readResource(uri: string): Promise<ReadableContents> {
    return this.#host.readResource(uri, this.#incoming, this.#depth + 1)
  }

  /** Adds what a layer passed to `next`. */
  '~add'(added: object): void {
    const taken = Object.keys(added).find((key) => key in Context.prototype)
    if (taken !== undefined) {
      throw new DefinitionError(`next({ ${taken} }): "${taken}" is part of every context; choose another name`)
    }
    Object.assign(this, added)
  }

  #ask<Value>(
    name: keyof typeof ASK_OPTIONS,
    question: (revision: Revision) => Question<Value>,
    options: AskOptions,
  ): Promise<Value> {
    return settled(() => {
      checkOptions(options, ASK_OPTIONS[name], `ctx.${name}`)
      return this.#incoming.asker.ask(question(this.#incoming.peer.revision), options.key)
    })
  }

  #send(level: LoggingLevel, data: unknown, logger: string | undefined): Promise<void> {
    const { logLevel } = this.#incoming.peer
    if (logLevel === undefined || LOGGING_LEVELS.indexOf(level) < LOGGING_LEVELS.indexOf(logLevel)) return SENT
    const params = { level, ...(logger !== undefined && { logger }), data: loggable(data) }
    return this.#incoming.send(notificationText('notifications/message', params)) ?? SENT
  }
}
