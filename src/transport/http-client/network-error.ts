import { ConnectionError } from '../../errors.ts'

/** What keeps a request from leaving, by the code of Node's error. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; is the server running?',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host could not be looked up',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'nobody answered in time',
  UND_ERR_CONNECT_TIMEOUT: 'nobody answered in time',
  EPROTO: 'it does not speak TLS',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not trusted here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
}

type Coded = Error & { readonly code?: unknown; readonly syscall?: unknown; readonly cause?: unknown }

/** `fetch` on Node hides what happened behind an error without a code. */
const rootOf = (error: Coded): Coded =>
  error.code === undefined && error.cause instanceof Error ? (error.cause as Coded) : error

/** What Node refuses to send, and what fails before anything can be sent. */
const NOT_SENT = /^ERR_(?:INVALID|UNESCAPED|TLS|SSL)_/

// A connection that is open already breaks with the same codes as one that is not. TLS has one of its own.
const wasOpen = ({ code, syscall }: Coded): boolean => (syscall === 'read' || syscall === 'write') && code !== 'EPROTO'

/** What kept a request from leaving; undefined where it may have left. */
const obstacle = (error: Coded): string | undefined => {
  const { code, message } = error
  if (typeof code !== 'string' || wasOpen(error)) return undefined
  return UNREACHABLE[code] ?? (NOT_SENT.test(code) ? message : undefined)
}

/**
 * What went wrong with a request, in plain words. Only what has certainly not left is `unreachable`: that may be sent again.
 *
 * @param hasAnswered whether the beginning of a response had come
 */
export const networkError = ({ origin }: URL, error: Error, hasAnswered: boolean): ConnectionError => {
  const root = rootOf(error)
  const options = { cause: error }
  if (hasAnswered)
    return new ConnectionError('disconnected', `${origin} broke off its answer: ${root.message}`, options)
  const problem = obstacle(root)
  if (problem !== undefined) return new ConnectionError('unreachable', `Cannot reach ${origin}: ${problem}`, options)
  // What `fetch` of a browser says is the same for whatever happened.
  return typeof root.code === 'string'
    ? new ConnectionError(
        'disconnected',
        `The connection to ${origin} broke before it answered: ${root.message}`,
        options,
      )
    : new ConnectionError('disconnected', `Cannot reach ${origin}: ${root.message}`, options)
}
