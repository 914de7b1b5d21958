import { DefinitionError } from '../../errors.ts'
import { show } from '../../model/schema/problems.ts'
import { checkOptions } from '../../server/options.ts'
import { isObject } from '../../wire/json.ts'
import type { CacheOptions } from './types.ts'

const isStore = (store: unknown): boolean =>
  isObject(store) && ['get', 'set', 'delete'].every((name) => typeof store[name] === 'function')

/**
 * The options of a cache, if they are.
 * @throws DefinitionError
 */
export const checkCacheOptions = (options: CacheOptions): CacheOptions => {
  checkOptions(options, ['store', 'partition', 'maxEntries'], 'connect: cache')
  const { store, partition, maxEntries } = options
  if (store !== undefined && !isStore(store)) {
    throw new DefinitionError(
      `connect: cache: store must be an object with the functions get, set and delete, got ${show(store)}`,
    )
  }
  if (partition !== undefined && typeof partition !== 'string') {
    throw new DefinitionError(`connect: cache: partition must be a string, got ${show(partition)}`)
  }
  if (store && partition === undefined) {
    throw new DefinitionError(
      'connect: a cache with a store of its own needs a partition, which tells the users apart who share it',
    )
  }
  if (maxEntries !== undefined && !(Number.isSafeInteger(maxEntries) && maxEntries > 0)) {
    throw new DefinitionError(`connect: cache: maxEntries must be a whole number above 0, got ${show(maxEntries)}`)
  }
  return options
}
