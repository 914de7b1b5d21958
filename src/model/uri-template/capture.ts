import { decode } from './percent.ts'
import type { Operator, VariableSpec } from './syntax.ts'

/** What a variable matched: text, the members of an exploded list, or those of an exploded associative array. */
export type UriTemplateMatch = string | readonly string[] | Readonly<Record<string, string>>

/** A member of an associative array. */
export type Pair = readonly [key: string, value: string]

/** A place in a template where a variable takes a stretch of the URI. */
export interface Capture {
  readonly name: string
  /** What an exploded variable writes before its members, and leaves out together with them. */
  readonly lead: string
  /** Whether its stretch may hold the characters that delimit other variables. */
  readonly wide: boolean
  readonly associative: boolean
  /** Reads the stretch after the lead; undefined when it is no value of this variable. */
  readonly read: (raw: string) => UriTemplateMatch | undefined
}

/** Where a variable stands, and what is known about it. */
export interface Place {
  readonly operator: Operator
  readonly variable: VariableSpec
  readonly lead: string
  readonly inQuery: boolean
  readonly associative: boolean
}

const STOP = { path: /[/?#]/, query: /[/?#&]/ }
const STOP_OF_SEGMENTS = { path: /[?#]/, query: /[?#&]/ }
const NEVER = /(?!)/

const stopOf = ({ operator, variable, inQuery }: Place): RegExp => {
  if (operator.reserved) return NEVER
  const stops = variable.explode && operator.separator === '/' ? STOP_OF_SEGMENTS : STOP
  return inQuery ? stops.query : stops.path
}

/** Decodes a value; undefined when it is malformed, or longer than the prefix that the variable asks for. */
export const readValue = (raw: string, maxLength: number | undefined): string | undefined => {
  const text = decode(raw)
  if (text === undefined || maxLength === undefined || text.length <= maxLength) return text
  return text.length <= maxLength * 2 && [...text].length <= maxLength ? text : undefined
}

/** Decodes both sides; undefined when one is malformed. */
export const readPair = (rawKey: string, rawValue: string): Pair | undefined => {
  const key = decode(rawKey)
  const value = decode(rawValue)
  return key === undefined || value === undefined ? undefined : [key, value]
}

/** Gathers pairs; the first of equal keys wins. */
export const toRecord = (pairs: readonly Pair[]): Readonly<Record<string, string>> => {
  const members = new Map<string, string>()
  for (const [key, value] of pairs) if (!members.has(key)) members.set(key, value)
  return Object.fromEntries(members)
}

/** What an exploded variable is when nothing is written for it. */
export const emptyOf = (associative: boolean): UriTemplateMatch => (associative ? {} : [])

const all = <Result>(
  items: readonly string[],
  read: (item: string) => Result | undefined,
): readonly Result[] | undefined => {
  const results: Result[] = []
  for (const item of items) {
    const result = read(item)
    if (result === undefined) return undefined
    results.push(result)
  }
  return results
}

const memberReader = ({ operator, variable: { name } }: Place) => {
  if (!operator.named) return decode
  const start = `${name}=`
  return (item: string): string | undefined => {
    if (item === name) return ''
    return item.startsWith(start) ? decode(item.slice(start.length)) : undefined
  }
}

const pairReader =
  ({ operator }: Place) =>
  (item: string): Pair | undefined => {
    const equals = item.indexOf('=')
    if (equals !== -1) return readPair(item.slice(0, equals), item.slice(equals + 1))
    return operator.named ? readPair(item, '') : undefined
  }

const listReader = (place: Place): Capture['read'] => {
  const { lead, operator, associative } = place
  const stop = stopOf(place)
  const readMember = memberReader(place)
  const readMemberPair = pairReader(place)
  return (raw) => {
    if (raw === '' && lead === '') return emptyOf(associative)
    if (stop.test(raw)) return undefined
    const items = raw.split(operator.separator)
    if (!associative) return all(items, readMember)
    const pairs = all(items, readMemberPair)
    return pairs && toRecord(pairs)
  }
}

const textReader = (place: Place): Capture['read'] => {
  const stop = stopOf(place)
  const { maxLength } = place.variable
  const read: Capture['read'] = (raw) => (stop.test(raw) ? undefined : readValue(raw, maxLength))
  if (!place.operator.named) return read
  return (raw) => {
    if (raw === '') return ''
    return raw.startsWith('=') ? read(raw.slice(1)) : undefined
  }
}

/** Compiles how a variable in this place is read. */
export const createCapture = (place: Place): Capture => {
  const { variable, operator, lead, associative } = place
  return {
    name: variable.name,
    lead,
    wide: variable.explode || operator.reserved,
    associative,
    read: variable.explode ? listReader(place) : textReader(place),
  }
}
