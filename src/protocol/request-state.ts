import { DefinitionError } from '../errors.ts'
import { show } from '../model/schema/problems.ts'
import { elapsed } from '../peer/elapsed.ts'
import { decodeBase64UrlBytes, encodeBase64UrlBytes } from '../wire/base64.ts'
import { decodeUtf8, encodeUtf8 } from '../wire/bytes.ts'
import type { JsonObject } from '../wire/json.ts'
import { digest } from './digest.ts'
import { createKeyring } from './keyring.ts'

/** What a state belongs to: it opens for nothing else. */
export interface Binding {
  /** Who calls; `undefined` for a caller without a name. */
  readonly principal: string | undefined
  readonly method: string
  /** The name of the tool or prompt, or the URI. */
  readonly target: string
  readonly arguments: unknown
}

/** What came of a state: what was sealed, or why it is refused. The reason is for the log and never for the client. */
export type Opened =
  | { readonly ok: true; readonly payload: JsonObject }
  | { readonly ok: false; readonly reason: string }

/** Seals what a call has collected so far, since it travels through the client (2026-07-28 Multi Round-Trip Requests). */
export interface Sealer {
  /** @throws Error where the sealed text would be longer than `maxBytes` */
  readonly seal: (payload: JsonObject, binding: Binding) => Promise<string>
  /** Opens what came from a client, whatever it is. Never throws. */
  readonly open: (state: unknown, binding: Binding) => Promise<Opened>
}

/** How a {@link Sealer} seals. */
export interface SealerOptions {
  /** Of at least 32 bytes each. The first seals, all open. One random key for this sealer when left out. */
  readonly keys?: readonly (string | Uint8Array)[] | undefined
  /** How long a state can be opened, in milliseconds: 10 minutes by default. */
  readonly ttlMs?: number | undefined
  /**
   * How long the sealed text may be: 65,536 by default. It comes along in two messages of each round, and leaves most
   * of the 4 MiB that a message may have to its arguments and answers.
   */
  readonly maxBytes?: number | undefined
  /** The time in milliseconds: of day where the keys are given, and so may be shared; of this process where not. */
  readonly now?: (() => number) | undefined
}

/** What is sealed. Members that are undefined are absent. */
interface Contents {
  readonly sealedAt: number
  readonly principal?: string | undefined
  readonly method: string
  readonly target: string
  /** The digest of the arguments. */
  readonly arguments: string
  readonly payload: JsonObject
}

const DEFAULT_TTL_MS = 600_000
const DEFAULT_MAX_BYTES = 65_536

// The clocks of two replicas may differ by so much.
const MAX_SKEW_MS = 60_000

const positive = (name: string, value: number): number => {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new DefinitionError(`requestState.${name} must be a whole number above 0, got ${show(value)}`)
}

const count = (value: number): string => value.toLocaleString('en-US')

const expiry = (age: number, ttlMs: number): string | undefined => {
  if (age < -MAX_SKEW_MS) {
    return `it was sealed ${count(-age)} ms in the future; set the clocks of the replicas by the same time`
  }
  return age > ttlMs
    ? `it has expired: it was sealed ${count(age)} ms ago, and requestState.ttlMs is ${count(ttlMs)}`
    : undefined
}

const BOUND = {
  principal: 'it was sealed for another principal',
  method: 'it was sealed for another method',
  target: 'it was sealed for another tool, prompt or resource',
  arguments: 'it was sealed for other arguments',
} as const

type Bound = Pick<Contents, keyof typeof BOUND>

const foreign = (sealed: Bound, expected: Bound): string | undefined => {
  const members = Object.keys(BOUND) as (keyof typeof BOUND)[]
  const other = members.find((member) => sealed[member] !== expected[member])
  return other && BOUND[other]
}

const bound = async ({ principal, method, target, arguments: given }: Binding): Promise<Bound> => ({
  principal,
  method,
  target,
  arguments: await digest(given),
})

const refused = (reason: string): Opened => ({ ok: false, reason })

// Processes that share keys have but the time of day in common.
const timeOfDay = (): number => Date.now()

/**
 * Seals `requestState` (2026-07-28 Multi Round-Trip Requests, Server Requirements) with AES-256-GCM, tied to who calls,
 * what is called with which arguments, and to a time. A state may be opened more than once.
 *
 * @throws DefinitionError for keys that are too short, twice there, or none, and for limits that are no whole number above 0
 * @example
 * const sealer = createSealer({ keys: [currentKey, lastKey] })
 * const state = await sealer.seal({ answers }, { principal: 'alice', method: 'tools/call', target: 'book', arguments: args })
 */
export const createSealer = ({
  keys,
  ttlMs,
  maxBytes,
  now = keys ? timeOfDay : elapsed,
}: SealerOptions = {}): Sealer => {
  const keyring = createKeyring(keys)
  const lifetime = positive('ttlMs', ttlMs ?? DEFAULT_TTL_MS)
  const limit = positive('maxBytes', maxBytes ?? DEFAULT_MAX_BYTES)

  const seal = async (payload: JsonObject, binding: Binding): Promise<string> => {
    const contents: Contents = { sealedAt: now(), ...(await bound(binding)), payload }
    const state = encodeBase64UrlBytes(await keyring.encrypt(encodeUtf8(JSON.stringify(contents))))
    if (state.length <= limit) return state
    throw new Error(
      `The state of this call is ${count(state.length)} bytes once it is sealed, and requestState.maxBytes allows ` +
        `${count(limit)}; keep less in ctx.once and in the answers, or raise the limit`,
    )
  }

  const open = async (state: unknown, binding: Binding): Promise<Opened> => {
    if (typeof state !== 'string') return refused(`it is not a string but ${state === null ? 'null' : typeof state}`)
    if (state.length > limit) {
      return refused(`it is too large: ${count(state.length)} bytes, and requestState.maxBytes is ${count(limit)}`)
    }
    const sealed = decodeBase64UrlBytes(state)
    if (!sealed) return refused('it is not base64url')
    const decrypted = await keyring.decrypt(sealed)
    if (!decrypted.ok) return decrypted
    // Only `seal` can have made what a key opens.
    const contents = JSON.parse(decodeUtf8(decrypted.bytes) as string) as Contents
    const reason = expiry(now() - contents.sealedAt, lifetime) ?? foreign(contents, await bound(binding))
    return reason === undefined ? { ok: true, payload: contents.payload } : refused(reason)
  }

  return Object.freeze({ seal, open })
}
