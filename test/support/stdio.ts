import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { typescript } from '../../scripts/child.ts'
import { Inbox } from './connection.ts'
import type { Reply } from './messages.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures')

/** How a program ended: with a code of its own, or by a signal. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A server in a process of its own, with its stdin and stdout in the hands of a test. */
export class Child {
  readonly process: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  readonly inbox = new Inbox()
  /** What came over stdout, line by line, as it was. */
  readonly lines: string[] = []
  stderr = ''
  #rest = ''

  constructor(process: ChildProcessWithoutNullStreams, reads: boolean) {
    this.process = process
    this.ended = once(process, 'close').then(([code, signal]) => ({ code, signal }))
    process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    // Its own end of the pipe may be gone when we write: that is what some tests are about.
    process.stdin.on('error', () => undefined)
    process.stdout.setEncoding('utf8')
    if (reads) this.read()
  }

  /** Begins to read stdout. */
  read(): void {
    this.process.stdout.on('data', (text: string) => {
      const lines = `${this.#rest}${text}`.split('\n')
      this.#rest = lines.pop() as string
      for (const line of lines) {
        this.lines.push(line)
        this.inbox.add(JSON.parse(line))
      }
    })
  }

  /** Writes bytes or text as they are. */
  write(data: string | Uint8Array): void {
    this.process.stdin.write(data)
  }

  /** Sends messages, a line for each. */
  send(...messages: readonly unknown[]): void {
    this.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''))
  }

  /** The next message from the server; fails when it ends before. */
  next(): Promise<Reply> {
    const gone = this.ended.then(({ code, signal }) => {
      throw new Error(`the server has ended (${code ?? signal}) without an answer\n${this.stderr}`)
    })
    return Promise.race([this.inbox.next(), gone])
  }

  /** Sends a message, and gives the next one that comes back. */
  ask(message: unknown): Promise<Reply> {
    this.send(message)
    return this.next()
  }

  /** Settles once stderr matches. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stderr)
      if (match) return match
      const late = await Promise.race([once(this.process.stderr, 'data'), this.ended])
      if (!Array.isArray(late) && !pattern.test(this.stderr)) assert.fail(`it ended without ${pattern}: ${this.stderr}`)
    }
  }

  /** Closes stdin, and waits for the end. */
  close(): Promise<Ended> {
    this.process.stdin.end()
    return this.ended
  }
}

/** Options of {@link start}. */
export interface StartOptions {
  readonly args?: readonly string[]
  /** Whether stdout is read from the beginning. */
  readonly reads?: boolean
}

/** Starts a program of test/fixtures. It is ended with its test at the latest. */
export const start = (t: TestContext, fixture: string, { args = [], reads = true }: StartOptions = {}): Child => {
  const child = new Child(spawn(process.execPath, [...typescript, join(FIXTURES, fixture), ...args]), reads)
  t.after(async () => {
    child.process.kill('SIGKILL')
    child.process.stdout.resume()
    await child.ended
  })
  return child
}

/** It ended by itself, and well. */
export const GOOD_END: Ended = { code: 0, signal: null }
