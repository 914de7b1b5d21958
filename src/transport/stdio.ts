import { Connection } from '../server/connection.ts'
import type { Definition } from '../server/definition.ts'
import type { BindOptions } from '../server/faces.ts'
import { ServerRuntime } from '../server/runtime.ts'
import { settle } from '../server/settings.ts'
import { parseJson } from '../wire/json.ts'
import { createLineDecoder, DEFAULT_MAX_LINE_BYTES } from '../wire/lines.ts'
import { onSignal } from './signals.ts'
import { type TakenStdout, takeStdout } from './stdout.ts'

/** Writes lines to stdout, all those of one turn of the event loop at once. */
class LineWriter {
  readonly #stdout: TakenStdout
  readonly #lost: () => void
  #lines: string[] = []
  #congested: Promise<void> | undefined
  #open = true

  /** @param lost called when nobody reads any more */
  constructor(stdout: TakenStdout, lost: () => void) {
    this.#stdout = stdout
    this.#lost = lost
    process.stdout.on('error', this.#fail)
  }

  /** @returns a promise when the reader is slow */
  send(text: string): Promise<void> | undefined {
    if (!this.#open) return undefined
    if (this.#lines.push(text) === 1) setImmediate(() => this.#flush())
    return this.#congested
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
    if (this.#stdout.write(text) || this.#congested) return
    process.stdin.pause()
    this.#congested = new Promise((resolve) => {
      process.stdout.once('drain', () => {
        this.#congested = undefined
        process.stdin.resume()
        resolve()
      })
    })
  }

  // A client that closes its end of the pipe has gone away; that is no failure of ours.
  readonly #fail = (): void => {
    this.#open = false
    this.#lost()
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

const speak = async (runtime: ServerRuntime, stdout: TakenStdout): Promise<void> => {
  const { stdin } = process
  let finish: () => void = () => undefined
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const writer = new LineWriter(stdout, () => {
    connection.disconnect()
    finish()
  })
  const connection = new Connection(runtime, (text) => writer.send(text))
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
  const read = (chunk: Uint8Array): void => decoder.write(chunk)
  const end = (): void => {
    decoder.end()
    finish()
  }
  const ignoreSignals = onSignal(finish)
  stdin.on('data', read).once('end', end).once('close', finish).once('error', finish)
  await finished
  stdin.off('data', read).pause()
  await runtime.close()
  await connection.drained()
  await writer.close()
  stdin.off('end', end).off('close', finish).off('error', finish)
  ignoreSignals()
}
