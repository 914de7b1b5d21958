import { DefinitionError } from '../errors.ts'
import { isObject } from '../wire/json.ts'
import type { LifespanStart } from './types.ts'

/** A lifespan that has started. */
export interface Started {
  readonly value: unknown
  readonly stop: () => Promise<void>
}

const isGenerator = (value: unknown): value is AsyncGenerator<unknown, unknown, unknown> =>
  isObject(value) && Symbol.asyncIterator in value && typeof value['next'] === 'function'

const startGenerator = async (generator: AsyncGenerator<unknown, unknown, unknown>): Promise<Started> => {
  const first = await generator.next()
  if (first.done)
    throw new DefinitionError('lifespan: the generator ended without a yield; yield what handlers may use')
  const stop = async (): Promise<void> => {
    const second = await generator.next()
    if (second.done) return
    await generator.return(undefined)
    throw new DefinitionError('lifespan: the generator yielded twice; what follows the first yield runs at close')
  }
  return { value: first.value, stop }
}

const disposer = (value: unknown): (() => unknown) | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const { [Symbol.asyncDispose]: asyncDispose, [Symbol.dispose]: dispose } = value as Partial<
    AsyncDisposable & Disposable
  >
  return asyncDispose ?? dispose
}

const isSyncGenerator = (value: unknown): boolean =>
  isObject(value) && Symbol.iterator in value && typeof value['next'] === 'function'

/** Starts a lifespan, whatever kind of function it is. */
export const startOne = async (start: LifespanStart<unknown>): Promise<Started> => {
  const made = start()
  if (isGenerator(made)) return startGenerator(made)
  if (isSyncGenerator(made)) throw new DefinitionError('lifespan: make it an async generator: async function* () { … }')
  const value = await made
  const stop = async (): Promise<void> => {
    await disposer(value)?.call(value)
  }
  return { value, stop }
}

const isPlain = (value: unknown): boolean => {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const merged = (values: readonly unknown[]): unknown => Object.freeze(Object.assign({}, ...values))

/** What handlers see of the lifespans of one server: one value as it is, several plain objects as one. */
export const join = (values: readonly unknown[]): unknown => {
  const given = values.filter((value) => value !== undefined)
  if (given.length < 2) return given[0]
  if (given.every(isPlain)) return merged(given)
  throw new DefinitionError(
    'lifespan: where a server has several, each gives a plain object, so that they can be merged',
  )
}

/** What handlers of a merged server see: its own value, together with the host's where both are plain objects. */
export const overlay = (outer: unknown, own: unknown): unknown => {
  if (own === undefined) return outer
  return isPlain(outer) && isPlain(own) ? merged([outer, own]) : own
}
