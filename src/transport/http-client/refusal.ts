import { ConnectionError } from '../../errors.ts'
import type { HeaderLookup } from './requester.ts'

/** How much of a body an error shows, in characters. */
const MAX_SHOWN = 200

const decoder = new TextDecoder()

/** The text of bytes that may have been cut anywhere. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes)

export const isSuccess = (status: number): boolean => status >= 200 && status < 300

// A page says nothing in a line.
const shown = (body: string): string => {
  const text = body.replace(/\s+/g, ' ').trim()
  return text === '' || text.startsWith('<') ? '' : `: ${text.slice(0, MAX_SHOWN)}`
}

const reasonOf = (status: number, header: HeaderLookup, body: string): string => {
  const location = header('location')
  if (status === 401 || status === 403) {
    return `it wants authorization (status ${status}), by createClient().auth(…) or a header of your own${shown(body)}`
  }
  // What a platform keeps to itself has no status.
  if (status === 0) return 'it redirects to another address; connect to that one'
  if (status >= 300 && status < 400 && location !== undefined) {
    return `it redirects (status ${status}) to ${location}; connect to that address if you trust it`
  }
  return `status ${status}${shown(body)}`
}

/**
 * What a status says that is a refusal.
 * @param what was refused, such as `"tools/call"`
 * @param body the beginning of it
 */
export const refusal = (what: string, status: number, header: HeaderLookup, body: string): ConnectionError =>
  new ConnectionError('refused', `The server refused ${what}: ${reasonOf(status, header, body)}`, { status, body })
