import { DefinitionError } from '../errors.ts'
import { encodeBase64UrlBytes } from '../wire/base64.ts'
import { encodeUtf8 } from '../wire/bytes.ts'

/** How many bytes a key needs at least. */
export const MIN_KEY_BYTES = 32

/** What came of sealed bytes: what was sealed, or why they cannot be opened, for the log. */
export type Decrypted =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: string }

/** Seals bytes so that nobody without the keys can read or change them. */
export interface Keyring {
  readonly encrypt: (bytes: Uint8Array) => Promise<Uint8Array>
  /** Never throws. */
  readonly decrypt: (sealed: Uint8Array) => Promise<Decrypted>
}

type Bytes = Uint8Array<ArrayBuffer>

interface Key {
  readonly id: Bytes
  readonly secret: CryptoKey
}

// Sealed bytes: the version and the id of the key, which are authenticated, salt, nonce, and what AES-GCM made.
const VERSION = 1
const KEY_ID = { from: 1, to: 9 }
const SALT = { from: 9, to: 25 }
const NONCE = { from: 25, to: 37 }
const TAG_BYTES = 16

const copy = (bytes: Uint8Array): Bytes => new Uint8Array(bytes)

const utf8 = (text: string): Bytes => copy(encodeUtf8(text))

const KEY_ID_PURPOSE = utf8('fluent-mcp requestState 1: key id')
const CIPHER_PURPOSE = utf8('fluent-mcp requestState 1: AES-256-GCM')

const bytesOf = (key: unknown, name: string): Bytes => {
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) {
    throw new DefinitionError(`${name} must be a string or a Uint8Array, got ${key === null ? 'null' : typeof key}`)
  }
  const bytes = typeof key === 'string' ? utf8(key) : copy(key)
  if (bytes.length >= MIN_KEY_BYTES) return bytes
  throw new DefinitionError(
    `${name} has ${bytes.length} bytes, but a key needs at least ${MIN_KEY_BYTES}; ` +
      'make a random one, such as with `openssl rand -base64 32`',
  )
}

const secretsOf = (keys: readonly unknown[]): readonly Bytes[] => {
  if (!Array.isArray(keys) || keys.length === 0) {
    throw new DefinitionError(
      'requestState.keys must be an array of at least one key; leave it out for a random key of this process alone',
    )
  }
  const secrets = keys.map((key, index) => bytesOf(key, `requestState.keys[${index}]`))
  const texts = secrets.map(encodeBase64UrlBytes)
  const again = texts.findIndex((text, index) => texts.indexOf(text) !== index)
  if (again !== -1) {
    const first = texts.indexOf(texts[again] as string)
    throw new DefinitionError(
      `requestState.keys[${again}] is the same as requestState.keys[${first}]; remove one of them`,
    )
  }
  return secrets
}

const randomSecret = (): Bytes => globalThis.crypto.getRandomValues(new Uint8Array(MIN_KEY_BYTES))

const hkdf = (salt: Bytes, info: Bytes): HkdfParams => ({ name: 'HKDF', hash: 'SHA-256', salt, info })

const importKey = async (bytes: Bytes): Promise<Key> => {
  const { subtle } = globalThis.crypto
  const secret = await subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits', 'deriveKey'])
  const bits = (KEY_ID.to - KEY_ID.from) * 8
  return { id: new Uint8Array(await subtle.deriveBits(hkdf(new Uint8Array(), KEY_ID_PURPOSE), secret, bits)), secret }
}

/** Each text has an AES key of its own, by its salt, so that no number of texts wears a key out. */
const cipherOf = ({ secret }: Key, salt: Bytes, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
  globalThis.crypto.subtle.deriveKey(hkdf(salt, CIPHER_PURPOSE), secret, { name: 'AES-GCM', length: 256 }, false, [
    usage,
  ])

const part = (bytes: Bytes, { from, to }: { readonly from: number; readonly to: number }): Bytes =>
  bytes.slice(from, to)

const parameters = (head: Bytes): AesGcmParams => ({
  name: 'AES-GCM',
  iv: part(head, NONCE),
  additionalData: part(head, { from: 0, to: KEY_ID.to }),
})

const encrypt = async (key: Key, bytes: Uint8Array): Promise<Uint8Array> => {
  const head = globalThis.crypto.getRandomValues(new Uint8Array(NONCE.to))
  head[0] = VERSION
  head.set(key.id, KEY_ID.from)
  const cipher = await cipherOf(key, part(head, SALT), 'encrypt')
  const body = await globalThis.crypto.subtle.encrypt(parameters(head), cipher, copy(bytes))
  const sealed = new Uint8Array(head.length + body.byteLength)
  sealed.set(head)
  sealed.set(new Uint8Array(body), head.length)
  return sealed
}

const refused = (reason: string): Decrypted => ({ ok: false, reason })

const decrypt = async (keys: readonly Key[], given: Uint8Array): Promise<Decrypted> => {
  const sealed = copy(given)
  if (sealed.length < NONCE.to + TAG_BYTES) return refused(`it is cut short: ${sealed.length} bytes are left`)
  if (sealed[0] !== VERSION) {
    return refused(`it has the format version ${sealed[0]}, and this version of the library reads ${VERSION}`)
  }
  const id = part(sealed, KEY_ID)
  const key = keys.find((known) => known.id.every((byte, index) => byte === id[index]))
  if (!key) {
    return refused(
      'it is sealed with a key that is not known here; set requestState.keys to the same keys on every replica',
    )
  }
  try {
    const cipher = await cipherOf(key, part(sealed, SALT), 'decrypt')
    const body = await globalThis.crypto.subtle.decrypt(parameters(sealed), cipher, sealed.subarray(NONCE.to))
    return { ok: true, bytes: new Uint8Array(body) }
  } catch {
    return refused('it has been changed or cut short since it was sealed')
  }
}

/**
 * Seals with AES-256-GCM under keys that HKDF-SHA-256 derives. The first key seals, all of them open; without any,
 * one random key, which dies with the keyring.
 *
 * @param keys at least 32 bytes each; a string stands for its UTF-8
 * @throws DefinitionError for no key, a short key, the same key twice
 */
export const createKeyring = (keys?: readonly (string | Uint8Array)[]): Keyring => {
  const secrets = keys === undefined ? undefined : secretsOf(keys)
  let imported: Promise<readonly Key[]> | undefined
  const known = (): Promise<readonly Key[]> => {
    // A key of its own is made at first use, since Node takes longer to load `crypto` than a server to start.
    imported ??= Promise.all((secrets ?? [randomSecret()]).map(importKey))
    return imported
  }
  return Object.freeze({
    encrypt: async (bytes: Uint8Array) => encrypt((await known())[0] as Key, bytes),
    decrypt: async (sealed: Uint8Array) => decrypt(await known(), sealed),
  })
}
