const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"

// What follows the first semicolon may be anything but a comma outside of quotes, which joins two headers.
const CONTENT_TYPE = new RegExp(`^[ \\t]*(${TOKEN}/${TOKEN})[ \\t]*(?:;(?:[^",]|"(?:[^"\\\\]|\\\\.)*")*)?$`)

/**
 * The media type that a `Content-Type` header names, in lower case and without its parameters (RFC 9110 §8.3.1).
 * `undefined` when there is none, or when it is malformed: also when it is two headers joined by a comma.
 *
 * @example
 * mediaTypeOf('Application/JSON; charset=utf-8')   // 'application/json'
 */
export const mediaTypeOf = (contentType: string | undefined): string | undefined => {
  if (contentType === undefined || contentType === 'application/json') return contentType
  return CONTENT_TYPE.exec(contentType)?.[1]?.toLowerCase()
}

const EVERY_CLIENT_SENDS = 'application/json, text/event-stream'
const QUOTED = /"(?:[^"\\]|\\.)*"?/g
const PARAMETERS = /;.*/s
const REFUSED = /;[ \t]*q=0(?:\.0*)?[ \t]*(?:;|$)/

interface Member {
  readonly range: string
  readonly refused: boolean
}

const readMembers = (accept: string): readonly Member[] =>
  accept
    .toLowerCase()
    .replace(QUOTED, '')
    .split(',')
    .map((member) => ({ range: member.replace(PARAMETERS, '').trim(), refused: REFUSED.test(member) }))
    .filter(({ range }) => range !== '')

/**
 * Whether an `Accept` header takes a media type (RFC 9110 §12.5.1). The most specific range decides, `q=0` refuses,
 * and a header that is absent or empty takes everything. Parameters other than `q` are not compared.
 *
 * @param mediaType in lower case, without parameters
 */
export const accepts = (accept: string | undefined, mediaType: string): boolean => {
  if (accept === undefined || accept === mediaType) return true
  if (accept === EVERY_CLIENT_SENDS && (mediaType === 'application/json' || mediaType === 'text/event-stream')) {
    return true
  }
  const members = readMembers(accept)
  if (members.length === 0) return true
  for (const range of [mediaType, mediaType.replace(/\/.*/, '/*'), '*/*']) {
    const matching = members.filter((member) => member.range === range)
    if (matching.length > 0) return matching.some(({ refused }) => !refused)
  }
  return false
}
