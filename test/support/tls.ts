/** Encryption without certificates, for both sides (RFC 4279): a key that both know. */
const SHARED_KEY = Buffer.from('a key that both sides of a test know')

const COMMON = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const

export const TLS_SERVER = { ...COMMON, pskIdentityHint: 'test', pskCallback: () => SHARED_KEY }

export const TLS_CLIENT = {
  ...COMMON,
  pskCallback: () => ({ psk: SHARED_KEY, identity: 'test' }),
  checkServerIdentity: () => undefined,
}
