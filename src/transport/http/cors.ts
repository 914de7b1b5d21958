import type { Exchange } from './exchange.ts'

const EXPOSED = 'Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate'

const ALLOWED_HEADERS = [
  'content-type',
  'accept',
  'authorization',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
  'last-event-id',
]

// A prefix cannot be allowed as such, so that each `Mcp-Param-*` is allowed when it is asked for.
const PARAMETER = /^mcp-param-[!#$%&'*+.^_`|~0-9a-z-]+$/

/** What lets a page of an allowed origin read the response. Nothing for callers that are no pages. */
export const corsHeaders = (origin: string | undefined): Record<string, string> =>
  origin === undefined
    ? {}
    : { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED, vary: 'Origin' }

/** The answer to a preflight. @param allow the methods that there are */
export const preflightHeaders = (exchange: Exchange, allow: string): Record<string, string> => {
  const asked = (exchange.header('access-control-request-headers') ?? '').toLowerCase().split(',')
  const parameters = asked.map((name) => name.trim()).filter((name) => PARAMETER.test(name))
  return {
    'access-control-allow-methods': allow,
    'access-control-allow-headers': [...ALLOWED_HEADERS, ...parameters].join(', '),
    'access-control-max-age': '7200',
  }
}
