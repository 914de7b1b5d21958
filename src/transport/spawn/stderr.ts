import type { Readable } from 'node:stream'

/** What becomes of stderr besides being kept. */
export type StderrUse = 'keep' | 'inherit' | ((line: string) => void)

// How many characters of its end are kept, and how long a line may be before it is given out in parts.
const MAX_CHARACTERS = 16 * 1024

/** Gives out whole lines, without their line breaks. */
const byLine = (give: (line: string) => void) => {
  let rest = ''
  const flush = (): void => {
    if (rest !== '') give(rest)
    rest = ''
  }
  const write = (text: string): void => {
    const lines = `${rest}${text}`.split(/\r?\n/)
    rest = lines.pop() as string
    for (const line of lines) give(line)
    if (rest.length > MAX_CHARACTERS) flush()
  }
  return { write, flush }
}

/** The stderr of a child, whose end is kept for error messages. */
export class Stderr {
  readonly #stream: Readable
  #tail = ''
  #isPatient = true

  constructor(stream: Readable, use: StderrUse) {
    this.#stream = stream
    stream.setEncoding('utf8').on('data', (text: string) => {
      this.#tail = `${this.#tail}${text}`.slice(-MAX_CHARACTERS)
    })
    if (use === 'inherit') stream.on('data', this.#passOn)
    if (typeof use !== 'function') return
    const lines = byLine(use)
    stream.on('data', lines.write).on('close', lines.flush)
  }

  /** The last 16 KiB. */
  get tail(): string {
    return this.#tail
  }

  /** Waits for nobody any more: what is still there is the last. */
  hurry(): void {
    this.#isPatient = false
    this.#stream.resume()
  }

  /** Passes text on, no faster than it is read there. */
  readonly #passOn = (text: string): void => {
    if (process.stderr.write(text) || !this.#isPatient) return
    this.#stream.pause()
    process.stderr.once('drain', () => this.#stream.resume())
  }
}
