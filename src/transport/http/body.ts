import { decodeUtf8 } from '../../wire/bytes.ts'
import { isDeeperThan, MAX_DEPTH, type Parsed, parseJson } from '../../wire/json.ts'
import { accepts, mediaTypeOf } from '../../wire/media-type.ts'
import type { Body, Exchange } from './exchange.ts'
import type { HttpError } from './refuse.ts'

const NEEDED_TYPES = {
  auto: ['application/json', 'text/event-stream'],
  json: ['application/json'],
  sse: ['text/event-stream'],
} as const

const failed = (reason: string): Parsed => ({ ok: false, reason })

const NOT_UTF8 = failed('it is not UTF-8')

/** Why a client cannot read what it will be answered; undefined when it can. */
export const checkAccept = (exchange: Exchange, responseMode: keyof typeof NEEDED_TYPES): HttpError | undefined => {
  const needed = NEEDED_TYPES[responseMode]
  const accept = exchange.header('accept')
  return needed.every((type) => accepts(accept, type))
    ? undefined
    : { status: 406, message: `Accept must list ${needed.join(' and ')}` }
}

/** Why the types that a request sends and wants are not those of the protocol; undefined when they are. */
export const checkTypes = (exchange: Exchange, responseMode: keyof typeof NEEDED_TYPES): HttpError | undefined =>
  mediaTypeOf(exchange.header('content-type')) === 'application/json'
    ? checkAccept(exchange, responseMode)
    : { status: 415, message: 'Content-Type must be application/json' }

/** What a body says, as far as it could be read. */
export const parseBody = (body: Exclude<Body, 'too large' | 'taken'>): Parsed => {
  if (body === 'malformed') return NOT_UTF8
  return body === 'lost' ? failed('it broke off') : parseJson(body.text)
}

/** What a body says that its host has read: into a value, a text, or bytes. */
export const parseGiven = (body: unknown): Parsed => {
  const value = body instanceof Uint8Array ? decodeUtf8(body) : body
  if (value === undefined) return NOT_UTF8
  if (typeof value === 'string') return parseJson(value)
  return isDeeperThan(value, MAX_DEPTH) ? failed(`it nests deeper than ${MAX_DEPTH} levels`) : { ok: true, value }
}
