import { ConnectionError, ErrorCode, InvalidResultError, McpError, TimeoutError } from '../../errors.ts'
import type { Served } from '../../protocol/negotiate.ts'
import type { Revision } from '../../protocol/revision.ts'
import { isObject } from '../../wire/json.ts'

/**
 * What a probe says of a server:
 * - `modern`: it speaks this stateless revision;
 * - `again`: it names a revision that both speak, so the probe is sent once more, in that one;
 * - `earlier`: it is to be opened with `initialize`; sure, unless the server may only have been busy, as the `doubt` says;
 * - `failed`: that is for the caller to hear.
 */
export type Verdict =
  | { readonly kind: 'modern'; readonly revision: Revision; readonly result: Readonly<Record<string, unknown>> }
  | { readonly kind: 'again'; readonly revision: Revision; readonly error: Error }
  | { readonly kind: 'earlier'; readonly doubt: Error | undefined }
  | { readonly kind: 'failed'; readonly error: Error }

const EARLIER: Verdict = { kind: 'earlier', doubt: undefined }

/** Errors that only a server of a stateless revision gives (2026-07-28 Streamable HTTP, Backward Compatibility). */
const MODERN_ERRORS: ReadonlySet<number> = new Set([
  ErrorCode.HeaderMismatch,
  ErrorCode.MissingRequiredClientCapability,
])

const noneInCommon = (spoken: Served, supported: readonly unknown[]): Verdict => ({
  kind: 'failed',
  error: new ConnectionError(
    'refused',
    supported.length === 0
      ? 'The server speaks no revision at all'
      : `The server speaks ${supported.join(', ')}, and this client ${spoken.versions.join(', ')}: no revision in common`,
  ),
})

/** The newest revision that both speak, by the list of the server. */
const common = (spoken: Served, supported: readonly unknown[]): Revision | undefined => {
  const version = spoken.versions.find((one) => supported.includes(one))
  return version === undefined ? undefined : spoken.byVersion.get(version)
}

/** What the result of `server/discover` says. */
export const verdictOnResult = (spoken: Served, result: unknown): Verdict => {
  if (!isObject(result) || !Array.isArray(result['supportedVersions'])) return EARLIER
  const { supportedVersions } = result
  const revision = common(spoken, supportedVersions)
  if (!revision) return noneInCommon(spoken, supportedVersions)
  return revision.conversation === 'stateless' ? { kind: 'modern', revision, result } : EARLIER
}

const verdictOnProtocolError = (spoken: Served, error: McpError): Verdict => {
  if (MODERN_ERRORS.has(error.code)) return { kind: 'failed', error }
  if (error.code !== ErrorCode.UnsupportedProtocolVersion) return EARLIER
  const supported = isObject(error.data) ? error.data['supported'] : undefined
  if (!Array.isArray(supported)) return EARLIER
  const revision = common(spoken, supported)
  if (!revision) return noneInCommon(spoken, supported)
  return revision.conversation === 'stateless' ? { kind: 'again', revision, error } : EARLIER
}

/** Statuses below 500 that may pass: a time-out, a request that came too early, and a server that is busy. */
const MAY_PASS: ReadonlySet<number> = new Set([408, 425, 429])

const mayPass = (status: number | undefined): boolean => status !== undefined && (status >= 500 || MAY_PASS.has(status))

const UNAUTHORIZED: ReadonlySet<number | undefined> = new Set([401, 403])

const isUnauthorized = (error: ConnectionError): boolean => UNAUTHORIZED.has(error.status)

/** Whether a failure says nothing of the revision of a server: it was busy or out of reach, or wants to know who calls. */
export const saysNothing = (error: unknown): boolean =>
  error instanceof ConnectionError
    ? error.code === 'unreachable' || isUnauthorized(error) || mayPass(error.status)
    : error instanceof TimeoutError

const verdictOnConnectionError = (error: ConnectionError, hasLeft: boolean): Verdict => {
  const { code, status } = error
  if (code === 'unanswered') return EARLIER
  // A process may exit at what it does not know; a network that fails says nothing of the server.
  if (code === 'disconnected') return hasLeft ? EARLIER : { kind: 'failed', error }
  if (code !== 'refused' || isUnauthorized(error)) return { kind: 'failed', error }
  return mayPass(status) ? { kind: 'earlier', doubt: error } : EARLIER
}

/**
 * What the failure of `server/discover` says: a server that does not give a recognised error of a stateless revision
 * is one of an earlier revision (2026-07-28 Versioning, Backward Compatibility), whatever else it says.
 *
 * @param hasLeft whether the server has gone away, and can be called anew
 */
export const verdictOnError = (spoken: Served, error: Error, hasLeft: boolean): Verdict => {
  if (error instanceof McpError) return verdictOnProtocolError(spoken, error)
  if (error instanceof ConnectionError) return verdictOnConnectionError(error, hasLeft)
  if (error instanceof InvalidResultError) return EARLIER
  return error instanceof TimeoutError ? { kind: 'earlier', doubt: error } : { kind: 'failed', error }
}
