import assert from 'node:assert/strict'
import { createCipheriv, hkdfSync } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DefinitionError } from '../../src/errors.ts'
import { createKeyring, type Decrypted, type Keyring } from '../../src/protocol/keyring.ts'

const FIRST = 'first key: thirty-two bytes or so'
const SECOND = 'second key: thirty-two bytes or so'
const TEXT = new TextEncoder().encode('what a call has collected')

const opened = async (keyring: Keyring, sealed: Uint8Array): Promise<Uint8Array> => {
  const decrypted: Decrypted = await keyring.decrypt(sealed)
  assert.ok(decrypted.ok, decrypted.ok ? '' : decrypted.reason)
  return decrypted.bytes
}

const reasonOf = async (keyring: Keyring, sealed: Uint8Array): Promise<string> => {
  const decrypted: Decrypted = await keyring.decrypt(sealed)
  assert.ok(!decrypted.ok, 'it was opened')
  return decrypted.reason
}

const changed = (sealed: Uint8Array, at: number, by: number): Uint8Array =>
  sealed.map((byte, index) => (index === at ? byte ^ by : byte))

describe('keys that do not fit', () => {
  const short =
    'requestState.keys[1] has 31 bytes, but a key needs at least 32; make a random one, such as with `openssl rand -base64 32`'
  const twice = 'requestState.keys[2] is the same as requestState.keys[0]; remove one of them'
  const none =
    'requestState.keys must be an array of at least one key; leave it out for a random key of this process alone'
  const table: readonly (readonly [what: string, keys: unknown, message: string])[] = [
    ['no key at all', [], none],
    ['a key that is not in an array', FIRST, none],
    ['a short string', [FIRST, 'x'.repeat(31)], short],
    ['short bytes', [FIRST, new Uint8Array(31)], short],
    ['the same string twice', [FIRST, SECOND, FIRST], twice],
    ['the same key as a string and as bytes', [FIRST, SECOND, new TextEncoder().encode(FIRST)], twice],
    ['a number', [7], 'requestState.keys[0] must be a string or a Uint8Array, got number'],
    ['undefined', [undefined], 'requestState.keys[0] must be a string or a Uint8Array, got undefined'],
    ['null among the keys', [null], 'requestState.keys[0] must be a string or a Uint8Array, got null'],
  ]
  for (const [what, keys, message] of table) {
    it(`refuses ${what}`, () => {
      assert.throws(() => createKeyring(keys as string[]), new DefinitionError(message))
    })
  }

  it('counts the bytes of a string, not its characters', () => {
    assert.ok(createKeyring(['é'.repeat(16)]))
  })

  it('never shows a key', () => {
    const secret = 'secret that is too short'
    assert.throws(
      () => createKeyring([secret]),
      (error: Error) => !error.message.includes(secret),
    )
  })
})

describe('a keyring', () => {
  it('opens what it has sealed, whatever the bytes are', async () => {
    const keyring = createKeyring([FIRST])
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        assert.deepEqual(await opened(keyring, await keyring.encrypt(bytes)), bytes)
      }),
    )
  })

  it('never seals the same bytes alike', async () => {
    const keyring = createKeyring([FIRST])
    assert.notDeepEqual(await keyring.encrypt(TEXT), await keyring.encrypt(TEXT))
  })

  it('takes a string and its UTF-8 as the same key', async () => {
    const sealed = await createKeyring([FIRST]).encrypt(TEXT)
    assert.deepEqual(await opened(createKeyring([Buffer.from(FIRST)]), sealed), TEXT)
  })

  it('has its own copy of the keys', async () => {
    const key = new TextEncoder().encode(FIRST)
    const keyring = createKeyring([key])
    key.fill(0)
    assert.deepEqual(await opened(createKeyring([FIRST]), await keyring.encrypt(TEXT)), TEXT)
  })

  it('seals with the first key and opens with all, so that keys can be rotated', async () => {
    const before = createKeyring([FIRST])
    const between = createKeyring([SECOND, FIRST])
    const after = createKeyring([SECOND])
    assert.deepEqual(await opened(between, await before.encrypt(TEXT)), TEXT)
    assert.deepEqual(await opened(after, await between.encrypt(TEXT)), TEXT)
  })

  it('says for a foreign key which option to set', async () => {
    const foreign =
      'it is sealed with a key that is not known here; set requestState.keys to the same keys on every replica'
    const sealed = await createKeyring([FIRST]).encrypt(TEXT)
    assert.equal(await reasonOf(createKeyring([SECOND]), sealed), foreign)
    assert.equal(await reasonOf(createKeyring(), sealed), foreign)
    assert.equal(await reasonOf(createKeyring(), await createKeyring().encrypt(TEXT)), foreign)
  })

  it('opens nothing of which a bit has changed', async () => {
    const keyring = createKeyring([FIRST, SECOND])
    const sealed = await keyring.encrypt(TEXT)
    for (let at = 0; at < sealed.length; at++) {
      for (let bit = 1; bit < 256; bit *= 2) {
        const reason = await reasonOf(keyring, changed(sealed, at, bit))
        const expected = at === 0 ? /^it has the format version/ : at < 9 ? /not known here/ : /^it has been changed/
        assert.match(reason, expected)
      }
    }
  })

  it('opens nothing that is cut short or has grown', async () => {
    const keyring = createKeyring([FIRST])
    const sealed = await keyring.encrypt(TEXT)
    for (let length = 0; length < sealed.length; length++) {
      const reason = await reasonOf(keyring, sealed.subarray(0, length))
      assert.match(
        reason,
        length < 53 ? new RegExp(`^it is cut short: ${length} bytes are left$`) : /^it has been changed or cut/,
      )
    }
    const grown = new Uint8Array([...sealed, 0])
    assert.match(await reasonOf(keyring, grown), /^it has been changed/)
  })

  it('names the version of what another version of the library has sealed', async () => {
    const keyring = createKeyring([FIRST])
    const sealed = await keyring.encrypt(TEXT)
    sealed[0] = 2
    assert.equal(
      await reasonOf(keyring, sealed),
      'it has the format version 2, and this version of the library reads 1',
    )
  })

  it('does not take the id of one key for another', async () => {
    const keyring = createKeyring([FIRST, SECOND])
    const [one, other] = [await keyring.encrypt(TEXT), await createKeyring([SECOND]).encrypt(TEXT)]
    one.set(other.subarray(1, 9), 1)
    assert.match(await reasonOf(keyring, one), /^it has been changed/)
  })

  it('has a form that must never change without a new version: HKDF-SHA-256 and AES-256-GCM', async () => {
    const salt = Buffer.alloc(16, 3)
    const nonce = Buffer.alloc(12, 4)
    const id = hkdfSync('sha256', FIRST, '', 'fluent-mcp requestState 1: key id', 8)
    const key = hkdfSync('sha256', FIRST, salt, 'fluent-mcp requestState 1: AES-256-GCM', 32)
    const head = Buffer.concat([Buffer.of(1), Buffer.from(id)])
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), nonce)
    cipher.setAAD(head)
    const body = Buffer.concat([cipher.update(TEXT), cipher.final(), cipher.getAuthTag()])
    const sealed = Buffer.concat([head, salt, nonce, body])
    assert.deepEqual(await opened(createKeyring([FIRST]), sealed), TEXT)
  })
})
