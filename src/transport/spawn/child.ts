import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { endAtExit } from './exit-guard.ts'
import type { EndSignal, Tree } from './tree.ts'

/** How a child has ended. Without a code and a signal it has not: it is left behind. */
export interface ChildEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last that it was told before. */
  readonly told: EndSignal | undefined
}

// In so many turns of the event loop, something that is in a pipe has been read.
const TURNS = 3

// In so many rounds of them, more has been read than a pipe can hold.
const MAX_ROUNDS = 100

/** A child process that was started. */
export class Child {
  readonly pid: number
  /** Settles when it has ended, or is left behind. */
  readonly ended: Promise<ChildEnd>
  readonly #process: ChildProcessWithoutNullStreams
  readonly #tree: Tree
  #told: EndSignal | undefined
  #end: ChildEnd | undefined
  #settle!: (end: ChildEnd) => void

  constructor(process: ChildProcessWithoutNullStreams, pid: number, tree: Tree) {
    this.pid = pid
    this.#process = process
    this.#tree = tree
    this.ended = new Promise((resolve) => {
      this.#settle = resolve
    })
    const forget = endAtExit(() => tree.endNow())
    void this.ended.then(forget)
    process.once('exit', (code, signal) => this.#over(code, signal))
  }

  get stdin() {
    return this.#process.stdin
  }

  get stdout() {
    return this.#process.stdout
  }

  get stderr() {
    return this.#process.stderr
  }

  /** How it has ended, if it has. */
  get end(): ChildEnd | undefined {
    return this.#end
  }

  /** Whether it, or anything that it has started, is still there. */
  get isTreeAlive(): boolean {
    return this.#end === undefined || this.#tree.isAlive()
  }

  /** Tells it to end, and everything that it has started. */
  tell(signal: EndSignal): void {
    this.#told = signal
    this.#tree.end(signal)
  }

  /**
   * Settles when everything that it had written before it ended has been read. Its own children may go on writing to the
   * same pipes, for as long as they like: those are not waited for.
   */
  async drained(): Promise<void> {
    let before = -1
    for (let rounds = 0; before !== this.#bytesRead && rounds < MAX_ROUNDS; rounds += 1) {
      before = this.#bytesRead
      for (let turns = 0; turns < TURNS; turns += 1) await turn()
    }
  }

  /** Lets go of its pipes; whoever still writes to them is told so. */
  release(): void {
    for (const stream of this.#process.stdio) stream?.destroy()
  }

  /** Gives it up, if it has not ended: from here on it keeps nothing of this process alive. */
  leave(): void {
    if (this.#end) return
    this.#process.unref()
    this.#over(null, null)
  }

  /** How many bytes it has written that have been taken out of its pipes, which are sockets for Node. */
  get #bytesRead(): number {
    const { stdout, stderr } = this
    return (stdout as Socket).bytesRead + (stderr as Socket).bytesRead
  }

  #over(code: number | null, signal: NodeJS.Signals | null): void {
    this.#end ??= { code, signal, told: this.#told }
    this.#settle(this.#end)
  }
}
