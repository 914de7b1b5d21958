import { bytesOf } from '../../model/values.ts'
import { MAX_DEPTH } from '../../wire/json.ts'
import { sizeText } from './size.ts'

const ODD: unique symbol = Symbol('odd')

/** What JSON does not have, in words. */
export interface Odd {
  readonly [ODD]: string
  readonly isError: boolean
}

/** An object without a prototype: a key that it lacks is `undefined`, whatever its name is. */
export interface ShownObject {
  readonly [key: string]: Shown
}

/** What is shown of a value: JSON, and words for what is not. */
export type Shown = Scalar | readonly Shown[] | ShownObject

/** What has no parts. */
export type Scalar = string | number | boolean | null | Odd

const odd = (text: string, isError = false): Odd => ({ [ODD]: text, isError })

/** Whether it is something that JSON does not have. */
export const isOdd = (value: Shown | undefined): value is Odd =>
  typeof value === 'object' && value !== null && ODD in value

/** The words for what JSON does not have. */
export const oddText = (value: Odd): string => value[ODD]

/** Whether it has no parts. */
export const isScalar = (value: Shown | undefined): value is Scalar =>
  value !== undefined && (typeof value !== 'object' || value === null || isOdd(value))

/** Whether it is an array. */
export const isList = (value: Shown | undefined): value is readonly Shown[] => Array.isArray(value)

/** Whether it is an object with keys. */
export const isRecord = (value: Shown | undefined): value is ShownObject =>
  value !== undefined && !isScalar(value) && !isList(value)

/** A member that is text; empty where it is none. */
export const textMember = (value: ShownObject, key: string): string => {
  const member = value[key]
  return typeof member === 'string' ? member : ''
}

const attempt = (read: () => Shown): Shown => {
  try {
    return read()
  } catch {
    // A getter or a proxy of the caller's own failed: this is said in the place of the value.
    return odd('[unreadable]')
  }
}

const scalar = (value: unknown): Scalar => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)
    return value
  if (typeof value === 'bigint') return odd(`${value}n`)
  if (typeof value === 'function') return odd('[function]')
  return odd(String(value))
}

const members = (value: object, above: readonly object[]): ShownObject => {
  const copy: Record<string, Shown> = Object.create(null)
  for (const key of Object.keys(value)) {
    const read = attempt(() => readAny((value as Readonly<Record<string, unknown>>)[key], above))
    if (!isOdd(read) || oddText(read) !== 'undefined') copy[key] = read
  }
  return copy
}

const readObject = (value: object, above: readonly object[]): Shown => {
  if (value instanceof Error) return odd(`${value.name}: ${value.message}`, true)
  const bytes = bytesOf(value)
  if (bytes) return odd(`[bytes, ${sizeText(bytes.length)}]`)
  if (Array.isArray(value)) return Array.from(value, (item) => readAny(item, above))
  const json = 'toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON('') : value
  return json === value ? members(value, above) : readAny(json, above)
}

const readAny = (value: unknown, above: readonly object[]): Shown => {
  if (typeof value !== 'object' || value === null) return scalar(value)
  if (above.includes(value)) return odd('[circular]')
  if (above.length === MAX_DEPTH) return odd('…')
  return attempt(() => readObject(value, [...above, value]))
}

/**
 * Copies what is shown of a value: as JSON would, but never throws. Cycles, what nests deeper than 128 levels, errors,
 * bytes, functions, bigints and what cannot be read become words.
 */
export const snapshot = (value: unknown): Shown => readAny(value, [])
