import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ConnectOptions, createClient, DefinitionError } from '../../../src/client.ts'
import { scripted, speaking } from '../../support/scripted-server.ts'

const STORE = { get: () => undefined, set: () => undefined, delete: () => undefined }

describe('a cache that is none is refused', () => {
  const mistakes: readonly (readonly [cache: unknown, message: RegExp])[] = [
    [true, /^connect: cache: the options are an object, got true$/],
    [{ ttlMs: 5 }, /^connect: cache: there is no option "ttlMs"\. The options are store, partition, maxEntries$/],
    [
      { store: STORE },
      /^connect: a cache with a store of its own needs a partition, which tells the users apart who share it$/,
    ],
    [
      { store: { get: STORE.get }, partition: 'a' },
      /^connect: cache: store must be an object with the functions get, set and delete, got /,
    ],
    [{ store: null, partition: 'a' }, /^connect: cache: store must be an object .* got null$/],
    [{ partition: 7 }, /^connect: cache: partition must be a string, got 7$/],
    [{ maxEntries: 0 }, /^connect: cache: maxEntries must be a whole number above 0, got 0$/],
    [{ maxEntries: 1.5 }, /^connect: cache: maxEntries must be a whole number above 0, got 1\.5$/],
    [{ maxEntries: '9' }, /^connect: cache: maxEntries must be a whole number above 0, got "9"$/],
  ]
  for (const [cache, message] of mistakes) {
    it(JSON.stringify(cache), async () => {
      await assert.rejects(
        createClient().connect(scripted(speaking('2026-07-28')).runtime, { cache } as ConnectOptions),
        (error) => error instanceof DefinitionError && message.test(error.message),
      )
    })
  }

  const fine: readonly ConnectOptions['cache'][] = [
    false,
    undefined,
    {},
    { partition: 'a' },
    { maxEntries: 1 },
    { store: STORE, partition: '' },
    { store: new Map(), partition: 'a' },
  ]
  for (const cache of fine) {
    it(`and this is one: ${JSON.stringify(cache)}`, async () => {
      const options = cache === undefined ? {} : { cache }
      const connection = await createClient().connect(scripted(speaking('2026-07-28')).runtime, options)
      await connection.close()
    })
  }
})
