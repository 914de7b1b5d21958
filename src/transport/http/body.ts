import { ErrorCode } from '../../errors.ts'
import type { Settings } from '../../server/settings.ts'
import { decodeUtf8 } from '../../wire/bytes.ts'
import { isDeeperThan, MAX_DEPTH, type Parsed, parseJson } from '../../wire/json.ts'
import type { Body, Exchange } from './exchange.ts'
import { type Headers, refuse, turnAway } from './refuse.ts'

const failed = (reason: string): Parsed => ({ ok: false, reason })

const NOT_UTF8 = failed('it is not UTF-8')

/** What a body says, as far as it could be read. */
const parseBody = (body: Exclude<Body, 'too large' | 'taken'>): Parsed => {
  if (body === 'malformed') return NOT_UTF8
  return body === 'lost' ? failed('it broke off') : parseJson(body.text)
}

/** What a body says that its host has read: into a value, a text, or bytes. */
const parseGiven = (body: unknown): Parsed => {
  const value = body instanceof Uint8Array ? decodeUtf8(body) : body
  if (value === undefined) return NOT_UTF8
  if (typeof value === 'string') return parseJson(value)
  return isDeeperThan(value, MAX_DEPTH) ? failed(`it nests deeper than ${MAX_DEPTH} levels`) : { ok: true, value }
}

const refuseTooLarge = (exchange: Exchange, { maxBodyBytes, served }: Settings, headers: Headers): void => {
  const message = `The body is larger than ${maxBodyBytes} bytes`
  turnAway(exchange, served, { connection: 'close', ...headers }, { status: 413, message })
}

const refuseTaken = (exchange: Exchange, { logger, served }: Settings, headers: Headers): void => {
  logger.error(
    'the host has read the body of a request and passed nothing on: give what it parsed to handler as its third ' +
      'argument, or as request.body; to fetch, give the request unread',
  )
  const message = 'The body was read before it came here'
  refuse(exchange, served, headers, 500, { code: ErrorCode.InternalError, message })
}

const refuseUnreadable = (exchange: Exchange, { served }: Settings, headers: Headers, reason: string): void =>
  refuse(exchange, served, headers, 400, { code: ErrorCode.ParseError, message: `Parse error: ${reason}` })

/** Reads the JSON that a request has brought, or answers why that cannot be. */
export const takeBody = (
  exchange: Exchange,
  settings: Settings,
  headers: Headers,
  take: (value: unknown) => void,
): void => {
  const { maxBodyBytes } = settings
  if (exchange.parsedBody !== undefined) {
    const given = parseGiven(exchange.parsedBody)
    return given.ok ? take(given.value) : refuseUnreadable(exchange, settings, headers, given.reason)
  }
  if (Number(exchange.header('content-length')) > maxBodyBytes) return refuseTooLarge(exchange, settings, headers)
  exchange.readBody(maxBodyBytes, (body) => {
    if (body === 'too large') return refuseTooLarge(exchange, settings, headers)
    if (body === 'taken') return refuseTaken(exchange, settings, headers)
    const parsed = parseBody(body)
    return parsed.ok ? take(parsed.value) : refuseUnreadable(exchange, settings, headers, parsed.reason)
  })
}
