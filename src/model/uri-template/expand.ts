import { DefinitionError } from '../../errors.ts'
import { parseParts } from './parse.ts'
import { encodeReserved, encodeUnreserved } from './percent.ts'
import type { Expression, Operator, Part, VariableSpec } from './syntax.ts'

/** One value: numbers and booleans are written as JavaScript writes them; null and undefined leave it out. */
export type Scalar = string | number | boolean | null | undefined

/** What a variable can be: a scalar, a list, or an associative array. An empty list or array counts as undefined. */
export type UriTemplateValue = Scalar | readonly Scalar[] | { readonly [key: string]: Scalar }

/** Values by the names of the variables. */
export type UriTemplateValues = { readonly [name: string]: UriTemplateValue }

/** A value without its undefined members. */
type Defined = { readonly text: string } | { readonly list: readonly string[] } | { readonly pairs: readonly Pair[] }
type Pair = readonly [key: string, value: string]

const isList = (value: object): value is readonly unknown[] => Array.isArray(value)

const toText = (name: string, value: unknown): readonly string[] => {
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return [value]
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)]
  throw new DefinitionError(
    `The variable "${name}" needs a string, a number, a boolean, or a list or object of these, got ${typeof value}`,
  )
}

const toDefined = (name: string, value: unknown): Defined | undefined => {
  if (typeof value !== 'object' || value === null) {
    const [text] = toText(name, value)
    return text === undefined ? undefined : { text }
  }
  if (isList(value)) {
    const list = value.flatMap((member) => toText(name, member))
    return list.length === 0 ? undefined : { list }
  }
  const pairs = Object.entries(value).flatMap(([key, member]) => toText(name, member).map((text): Pair => [key, text]))
  return pairs.length === 0 ? undefined : { pairs }
}

const prefix = (text: string, maxLength: number): string =>
  text.length <= maxLength ? text : [...text.slice(0, maxLength * 2)].slice(0, maxLength).join('')

const withName = (operator: Operator, name: string, value: string): string => {
  if (!operator.named) return value
  return value === '' ? `${name}${operator.ifEmpty}` : `${name}=${value}`
}

const expandExploded = (operator: Operator, name: string, value: Defined, encode: (text: string) => string): string => {
  if ('text' in value) return withName(operator, name, encode(value.text))
  if ('list' in value) {
    return value.list.map((member) => withName(operator, name, encode(member))).join(operator.separator)
  }
  return value.pairs
    .map(([key, member]) =>
      operator.named ? withName(operator, encode(key), encode(member)) : `${encode(key)}=${encode(member)}`,
    )
    .join(operator.separator)
}

const expandPlain = (
  operator: Operator,
  variable: VariableSpec,
  value: Defined,
  encode: (text: string) => string,
): string => {
  const { name, maxLength } = variable
  if ('text' in value) {
    return withName(operator, name, encode(maxLength === undefined ? value.text : prefix(value.text, maxLength)))
  }
  if (maxLength !== undefined) {
    throw new DefinitionError(
      `The variable "${name}" needs a string, since {${name}:${maxLength}} takes a prefix, got a list or an object`,
    )
  }
  const members = 'list' in value ? value.list : value.pairs.flat()
  return withName(operator, name, members.map(encode).join(','))
}

const expandExpression = ({ operator, variables }: Expression, values: UriTemplateValues): string => {
  const encode = operator.reserved ? encodeReserved : encodeUnreserved
  const expanded: string[] = []
  for (const variable of variables) {
    const value = Object.hasOwn(values, variable.name) ? toDefined(variable.name, values[variable.name]) : undefined
    if (value === undefined) continue
    expanded.push(
      variable.explode
        ? expandExploded(operator, variable.name, value, encode)
        : expandPlain(operator, variable, value, encode),
    )
  }
  return expanded.length === 0 ? '' : operator.first + expanded.join(operator.separator)
}

/** Expands parsed parts (RFC 6570 §3). */
export const expandParts = (parts: readonly Part[], values: UriTemplateValues): string =>
  parts.map((part) => (part.kind === 'literal' ? part.text : expandExpression(part, values))).join('')

/**
 * Expands any template of RFC 6570, levels 1 to 4, also one that cannot be matched: what a client does with the
 * templates of a server.
 *
 * @throws DefinitionError when the template breaks the grammar, or a value has the wrong shape
 *
 * @example
 * expandUriTemplate('/search{?q,tag*}', { q: 'hello world', tag: ['a', 'b'] })   // '/search?q=hello%20world&tag=a&tag=b'
 */
export const expandUriTemplate = (source: string, values: UriTemplateValues): string =>
  expandParts(parseParts(source), values)
