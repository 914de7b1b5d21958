import { accepts, mediaTypeOf } from '../../wire/media-type.ts'
import type { Exchange } from './exchange.ts'
import type { HttpError } from './refuse.ts'

const NEEDED_TYPES = {
  auto: ['application/json', 'text/event-stream'],
  json: ['application/json'],
  sse: ['text/event-stream'],
} as const

/** Why a client cannot read what it will be answered; undefined when it can. */
export const checkAccept = (exchange: Exchange, responseMode: keyof typeof NEEDED_TYPES): HttpError | undefined => {
  const needed = NEEDED_TYPES[responseMode]
  const accept = exchange.header('accept')
  return needed.every((type) => accepts(accept, type))
    ? undefined
    : { status: 406, message: `Accept must list ${needed.join(' and ')}` }
}

/** Why what a request sends is not of the type of the protocol; undefined when it is. */
export const checkContentType = (exchange: Exchange): HttpError | undefined =>
  mediaTypeOf(exchange.header('content-type')) === 'application/json'
    ? undefined
    : { status: 415, message: 'Content-Type must be application/json' }

/** Why the types that a request sends and wants are not those of the protocol; undefined when they are. */
export const checkTypes = (exchange: Exchange, responseMode: keyof typeof NEEDED_TYPES): HttpError | undefined =>
  checkContentType(exchange) ?? checkAccept(exchange, responseMode)
