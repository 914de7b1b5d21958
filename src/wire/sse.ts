import { DefinitionError } from '../errors.ts'

/** The fields of a server-sent event besides its data. */
export interface EventFields {
  /** Comes back as `Last-Event-ID` when the client reconnects. */
  readonly id?: string
  /** The type of the event; readers take `message` where there is none. */
  readonly event?: string
  /** How long the client waits before it reconnects, in whole milliseconds. */
  readonly retry?: number
}

const LINE_BREAK = /\r\n|[\r\n]/
// A reader ignores an id with a NUL.
const UNFIT = /[\r\n\0]/

const prefixLines = (prefix: string, text: string): string =>
  text.includes('\n') || text.includes('\r')
    ? text
        .split(LINE_BREAK)
        .map((line) => `${prefix}${line}\n`)
        .join('')
    : `${prefix}${text}\n`

const fieldLine = (name: 'event' | 'id', value: string | undefined): string => {
  if (value === undefined) return ''
  if (!UNFIT.test(value)) return `${name}: ${value}\n`
  throw new DefinitionError(
    `The "${name}" of a server-sent event takes no line break and no NUL, got ${JSON.stringify(value)}`,
  )
}

/**
 * The text of one server-sent event (WHATWG HTML, "Server-sent events"). Data of several lines becomes several
 * `data:` lines, which a reader joins with LF.
 *
 * @throws DefinitionError when the id or the event holds a line break or NUL
 * @example
 * eventText('{"jsonrpc":"2.0"}', { id: '7' })   // 'id: 7\ndata: {"jsonrpc":"2.0"}\n\n'
 */
export const eventText = (data: string, fields?: EventFields): string => {
  const lines = prefixLines('data: ', data)
  if (fields === undefined) return `${lines}\n`
  const { event, id, retry } = fields
  const retryLine = retry === undefined ? '' : `retry: ${retry}\n`
  return `${fieldLine('event', event)}${fieldLine('id', id)}${retryLine}${lines}\n`
}

/** The text of a comment, which readers ignore: it keeps an idle connection open. */
export const commentText = (text: string): string => `${prefixLines(': ', text)}\n`
