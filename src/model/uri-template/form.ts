import type { Pair } from './capture.ts'
import { readPair, readValue, toRecord } from './capture.ts'
import { decode } from './percent.ts'
import type { VariableSpec } from './syntax.ts'
import type { Found } from './zone.ts'

/** The variables of `{?…}` and `{&…}`: all optional, in any order. */
export interface Form {
  /** By decoded name. */
  readonly variables: ReadonlyMap<string, VariableSpec>
  /** The associative array that takes every other parameter. */
  readonly others: string | undefined
}

/** Lays out form variables. `others` names the associative one among them. */
export const createForm = (variables: readonly VariableSpec[], others: string | undefined): Form => {
  const named = variables.filter((variable) => variable.name !== others)
  return { variables: new Map(named.map((variable) => [decode(variable.name) ?? variable.name, variable])), others }
}

const splitParameter = (parameter: string): Pair => {
  const equals = parameter.indexOf('=')
  return equals === -1 ? [parameter, ''] : [parameter.slice(0, equals), parameter.slice(equals + 1)]
}

/**
 * Reads query parameters, and adds what it finds: the first of equal names wins, an exploded variable takes them all,
 * unknown ones are ignored. False when a name or a value that counts is malformed.
 */
export const readForm = ({ variables, others }: Form, query: string, found: Found): boolean => {
  if (query.includes('#')) return false
  const lists = new Map<string, string[]>()
  const rest: Pair[] = []
  for (const parameter of query.split('&')) {
    const [rawName, rawValue] = splitParameter(parameter)
    const key = decode(rawName)
    if (key === undefined) return false
    const variable = variables.get(key)
    if (variable !== undefined) {
      const { name, explode, maxLength } = variable
      if (!explode && found[name] !== undefined) continue
      const value = readValue(rawValue, maxLength)
      if (value === undefined) return false
      const list = lists.get(name)
      if (list !== undefined) list.push(value)
      else if (explode) lists.set(name, [value])
      else found[name] = value
    } else if (others !== undefined && parameter !== '') {
      const pair = readPair(rawName, rawValue)
      if (pair === undefined) return false
      rest.push(pair)
    }
  }
  for (const [name, list] of lists) found[name] = list
  if (others !== undefined && rest.length > 0) found[others] = toRecord(rest)
  return true
}
