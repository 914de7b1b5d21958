import { decodeUtf8 } from './bytes.ts'
import { PartialLine } from './partial-line.ts'

/** The longest line that is read unless told otherwise: 16 MiB. */
export const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024

/** What {@link createLineDecoder} needs. The callbacks are called in the order of the lines, and must not throw. */
export interface LineDecoderOptions {
  /** The longest line, in bytes, without its newline. Default: {@link DEFAULT_MAX_LINE_BYTES}. */
  readonly maxBytes?: number
  /** A line that is not blank, without its line break. */
  readonly onLine: (text: string) => void
  /** A line is longer than `maxBytes`: what came of it is dropped, and so is the rest of it. */
  readonly onTooLong: () => void
  /** A line is not UTF-8. */
  readonly onMalformed: () => void
}

/** Turns chunks of bytes into lines. */
export interface LineDecoder {
  /** Takes the next bytes. They are read at once: the chunk may be reused afterwards. */
  readonly write: (chunk: Uint8Array) => void
  /** No more bytes come: what follows the last newline is a line, too. */
  readonly end: () => void
}

const NEWLINE = 10
const NOT_BLANK = /[^ \t\r]/

/**
 * Reads newline-delimited text, the framing of the stdio transport (§ "stdio" of every revision). A line ends with
 * LF or CRLF; blank lines are skipped. Cut the bytes wherever you like: the lines are the same.
 *
 * @example
 * const decoder = createLineDecoder({ onLine: handle, onTooLong: refuse, onMalformed: refuse })
 * stdin.on('data', decoder.write).on('end', decoder.end)
 */
export const createLineDecoder = (options: LineDecoderOptions): LineDecoder => {
  const { maxBytes = DEFAULT_MAX_LINE_BYTES, onLine, onTooLong, onMalformed } = options
  const pending = new PartialLine()
  let skipping = false

  const deliverText = (line: string): void => {
    if (NOT_BLANK.test(line)) onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
  }

  const deliverLine = (bytes: Uint8Array): void => {
    if (bytes.length > maxBytes) {
      onTooLong()
      return
    }
    const text = decodeUtf8(bytes)
    if (text === undefined) onMalformed()
    else deliverText(text)
  }

  const deliverEach = (lines: Uint8Array): void => {
    let start = 0
    for (let end = lines.indexOf(NEWLINE); end !== -1; end = lines.indexOf(NEWLINE, start)) {
      deliverLine(lines.subarray(start, end))
      start = end + 1
    }
    deliverLine(lines.subarray(start))
  }

  const deliver = (lines: Uint8Array): void => {
    // One decode for many lines is several times faster than one for each, and nearly always possible.
    const text = lines.length > maxBytes ? undefined : decodeUtf8(lines)
    if (text === undefined) deliverEach(lines)
    else for (const line of text.split('\n')) deliverText(line)
  }

  const keep = (rest: Uint8Array): void => {
    if (pending.length + rest.length <= maxBytes) {
      pending.append(rest)
    } else {
      pending.take()
      skipping = true
      onTooLong()
    }
  }

  return {
    write: (chunk) => {
      let rest = chunk
      if (skipping) {
        const end = rest.indexOf(NEWLINE)
        if (end === -1) return
        skipping = false
        rest = rest.subarray(end + 1)
      }
      const last = rest.lastIndexOf(NEWLINE)
      if (last !== -1) deliver(pending.takeWith(rest.subarray(0, last)))
      if (last + 1 < rest.length) keep(rest.subarray(last + 1))
    },
    end: () => {
      skipping = false
      if (pending.length > 0) deliver(pending.take())
    },
  }
}
