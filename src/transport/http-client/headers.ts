import type { OutgoingRequest } from '../../client/carrier.ts'
import type { Logger } from '../../model/logger.ts'
import type { Revision } from '../../protocol/revision.ts'
import { encodeUtf8 } from '../../wire/bytes.ts'
import { encodeHeaderValue } from '../../wire/header-value.ts'
import type { HeaderList } from './requester.ts'

/** Headers by name. */
export type HeaderRecord = Readonly<Record<string, string>>

const RESERVED: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'host',
  'last-event-id',
  'transfer-encoding',
])

/** Whether a header is the transport's own: what a message is, and how it travels. @param name in lower case */
const isReserved = (name: string): boolean => RESERVED.has(name) || name.startsWith('mcp-')

const EVENTS = 'text/event-stream'
const BOTH = `application/json, ${EVENTS}`

const membersOf = (list: string): readonly string[] =>
  list
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')

/** What is accepted, and what the user accepts besides. */
const accepting = (own: string, given: string): string => [...new Set(membersOf(`${own},${given}`))].join(', ')

/** A text as a header carries it: each byte of its UTF-8 as a character. */
const asByteString = (text: string): string =>
  Array.from(encodeUtf8(text), (byte) => String.fromCharCode(byte)).join('')

/** The headers, with others in the place of those of the same name. Those of the transport stay. */
export const withHeaders = (headers: HeaderList, others: HeaderRecord): HeaderList => {
  const added = new Map<string, string>()
  for (const [name, value] of Object.entries(others)) {
    const lower = name.toLowerCase()
    if (!isReserved(lower) && lower !== 'accept') added.set(lower, value)
  }
  const kept = headers.filter((_, index) => !added.has(headers[index - (index % 2)] as string))
  return [...kept, ...[...added].flat()]
}

/** The headers of the requests to one server. Those that do not change from one to the next are prepared. */
export class RequestHeaders {
  readonly #given: HeaderList
  readonly #accept: string
  #revision: Revision | undefined
  #session: string | undefined
  #common: HeaderList = []
  #post: HeaderList = []

  /** @param given by the user */
  constructor(given: HeaderRecord, logger: Logger) {
    const headers = new Map<string, string>()
    for (const [name, value] of Object.entries(given)) {
      const lower = name.toLowerCase()
      if (isReserved(lower)) logger.warn(`the header "${name}" is the client's own: yours is left out`)
      else headers.set(lower, value)
    }
    this.#accept = headers.get('accept') ?? ''
    headers.delete('accept')
    this.#given = [...headers].flat()
    this.#prepare()
  }

  /** The session that the server has opened, if it has. */
  get session(): string | undefined {
    return this.#session
  }

  set session(id: string | undefined) {
    this.#session = id
    this.#prepare()
  }

  /** @param revision of what is sent from here on; undefined for what opens a conversation by itself */
  speak(revision: Revision | undefined): void {
    this.#revision = revision
    this.#prepare()
  }

  /** Of a notification, or an answer. */
  get post(): HeaderList {
    return this.#post
  }

  /** Of a request. */
  request({ method, params, headers }: OutgoingRequest): HeaderList {
    const mirrored = this.#revision?.http.mirroredParameter
    if (!mirrored && !headers) return this.#post
    const list = [...this.#post]
    if (mirrored) {
      list.push('mcp-method', method)
      const name = params[mirrored[method] as string]
      if (typeof name === 'string') list.push('mcp-name', encodeHeaderValue(name))
    }
    for (const [name, value] of Object.entries(headers ?? {})) list.push(name.toLowerCase(), value)
    return list
  }

  /** Of a stream. @param lastEventId the event behind which it is to go on; empty for none */
  stream(lastEventId: string): HeaderList {
    const last = lastEventId === '' ? [] : ['last-event-id', asByteString(lastEventId)]
    return ['accept', accepting(EVENTS, this.#accept), ...this.#common, ...last]
  }

  /** Of what ends the session. */
  get end(): HeaderList {
    return this.#common
  }

  #prepare(): void {
    const revision = this.#revision
    const session = revision?.conversation === 'stateless' ? undefined : this.#session
    this.#common = [
      ...this.#given,
      // Events must not wait for a compressor to fill its block.
      ...['accept-encoding', 'identity'],
      ...(revision ? ['mcp-protocol-version', revision.version] : []),
      ...(session === undefined ? [] : ['mcp-session-id', session]),
    ]
    this.#post = ['content-type', 'application/json', 'accept', accepting(BOTH, this.#accept), ...this.#common]
  }
}
