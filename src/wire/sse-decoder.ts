import { byteAt } from './bytes.ts'
import { DEFAULT_MAX_LINE_BYTES } from './lines.ts'
import { PartialLine } from './partial-line.ts'

/** The largest event that is read unless told otherwise: 16 MiB, as for a line. */
export const DEFAULT_MAX_EVENT_BYTES = DEFAULT_MAX_LINE_BYTES

/** A server-sent event as it is dispatched. */
export interface ServerSentEvent {
  /** The type; `message` where the event names none. */
  readonly event: string
  /** The lines of its data, joined with LF. */
  readonly data: string
  /** The last id that the stream has named, with this event or before; `''` where there is none. */
  readonly lastEventId: string
}

/** What {@link createEventDecoder} needs. The callbacks are called in the order of the stream, and must not throw. */
export interface EventDecoderOptions {
  /**
   * The largest event, in bytes, with the names of its fields and one byte for each line break, without comments.
   * Default: {@link DEFAULT_MAX_EVENT_BYTES}.
   */
  readonly maxBytes?: number
  readonly onEvent: (event: ServerSentEvent) => void
  /** The server says how long to wait before reconnecting, in whole milliseconds. */
  readonly onRetry?: (milliseconds: number) => void
  /**
   * An event is larger than `maxBytes`: called once, as soon as it is. The rest of the event is skipped, and reading goes
   * on with the next. An id that came before still becomes the last one, so that nobody asks for the event again.
   */
  readonly onTooLarge: () => void
}

/** Turns chunks of bytes into server-sent events. */
export interface EventDecoder {
  /** Takes the next bytes. They are read at once: the chunk may be reused afterwards. */
  readonly write: (chunk: Uint8Array) => void
  /** What `Last-Event-ID` is when the stream is taken up again; `''` for no such header. Events without data count, too. */
  readonly lastEventId: string
}

const LF = 10
const CR = 13
const SPACE = 32
const COLON = 58
const MARK = Uint8Array.of(0xef, 0xbb, 0xbf)
const DIGITS = /^[0-9]+$/

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

const indexOf = (bytes: Uint8Array, byte: number, from: number): number => {
  const index = bytes.indexOf(byte, from)
  return index === -1 ? bytes.length : index
}

/**
 * Reads an event stream (WHATWG HTML §9.2.6, Interpreting an event stream). Cut the bytes wherever you like: the events
 * are the same. An event that has not ended when the bytes do is none. What is not UTF-8 is read as U+FFFD.
 *
 * @example
 * const decoder = createEventDecoder({ onEvent: ({ data }) => receive(JSON.parse(data)), onTooLarge: giveUp })
 * for await (const chunk of response.body) decoder.write(chunk)
 */
export const createEventDecoder = (options: EventDecoderOptions): EventDecoder => {
  const { maxBytes = DEFAULT_MAX_EVENT_BYTES, onEvent, onRetry, onTooLarge } = options
  const pending = new PartialLine()
  let markBytes = 0
  let begun = false
  let afterReturn = false
  /** Whether the line is skipped whose end has not come yet. */
  let skipping = false
  /** Of the event so far. */
  let size = 0
  let tooLarge = false
  let event = ''
  let data: string | undefined
  let id = ''
  let lastEventId = ''

  const fields: Readonly<Record<string, (value: string) => void>> = Object.assign(Object.create(null), {
    event: (value: string) => {
      event = value
    },
    data: (value: string) => {
      data = data === undefined ? value : `${data}\n${value}`
    },
    id: (value: string) => {
      if (!value.includes('\0')) id = value
    },
    retry: (value: string) => {
      if (DIGITS.test(value)) onRetry?.(Math.min(Number(value), Number.MAX_SAFE_INTEGER))
    },
  })

  const dispatch = (): void => {
    const ended = data === undefined || tooLarge ? undefined : { event: event || 'message', data, lastEventId: id }
    lastEventId = id
    event = ''
    data = undefined
    size = 0
    tooLarge = false
    if (ended) onEvent(ended)
  }

  const isWithinLimit = (lineLength: number): boolean => {
    if (!tooLarge && size + lineLength + 1 > maxBytes) {
      tooLarge = true
      onTooLarge()
    }
    return !tooLarge
  }

  const readField = (line: Uint8Array): void => {
    if (!isWithinLimit(line.length)) return
    size += line.length + 1
    const colon = indexOf(line, COLON, 0)
    const start = colon + (line[colon + 1] === SPACE ? 2 : 1)
    fields[decoder.decode(line.subarray(0, colon))]?.(decoder.decode(line.subarray(start)))
  }

  const endLine = (rest: Uint8Array): void => {
    if (skipping) {
      skipping = false
      return
    }
    const line = pending.takeWith(rest)
    if (line.length === 0) dispatch()
    else if (line[0] !== COLON) readField(line)
  }

  const keep = (rest: Uint8Array): void => {
    if (skipping) return
    const isComment = pending.length === 0 && rest[0] === COLON
    skipping = isComment || !isWithinLimit(pending.length + rest.length)
    if (skipping) pending.take()
    else pending.append(rest)
  }

  /** Passes over a byte order mark, which may be cut, too. @returns where the stream begins */
  const begin = (chunk: Uint8Array): number => {
    let at = 0
    while (at < chunk.length && markBytes < MARK.length && chunk[at] === MARK[markBytes]) {
      at += 1
      markBytes += 1
    }
    const isMark = markBytes === MARK.length
    begun = at < chunk.length || isMark
    if (begun && !isMark && markBytes > 0) keep(MARK.subarray(0, markBytes))
    return at
  }

  /** The LF of a CRLF may come in the next chunk; until then, the line has ended all the same. */
  const passNewline = (chunk: Uint8Array, at: number): number => {
    afterReturn = at === chunk.length
    return chunk[at] === LF ? at + 1 : at
  }

  const write = (chunk: Uint8Array): void => {
    let at = begun ? 0 : begin(chunk)
    if (at === chunk.length) return
    if (afterReturn) at = passNewline(chunk, at)
    let newline = indexOf(chunk, LF, at)
    let carriage = indexOf(chunk, CR, at)
    for (let end = Math.min(newline, carriage); end < chunk.length; end = Math.min(newline, carriage)) {
      endLine(chunk.subarray(at, end))
      at = byteAt(chunk, end) === CR ? passNewline(chunk, end + 1) : end + 1
      if (newline < at) newline = indexOf(chunk, LF, at)
      if (carriage < at) carriage = indexOf(chunk, CR, at)
    }
    if (at < chunk.length) keep(chunk.subarray(at))
  }

  return {
    write,
    get lastEventId() {
      return lastEventId
    },
  }
}
