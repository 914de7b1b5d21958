import { cut, noBranch, type Path, type Problem, show, unknownKey, wrongType } from './problems.ts'
import type { StandardIssue } from './standard.ts'

/** An issue of valibot, as far as it is read here. */
interface Issue {
  readonly kind: string
  readonly type: string
  readonly input: unknown
  readonly expected: string | null
  readonly received: string
  readonly message: string
  readonly requirement?: unknown
  readonly path?: readonly { readonly key: PropertyKey }[]
  readonly issues?: readonly Issue[]
}

/** The keys that the object at a path may have, where that is known. */
export type KnownKeys = (path: Path) => readonly string[] | undefined

const WANTED: Readonly<Record<string, string>> = {
  Array: 'an array',
  Date: 'a date',
  Object: 'an object',
  boolean: 'a boolean',
  number: 'a number',
  string: 'a string',
}

// `(string | ("a" | "b"))`: literals are quoted, parentheses and operators stand between.
const TOKEN = /"[^"]*"|[^\s()|&]+/g

const wantedWords = (expected: string): readonly string[] =>
  [...new Set(Array.from(expected.matchAll(TOKEN), ([word]) => word))]
    .filter((word) => word !== 'undefined')
    .map((word) => WANTED[word] ?? word)

const UNITS: Readonly<Record<string, string>> = {
  bytes: 'bytes',
  code_points: 'characters',
  entries: 'properties',
  graphemes: 'characters',
  words: 'words',
}

const COUNT = /^(min_|max_|not_)?(length|size|bytes|words|graphemes|code_points|entries)$/

const COMPARED: Readonly<Record<string, string>> = { max_: 'at most ', min_: 'at least ', not_: 'other than ' }

const countText = ({ type, input, requirement, received }: Issue): string | undefined => {
  const [, comparison, unit] = COUNT.exec(type) ?? []
  if (unit === undefined) return undefined
  const units = UNITS[unit] ?? (typeof input === 'string' ? 'characters' : 'items')
  return `must have ${COMPARED[comparison ?? ''] ?? 'exactly '}${show(requirement)} ${units}, has ${received}`
}

/** What a validation of valibot wants of a value that fails it. */
const MUST: Readonly<Record<string, string>> = {
  empty: 'be empty',
  ends_with: 'end with ',
  excludes: 'not contain ',
  finite: 'be a finite number',
  gt_value: 'be more than ',
  includes: 'contain ',
  integer: 'be an integer',
  lt_value: 'be less than ',
  max_value: 'be at most ',
  min_value: 'be at least ',
  multiple_of: 'be a multiple of ',
  non_empty: 'not be empty',
  not_value: 'not be ',
  not_values: 'not be ',
  regex: 'match ',
  safe_integer: 'be a safe integer',
  starts_with: 'start with ',
  value: 'be ',
}

const showRequirement = (requirement: unknown): string => {
  if (requirement instanceof RegExp) return cut(String(requirement))
  return Array.isArray(requirement) ? cut(requirement.map(show).join(' or ')) : show(requirement)
}

const mustText = ({ type, requirement }: Issue): string | undefined => {
  const words = MUST[type]
  if (words === undefined) return undefined
  return words.endsWith(' ') ? `must ${words}${showRequirement(requirement)}` : `must ${words}`
}

const DEFAULT_MESSAGE = /^Invalid ([^:]*): /

const isDefault = ({ message, received }: Issue): boolean =>
  DEFAULT_MESSAGE.test(message) && message.endsWith(`eceived ${received}`)

const otherText = ({ message }: Issue): string => {
  const label = DEFAULT_MESSAGE.exec(message)?.[1]
  if (label === 'input' || label === 'item' || label === 'type') return 'is not valid'
  return `must be a valid ${label}`
}

const keysOf = (issue: Issue): Path => issue.path?.map(({ key }) => key) ?? []

const typeProblem = (issue: Issue, path: Path, knownKeys: KnownKeys): Problem => {
  const { type, expected, input, issues } = issue
  if (type === 'strict_object' && expected === 'never') return unknownKey(path, knownKeys(path.slice(0, -1)))
  if (expected === 'never') return { path, text: `must be left out, got ${show(input)}` }
  if (type.startsWith('non_')) return { path, text: `must not be ${show(input)}` }
  if (expected === null || expected === 'unknown') return { path, text: 'is not valid' }
  if (!issues) return wrongType(path, wantedWords(expected), input)
  const branches = issues.map((inner) => problem(inner, [...path, ...keysOf(inner)], knownKeys))
  return noBranch(path, branches, input)
}

const problem = (issue: Issue, path: Path, knownKeys: KnownKeys): Problem => {
  const { kind, type, input, message, requirement } = issue
  const isMissing = input === undefined && path.length > 0
  // A transformation has changed its input by the time it fails.
  const came = isMissing || kind === 'transformation' ? '' : `, got ${show(input)}`
  if (!isDefault(issue)) return { path, text: `${message}${came}`, isForeign: true }
  if (isMissing) return { path, text: 'is required' }
  if (kind === 'schema') return typeProblem(issue, path, knownKeys)
  if (type === 'values') return wrongType(path, (requirement as readonly unknown[]).map(show), input)
  const count = countText(issue)
  return { path, text: count ?? `${mustText(issue) ?? otherText(issue)}${came}` }
}

/** Puts an issue of valibot into the words that problems have everywhere. A message of the user's own stays. */
export const valibotProblem = (issue: StandardIssue, knownKeys: KnownKeys): Problem => {
  // It comes from a schema whose vendor is valibot, and has valibot's structure.
  const known = issue as unknown as Issue
  return problem(known, keysOf(known), knownKeys)
}
