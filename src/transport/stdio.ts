import { type Channel, Connection } from '../server/connection.ts'
import type { Definition } from '../server/definition.ts'
import type { BindOptions, Logger } from '../server/faces.ts'
import { ServerRuntime } from '../server/runtime.ts'
import { settle } from '../server/settings.ts'
import { parseJson } from '../wire/json.ts'
import { createLineDecoder, DEFAULT_MAX_LINE_BYTES } from '../wire/lines.ts'
import { onSignal } from './signals.ts'
import { type TakenStdout, takeStdout } from './stdout.ts'

// So many characters are written at once; what comes in one turn of the event loop is written at its end.
const CHUNK = 64 * 1024

// How much may wait for a slow reader; the next notification gives it up. Answers are as many as it has asked for.
const MAX_UNREAD = 64 * 1024 * 1024

// How long calls in flight may take at the end, how long those that are aborted then, and how long the last lines.
const DRAIN_MS = 10_000
const LAST_WORD_MS = 1_000

/** Writes lines to stdout. */
class LineWriter implements Channel {
  readonly #stdout: TakenStdout
  readonly #logger: Logger
  readonly #lost: () => void
  #lines: string[] = []
  #length = 0
  #room: Promise<void> | undefined
  #makeRoom: (() => void) | undefined
  #open = true

  /** @param lost called when nobody reads any more */
  constructor(stdout: TakenStdout, logger: Logger, lost: () => void) {
    this.#stdout = stdout
    this.#logger = logger
    this.#lost = lost
    process.stdout.on('error', this.#fail)
  }

  /** Settles when the reader keeps up; undefined while it does. */
  get room(): Promise<void> | undefined {
    return this.#room
  }

  send(text: string): Promise<void> | undefined {
    if (this.#open && process.stdout.writableLength > MAX_UNREAD) {
      this.#logger.warn('gave up the client: it does not read what it is sent')
      this.#fail()
    }
    this.reply(text)
    return this.#room
  }

  reply(text: string): void {
    if (!this.#open) return
    if (this.#lines.push(text) === 1) setImmediate(() => this.#flush())
    this.#length += text.length
    if (this.#length >= CHUNK) this.#flush()
  }

  /** Settles when all has been handed over. */
  close(): Promise<void> {
    this.#flush()
    return new Promise<void>((resolve) => {
      if (this.#open) this.#stdout.write('', resolve)
      else resolve()
    }).finally(() => process.stdout.off('error', this.#fail))
  }

  #flush(): void {
    if (this.#lines.length === 0 || !this.#open) return
    const text = `${this.#lines.join('\n')}\n`
    this.#lines = []
    this.#length = 0
    if (this.#stdout.write(text) || this.#room) return
    this.#room = new Promise((resolve) => {
      this.#makeRoom = resolve
    })
    process.stdout.once('drain', () => this.#relieve())
  }

  #relieve(): void {
    this.#room = undefined
    this.#makeRoom?.()
  }

  // A client that closes its end of the pipe has gone away; that is no failure of ours.
  readonly #fail = (): void => {
    this.#open = false
    this.#lost()
    this.#relieve()
  }
}

/** Settles with what is awaited, or when the time is over. */
const within = async (milliseconds: number, awaited: Promise<void>): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([awaited, late])
  clearTimeout(timer)
}

/**
 * Hands what comes over stdin to a connection, as fast as its answers are read.
 * @param ended called when nothing more comes
 * @returns what stops it
 */
const listen = (connection: Connection, writer: LineWriter, ended: () => void): (() => void) => {
  const { stdin } = process
  let listening = true
  const decoder = createLineDecoder({
    maxBytes: DEFAULT_MAX_LINE_BYTES,
    onLine: (line) => {
      const parsed = parseJson(line)
      if (parsed.ok) connection.receive(parsed.value)
      else connection.refuse(parsed.reason)
    },
    onTooLong: () => connection.refuse(`a line is longer than ${DEFAULT_MAX_LINE_BYTES} bytes`),
    onMalformed: () => connection.refuse('a line is not UTF-8'),
  })
  const read = (chunk: Uint8Array): void => {
    decoder.write(chunk)
    if (!writer.room) return
    stdin.pause()
    void writer.room.then(() => {
      if (listening) stdin.resume()
    })
  }
  const end = (): void => {
    decoder.end()
    connection.inputEnded()
    ended()
  }
  if (stdin.readableEnded || stdin.destroyed) ended()
  stdin.on('data', read).on('end', end).on('close', ended).on('error', ended).resume()
  return () => {
    listening = false
    stdin.off('data', read).off('end', end).off('close', ended).off('error', ended).pause()
  }
}

const speak = async (runtime: ServerRuntime, stdout: TakenStdout): Promise<void> => {
  let stop!: () => void
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  const writer = new LineWriter(stdout, runtime.settings.logger, () => {
    connection.disconnect()
    stop()
  })
  const connection = new Connection(runtime, writer)
  const ignoreSignals = onSignal(() => {
    connection.stopAccepting()
    stop()
  })
  const stopListening = listen(connection, writer, stop)
  await stopped
  try {
    runtime.endSubscriptions()
    // Meanwhile, the client may still answer what it was asked.
    await within(DRAIN_MS, connection.drained())
    stopListening()
    await runtime.close(0)
    await within(LAST_WORD_MS, connection.drained())
  } finally {
    await within(DRAIN_MS, writer.close())
    ignoreSignals()
  }
}

/**
 * Speaks over stdin and stdout until stdin ends, the reader goes away, or a signal comes; then lets what is in flight
 * end, and undoes the lifespan.
 */
export const serveStdio = async (definition: Definition, options: BindOptions): Promise<void> => {
  const runtime = new ServerRuntime(definition, settle(options))
  const stdout = takeStdout()
  try {
    await runtime.start()
    await speak(runtime, stdout)
  } finally {
    stdout.release()
  }
}
