import { DefinitionError, ErrorCode } from '../errors.ts'
import type { ErrorObject } from '../wire/message.ts'
import { type ProtocolVersion, REVISIONS } from './index.ts'
import type { Revision } from './revision.ts'

/** The revisions that a runtime serves. */
export interface Served {
  readonly byVersion: ReadonlyMap<string, Revision>
  /** Newest first. */
  readonly versions: readonly string[]
  /** The newest one that begins with `initialize`; undefined when none is served. */
  readonly newestStateful: Revision | undefined
  readonly newestStateless: Revision | undefined
}

/** @param revisions oldest first */
const among = (revisions: readonly Revision[]): Served => ({
  byVersion: new Map(revisions.map((revision) => [revision.version, revision])),
  versions: revisions.map(({ version }) => version).reverse(),
  newestStateful: revisions.findLast(({ conversation }) => conversation === 'stateful'),
  newestStateless: revisions.findLast(({ conversation }) => conversation === 'stateless'),
})

/**
 * The revisions named by `versions`, or all.
 * @throws DefinitionError for a version that does not exist, or for an empty list
 */
export const serve = (
  versions: readonly ProtocolVersion[] = REVISIONS.map(({ version }) => version as ProtocolVersion),
): Served => {
  const unknown = versions.find((version) => !REVISIONS.some((revision) => revision.version === version))
  const known = REVISIONS.map(({ version }) => `'${version}'`).join(', ')
  if (unknown !== undefined) throw new DefinitionError(`revisions: '${unknown}' does not exist; there are ${known}`)
  if (versions.length === 0) throw new DefinitionError(`revisions: name at least one of ${known}, or leave it out`)
  return among(REVISIONS.filter(({ version }) => (versions as readonly string[]).includes(version)))
}

/** The part of what is served that a transport carries. */
export const carried = ({ byVersion }: Served, carries: (revision: Revision) => boolean): Served =>
  among([...byVersion.values()].filter(carries))

/** 2026-07-28 §Protocol Version Negotiation: the error that lists what is served instead. */
export const unsupportedVersion = (served: Served, version: unknown): ErrorObject => {
  const json = JSON.stringify(version) ?? ''
  const requested = typeof version === 'string' ? version : json
  return {
    code: ErrorCode.UnsupportedProtocolVersion,
    message: `Unsupported protocol version ${json}; supported: ${served.versions.join(', ')}`,
    data: { supported: served.versions, requested },
  }
}
