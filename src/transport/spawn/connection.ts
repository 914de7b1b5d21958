import type { TransportReceiver } from '../../peer/transport.ts'
import { within } from '../../peer/within.ts'
import { LineReader } from '../line-reader.ts'
import { LineWriter } from '../line-writer.ts'
import type { Child, ChildEnd } from './child.ts'
import { ChildProcessError, type ChildProcessProblem } from './child-process-error.ts'
import type { SpawnOptions } from './options.ts'
import { endTree } from './shutdown.ts'
import { Stderr } from './stderr.ts'

/** How to speak with a child; its command is what it is called in errors. */
export type ChildConnectionOptions = Required<Pick<SpawnOptions, 'command' | 'stderr' | 'maxLineBytes' | 'graceMs'>>

// The server works on the first calls while the others are still being made.
const LINES_AT_ONCE = 16

// How much of stderr a message quotes.
const MAX_QUOTED = 2_000

type Broken = Exclude<ChildProcessProblem, 'not-started'>

const problemOf = ({ code, signal, told }: ChildEnd): Broken => {
  if (code === null && signal === null) return 'left-behind'
  return told === 'SIGKILL' ? 'killed' : 'exited'
}

const PROBLEMS: Readonly<Record<Broken, (end: ChildEnd) => string>> = {
  exited: ({ code, signal }) => (signal ? `was ended by ${signal}` : `has exited with code ${code}`),
  killed: () => 'had to be killed: it did not end with its stdin, nor by SIGTERM',
  'left-behind': () => 'is left behind: not even SIGKILL could end it',
  deaf: () => 'has closed its stdin, and goes on running',
  mute: () => 'has closed its stdout, and goes on running',
}

const NO_END: ChildEnd = { code: null, signal: null, told: undefined }

/** The conversation with a child that runs, until both are over. */
export class ChildConnection {
  /** Settles when the receiver has been told that it is over. */
  readonly over: Promise<void>
  readonly #child: Child
  readonly #receiver: TransportReceiver
  readonly #options: ChildConnectionOptions
  readonly #reader: LineReader
  readonly #writer: LineWriter
  readonly #stderr: Stderr
  #isClosing = false
  /** Why the child is given up. */
  #error: Error | undefined
  readonly #givenUp: Promise<void>
  #giveUp!: () => void
  #ending: Promise<void> | undefined

  constructor(child: Child, receiver: TransportReceiver, options: ChildConnectionOptions) {
    this.#child = child
    this.#receiver = receiver
    this.#options = options
    this.#givenUp = new Promise((resolve) => {
      this.#giveUp = resolve
    })
    const { stdin, stdout, stderr } = child
    this.#stderr = new Stderr(stderr, options.stderr)
    this.#writer = new LineWriter(stdin, LINES_AT_ONCE)
    this.#reader = new LineReader(stdout, receiver, options.maxLineBytes)
    const deaf = (): void => void this.#lost('deaf')
    const mute = (): void => void this.#lost('mute')
    stdin.on('error', deaf)
    stdout.on('end', mute).on('error', mute)
    this.#reader.start()
    this.over = this.#live()
  }

  get pid(): number {
    return this.#child.pid
  }

  get stderrTail(): string {
    return this.#stderr.tail
  }

  send(text: string): Promise<void> | undefined {
    return this.#writer.write(text)
  }

  /** Ends the child; with an error, without waiting for it to end by itself. */
  async close(error?: Error): Promise<void> {
    this.#isClosing = true
    // Nobody wants it any more, but a child that cannot write it could not end.
    this.#reader.stop()
    this.#child.stdout.resume()
    if (error) {
      this.#error ??= error
      this.#giveUp()
    }
    this.#ending ??= this.#end()
    await Promise.all([this.#ending, this.over])
  }

  async #live(): Promise<void> {
    const end = await this.#child.ended
    const isRegular = this.#isClosing && (end.code === 0 || end.told === 'SIGTERM')
    this.#reader.hurry()
    this.#stderr.hurry()
    this.#ending ??= this.#end()
    await this.#child.drained()
    this.#child.release()
    this.#receiver.closed(this.#error ?? (isRegular ? undefined : this.#problem(problemOf(end), end)))
  }

  async #end(): Promise<void> {
    const { stdin, ended } = this.#child
    void this.#writer.end()
    stdin.end()
    await within(this.#options.graceMs, Promise.race([ended, this.#givenUp]))
    stdin.destroy()
    // What a server leaves running when it ends well is meant to run.
    if (this.#child.end?.code !== 0) await endTree(this.#child, this.#options.graceMs)
  }

  /** A pipe has broken: most often because the child is about to end, and then there is more to say. */
  async #lost(problem: 'deaf' | 'mute'): Promise<void> {
    if (problem === 'deaf') this.#writer.drop()
    await within(this.#options.graceMs, Promise.race([this.#child.ended, this.#givenUp]))
    if (!this.#isClosing && !this.#child.end) await this.close(this.#problem(problem))
  }

  #problem(problem: Broken, end = NO_END): ChildProcessError {
    const tail = this.#stderr.tail
    const quoted = tail.slice(-MAX_QUOTED).trim()
    const about = `the server "${this.#options.command}" (process ${this.pid}) ${PROBLEMS[problem](end)}`
    const message = quoted === '' ? about : `${about}. The end of its stderr:\n${quoted}`
    return new ChildProcessError(problem, message, { exitCode: end.code, signal: end.signal, stderr: tail })
  }
}
