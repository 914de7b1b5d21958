import type { Transport, TransportReceiver } from '../peer/transport.ts'
import { within } from '../peer/within.ts'
import type { ServerRuntime } from '../server/runtime.ts'
import { closeInTime } from './closing.ts'
import { LineReader } from './line-reader.ts'
import { LineWriter } from './line-writer.ts'
import { Serving } from './serving.ts'
import { onSignal } from './signals.ts'
import { type TakenStdout, takeStdout } from './stdout.ts'

// How many characters of notifications may wait for a slow reader: a host that is busy for a while is no lost one.
const MAX_UNREAD = 64 * 1024 * 1024

// How long calls in flight may take at the end.
const DRAIN_MS = 10_000

/** Stdin and stdout as a transport: a line for each message. */
class StdioTransport implements Transport {
  readonly #writer: LineWriter
  #over: (() => void) | undefined

  constructor(stdout: TakenStdout) {
    this.#writer = new LineWriter({
      write: stdout.write,
      once: (event, listener) => process.stdout.once(event, listener),
    })
  }

  start(receiver: TransportReceiver): void {
    const { stdin, stdout } = process
    let isOver = false
    const reader = new LineReader(stdin, receiver)
    const ended = (): void => receiver.ended()
    // A client that closes its end of the pipe has gone away; that is no failure of ours.
    const lost = (): void => this.#over?.()
    this.#over = () => {
      if (isOver) return
      isOver = true
      reader.stop()
      stdin.off('end', ended).off('close', ended).off('error', ended).pause()
      stdout.off('error', lost)
      this.#writer.drop()
      receiver.closed()
    }
    stdout.on('error', lost)
    if (stdin.readableEnded || stdin.destroyed) ended()
    reader.start()
    stdin.on('end', ended).on('close', ended).on('error', ended)
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
