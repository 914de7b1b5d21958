import { DefinitionError } from '../../errors.ts'
import type { Transport, TransportReceiver } from '../../peer/transport.ts'
import type { Command } from './command-line.ts'
import { ChildConnection } from './connection.ts'
import { childEnvironment } from './environment.ts'
import { type SpawnOptions, settle } from './options.ts'
import { startChild } from './start-child.ts'

export type { SpawnOptions } from './options.ts'

/** A server in a child process, as a transport. */
export interface ChildTransport extends Transport {
  /** Its process id, once it has been started. */
  readonly pid: number | undefined
  /** The last 16 KiB of what it has written to stderr. */
  readonly stderrTail: string
}

class SpawnTransport implements ChildTransport {
  readonly #options: Required<SpawnOptions>
  #starting: Promise<void> | undefined
  #connection: ChildConnection | undefined
  /** What was sent before there was a child. */
  #early: string[] = []
  /** Set when it is closed, or could not be started. */
  #end: { readonly error: Error | undefined } | undefined

  constructor(options: Required<SpawnOptions>) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#connection?.pid
  }

  get stderrTail(): string {
    return this.#connection?.stderrTail ?? ''
  }

  start(receiver: TransportReceiver): Promise<void> {
    if (this.#starting) throw new DefinitionError('this child process is started already')
    this.#starting = this.#start(receiver)
    return this.#starting
  }

  send(text: string): Promise<void> | undefined {
    if (this.#connection) return this.#connection.send(text)
    if (!this.#end) this.#early.push(text)
    return undefined
  }

  async close(error?: Error): Promise<void> {
    if (!this.#connection) {
      this.#end ??= { error }
      await this.#started()
    }
    await this.#connection?.close(error)
  }

  /** Settles when it has been decided whether there is a child. */
  async #started(): Promise<void> {
    try {
      await this.#starting
    } catch {
      // Whoever has started it knows already.
    }
  }

  async #start(receiver: TransportReceiver): Promise<void> {
    if (this.#end) return receiver.closed(this.#end.error)
    const { command, args, env, cwd } = this.#options
    const { platform } = process
    const given: Command = { command, args, cwd, environment: childEnvironment(platform, process.env, env) }
    try {
      const child = await startChild(platform, given)
      this.#connection = new ChildConnection(child, receiver, this.#options)
      for (const text of this.#early) void this.#connection.send(text)
    } catch (error) {
      this.#end = { error: undefined }
      throw error
    } finally {
      this.#early = []
    }
  }
}

/**
 * A server that runs as a child of this process and speaks over its stdin and stdout (every revision, Transports, stdio).
 * The child is started by `start`; `close` ends its stdin, waits, and then ends it with all the processes that it has
 * started: SIGTERM, and at last SIGKILL. On Windows, which has no signal that asks, `taskkill /t /f` stands for both.
 *
 * `start` rejects with a {@link ChildProcessError} that says what to change, and `closed` hears one that says how the child
 * has ended and what it last wrote to stderr. Of a child that was closed, and ended with its stdin and code 0, or when it
 * was asked to, it hears none. What such a child leaves running after code 0 lives on; after anything else, it is ended, too.
 *
 * @example
 * const transport = spawnTransport({ command: 'npx', args: ['-y', 'some-server'], env: { API_KEY: key } })
 * @throws DefinitionError for options that do not exist, or cannot be
 */
export const spawnTransport = (options: SpawnOptions): ChildTransport => new SpawnTransport(settle(options))
