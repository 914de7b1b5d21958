import type { UriTemplateMatch } from './capture.ts'
import type { UriTemplateValues } from './expand.ts'
import { expandParts } from './expand.ts'
import { matchPlan } from './match.ts'
import { parseParts, templateError } from './parse.ts'
import { createPlan } from './plan.ts'
import type { Part } from './syntax.ts'

export type { UriTemplateMatch } from './capture.ts'
export type { UriTemplateValue, UriTemplateValues } from './expand.ts'
export { expandUriTemplate } from './expand.ts'
export { unsafeVariable } from './safety.ts'
export type { TemplateVariables } from './variables.ts'

/** A variable of a template. */
export interface UriTemplateVariable {
  readonly name: string
  /** Whether it is written `{name*}`, and matches a list. */
  readonly explode: boolean
  /** The 3 of `{name:3}`, in code points. */
  readonly maxLength: number | undefined
  /** Whether a URI may lack it, as in `{?name}` and `{&name}`. */
  readonly optional: boolean
}

/** A parsed template of RFC 6570. */
export interface UriTemplate {
  readonly source: string
  /** In the order of the template. */
  readonly variables: readonly UriTemplateVariable[]
  /** Expands the template (RFC 6570 §3). Throws a DefinitionError when a value has the wrong shape. */
  readonly expand: (values: UriTemplateValues) => string
  /** The values with which the template expands to this URI; undefined when there are none. Never throws. */
  readonly match: (uri: string) => Readonly<Record<string, UriTemplateMatch>> | undefined
}

/** How a template is matched. */
export interface UriTemplateOptions {
  /**
   * The exploded variables that are associative arrays, which nothing in a template tells from lists: `{?filter*}`
   * then matches `?year=2024&kind=a` as one object. By default, all are lists.
   */
  readonly associative?: readonly string[]
}

const variablesOf = (parts: readonly Part[]): readonly UriTemplateVariable[] =>
  parts.flatMap((part) =>
    part.kind === 'literal'
      ? []
      : part.variables.map((variable) => ({ ...variable, optional: part.operator.separator === '&' })),
  )

const checkVariables = (source: string, variables: readonly UriTemplateVariable[]): void => {
  const names = new Set<string>()
  for (const { name } of variables) {
    if (names.has(name)) throw templateError(source, `"${name}" is there twice; give each variable its own name`)
    if (name in Object.prototype)
      throw templateError(source, `"${name}" is a member of every object; choose another name`)
    names.add(name)
  }
}

const checkAssociative = (
  source: string,
  variables: readonly UriTemplateVariable[],
  associative: readonly string[],
): void => {
  const odd = associative.find((name) => !variables.some((variable) => variable.name === name && variable.explode))
  if (odd !== undefined) throw templateError(source, `"${odd}" can only be associative when it is written {${odd}*}`)
}

/**
 * Reads a template of RFC 6570, level 4, for matching and expanding.
 *
 * Matching is the inverse of expanding with strings and lists, and follows these rules:
 * - Values are percent-decoded once. A malformed sequence, or bytes that are not UTF-8, match nothing.
 * - `{name}` matches anything, also nothing at all, up to a raw `/`, `?` or `#` (in a query `&`, too). `{+name}` and
 *   `{#name}` match those as well.
 * - `{?a,b}` and `{&c}` are optional and come in any order; parameters that the template does not name are ignored; the
 *   first of several equal names counts; `+` is a plus.
 * - All other variables are required. An exploded one is a list that may be empty; one that is not exploded is a string,
 *   also where a list was expanded.
 * - Where a URI can be read in more ways, the variables before the one that spans segments (or before the last one) take
 *   as little as they can, and so do those after it.
 *
 * @throws DefinitionError when the template breaks the grammar, is longer than 8192 characters, has more than 256
 * variables, or cannot be matched without guessing: names that repeat, neighbours such as `{a}{b}`, two variables that
 * span segments, a `{?…}` that is not at the end
 *
 * @example
 * const template = parseUriTemplate('repo://{owner}/{name}{/path*}{?ref}')
 * template.match('repo://a/b/src/index.ts?ref=main')   // { owner: 'a', name: 'b', path: ['src', 'index.ts'], ref: 'main' }
 */
export const parseUriTemplate = (source: string, { associative = [] }: UriTemplateOptions = {}): UriTemplate => {
  const parts = parseParts(source)
  const variables = variablesOf(parts)
  checkVariables(source, variables)
  checkAssociative(source, variables, associative)
  const plan = createPlan(source, parts, associative)
  return Object.freeze({
    source,
    variables,
    expand: (values: UriTemplateValues) => expandParts(parts, values),
    match: (uri: string) => matchPlan(plan, uri),
  })
}
