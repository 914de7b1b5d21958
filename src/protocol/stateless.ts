import { ErrorCode } from '../errors.ts'
import {
  type ClientCapabilities,
  type Implementation,
  isLoggingLevel,
  LOGGING_LEVELS,
  type LoggingLevel,
} from '../model/types.ts'
import { isObject } from '../wire/json.ts'
import type { ErrorObject, Params, Request } from '../wire/message.ts'
import { CLIENT_CAPABILITIES, CLIENT_INFO, LOG_LEVEL, PROTOCOL_VERSION } from './meta-keys.ts'
import { type Served, unsupportedVersion } from './negotiate.ts'
import type { Peer } from './peer.ts'
import type { Revision } from './revision.ts'

const metaOf = (params: Params | undefined): Readonly<Record<string, unknown>> | undefined => {
  const meta = params?.['_meta']
  return isObject(meta) ? meta : undefined
}

/** The version that the envelope names, as it stands there. */
export const envelopeVersion = (params: Params | undefined): unknown => metaOf(params)?.[PROTOCOL_VERSION]

/** Whether a request carries the envelope, that is: names its protocol version in `_meta`, rightly or wrongly. */
export const hasEnvelope = ({ method, params }: Request): boolean => {
  const meta = metaOf(params)
  if (meta === undefined || !(PROTOCOL_VERSION in meta)) return false
  // It is not for the envelope to spoil an opening that says all it needs by itself.
  return method !== 'initialize' || typeof meta[PROTOCOL_VERSION] === 'string'
}

/** The peer of one request, as its envelope describes it. */
class EnvelopePeer implements Peer {
  readonly revision: Revision
  readonly client: { readonly info: Implementation | undefined; readonly capabilities: ClientCapabilities }
  readonly logLevel: LoggingLevel | undefined
  readonly session = undefined

  constructor(revision: Revision, meta: Readonly<Record<string, unknown>>) {
    const info = meta[CLIENT_INFO]
    this.revision = revision
    // A misshapen identity counts as none; what else stands beside its name is for display alone.
    this.client = {
      info: isObject(info) && typeof info['name'] === 'string' ? (info as unknown as Implementation) : undefined,
      capabilities: meta[CLIENT_CAPABILITIES] as ClientCapabilities,
    }
    this.logLevel = meta[LOG_LEVEL] as LoggingLevel | undefined
  }
}

/** The peer of a message that does not say who sent it: a notification. */
export class AnonymousPeer implements Peer {
  readonly revision: Revision
  readonly client = Object.freeze({ info: undefined, capabilities: Object.freeze({}) })
  readonly logLevel = undefined
  readonly session = undefined

  constructor(revision: Revision) {
    this.revision = revision
  }
}

const malformed = (message: string): ErrorObject => ({ code: ErrorCode.InvalidParams, message })

/** 2026-07-28 §Per-request protocol fields: who calls, or why the request is malformed. */
export const readEnvelope = (served: Served, params: Params | undefined): Peer | ErrorObject => {
  const meta = metaOf(params) ?? {}
  const version = meta[PROTOCOL_VERSION]
  if (typeof version !== 'string')
    return malformed(`"_meta" must name the protocol version under "${PROTOCOL_VERSION}"`)
  const revision = served.byVersion.get(version)
  if (revision?.conversation !== 'stateless') return unsupportedVersion(served, version)
  if (!isObject(meta[CLIENT_CAPABILITIES])) {
    return malformed(`"_meta" must hold the client's capabilities, an object, under "${CLIENT_CAPABILITIES}"`)
  }
  if (meta[LOG_LEVEL] !== undefined && !isLoggingLevel(meta[LOG_LEVEL])) {
    return malformed(`"_meta": "${LOG_LEVEL}" must be one of ${LOGGING_LEVELS.join(', ')}`)
  }
  return new EnvelopePeer(revision, meta)
}

/** Tells a peer from the reason why there is none. */
export const isPeer = (value: Peer | ErrorObject): value is Peer => 'revision' in value
