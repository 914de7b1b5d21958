import type { Transport, TransportReceiver } from '../peer/transport.ts'
import { within } from '../peer/within.ts'
import type { ServerRuntime } from '../server/runtime.ts'
import { createLineDecoder, DEFAULT_MAX_LINE_BYTES } from '../wire/lines.ts'
import { closeInTime } from './closing.ts'
import { Room } from './room.ts'
import { Serving } from './serving.ts'
import { onSignal } from './signals.ts'
import { type TakenStdout, takeStdout } from './stdout.ts'

// So many characters are written at once; what comes in one turn of the event loop is written at its end.
const CHUNK = 64 * 1024

// How many characters of notifications may wait for a slow reader: a host that is busy for a while is no lost one.
const MAX_UNREAD = 64 * 1024 * 1024

// How long calls in flight may take at the end.
const DRAIN_MS = 10_000

/** Writes lines to stdout. */
class LineWriter {
  readonly #stdout: TakenStdout
  readonly #room = new Room()
  #lines: string[] = []
  #length = 0
  #isSlow = false
  #open = true

  constructor(stdout: TakenStdout) {
    this.#stdout = stdout
  }

  /** @returns a promise while the reader does not keep up */
  write(line: string): Promise<void> | undefined {
    if (this.#lines.push(line) === 1) setImmediate(this.#flush)
    this.#length += line.length
    if (this.#length >= CHUNK) this.#flush()
    return this.#isSlow ? this.#room.wait() : undefined
  }

  /** Settles when all has been handed over. */
  async end(): Promise<void> {
    this.#flush()
    if (this.#open) await new Promise<void>((resolve) => this.#stdout.write('', resolve))
    this.drop()
  }

  /** Writes nothing more: nobody reads it. */
  drop(): void {
    this.#open = false
    this.#relieve()
  }

  readonly #flush = (): void => {
    if (this.#lines.length === 0 || !this.#open) return
    const text = `${this.#lines.join('\n')}\n`
    this.#lines = []
    this.#length = 0
    if (this.#stdout.write(text) || this.#isSlow) return
    this.#isSlow = true
    process.stdout.once('drain', this.#relieve)
  }

  readonly #relieve = (): void => {
    this.#isSlow = false
    this.#room.make()
  }
}

/** Stdin and stdout as a transport: a line for each message. */
class StdioTransport implements Transport {
  readonly #writer: LineWriter
  #over: (() => void) | undefined

  constructor(stdout: TakenStdout) {
    this.#writer = new LineWriter(stdout)
  }

  start(receiver: TransportReceiver): void {
    const { stdin, stdout } = process
    let hold: void | Promise<void>
    let isOver = false
    const decoder = createLineDecoder({
      maxBytes: DEFAULT_MAX_LINE_BYTES,
      onLine: (line) => {
        hold = receiver.message(line)
      },
      onTooLong: () => receiver.malformed(`a line is longer than ${DEFAULT_MAX_LINE_BYTES} bytes`),
      onMalformed: () => receiver.malformed('a line is not UTF-8'),
    })
    const read = (chunk: Uint8Array): void => {
      decoder.write(chunk)
      if (!hold) return
      stdin.pause()
      void hold.then(() => {
        if (!isOver) stdin.resume()
      })
    }
    const end = (): void => {
      decoder.end()
      receiver.ended()
    }
    const ended = (): void => receiver.ended()
    // A client that closes its end of the pipe has gone away; that is no failure of ours.
    const lost = (): void => this.#over?.()
    this.#over = () => {
      if (isOver) return
      isOver = true
      stdin.off('data', read).off('end', end).off('close', ended).off('error', ended).pause()
      stdout.off('error', lost)
      this.#writer.drop()
      receiver.closed()
    }
    stdout.on('error', lost)
    if (stdin.readableEnded || stdin.destroyed) ended()
    stdin.on('data', read).on('end', end).on('close', ended).on('error', ended).resume()
  }

  send(text: string): Promise<void> | undefined {
    return this.#writer.write(text)
  }

  async close(error?: Error): Promise<void> {
    if (!error) await this.#writer.end()
    this.#over?.()
  }
}

const speak = async (runtime: ServerRuntime, stdout: TakenStdout): Promise<void> => {
  const serving = new Serving(runtime, new StdioTransport(stdout), { maxUnread: MAX_UNREAD })
  let stop!: () => void
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  const ignoreSignals = onSignal(() => {
    serving.connection.stopAccepting()
    stop()
  })
  await serving.start()
  await Promise.race([serving.inputOver, stopped])
  try {
    runtime.endSubscriptions()
    // Meanwhile, the client may still answer what it was asked.
    await within(DRAIN_MS, serving.connection.drained())
    await closeInTime(runtime.close(0), runtime.settings.logger)
  } finally {
    await serving.close()
    ignoreSignals()
  }
}

/**
 * Speaks over stdin and stdout until stdin ends, the reader goes away, or a signal comes; then lets what is in flight
 * end, and closes the runtime.
 */
export const serveStdio = async (runtime: ServerRuntime): Promise<void> => {
  const stdout = takeStdout()
  try {
    await runtime.start()
    await speak(runtime, stdout)
  } finally {
    stdout.release()
  }
}
