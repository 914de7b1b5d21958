/** The way from a value to a part of it. */
export type Path = readonly PropertyKey[]

/** One thing that is wrong with a value. */
export interface Problem {
  readonly path: Path
  /** What follows the name of the place: `must be a number, got "two"`. */
  readonly text: string
  /** The text is somebody else's sentence, so a colon sets it off. */
  readonly isForeign?: boolean
  /** Where the type is wrong: the types that would do, so that the branches of a union read as one. */
  readonly wanted?: readonly string[]
}

const MAX_TEXT = 80
const MAX_PROBLEMS = 8
const MAX_NAMES = 20
const MAX_BRANCHES = 3

/** A text, at most 80 characters of it. */
export const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text)

const showString = (text: string): string => cut(JSON.stringify(text.slice(0, MAX_TEXT)))

/** A value in an error message: a scalar as it is, at most 80 characters of it; the rest by its kind. */
export const show = (value: unknown): string => {
  if (typeof value === 'string') return showString(value)
  if (typeof value === 'bigint') return cut(`${value}n`)
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return 'a date'
  return Array.isArray(value) ? 'an array' : 'an object'
}

/** A path as it is written in code: `items[0].name`. */
export const pathText = (path: Path): string => {
  const steps = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return steps.startsWith('.') ? steps.slice(1) : steps
}

/** The name of a place, such as `"items[0].name"`. */
export const place = (path: Path): string => showString(pathText(path))

const lineOf = ({ path, text, isForeign }: Problem): string => {
  if (path.length === 0) return text
  return `${place(path)}${isForeign ? ':' : ''} ${text}`
}

/** Everything that is wrong, in one line. Reads and names the first eight issues, and counts the others. */
export const report = <Issue>(issues: readonly Issue[], read: (issue: Issue) => Problem): string => {
  const lines = [...new Set(Array.from(issues.slice(0, MAX_PROBLEMS), (issue) => lineOf(read(issue))))]
  const more = issues.length - MAX_PROBLEMS
  return more > 0 ? `${lines.join('; ')}; and ${more} more` : lines.join('; ')
}

const names = (words: readonly string[]): string =>
  words.length > MAX_NAMES
    ? `${words.slice(0, MAX_NAMES).join(', ')} and ${words.length - MAX_NAMES} more`
    : words.join(', ')

const anyOf = (wanted: readonly string[]): string => {
  const isKind = (word: string): boolean => /^an? /.test(word)
  if (wanted.length > 1 && !wanted.some(isKind)) return `one of ${names(wanted)}`
  return wanted.length > 1 ? `${names(wanted.slice(0, -1))} or ${wanted.at(-1)}` : names(wanted)
}

/** A value that is of none of the wanted types: `a number`, or literals such as `"friendly"`. */
export const wrongType = (path: Path, wanted: readonly string[], value: unknown): Problem => ({
  path,
  text: `must be ${anyOf(wanted)}, got ${show(value)}`,
  wanted,
})

/** A key that a closed object does not have. */
export const unknownKey = (path: Path, known: readonly string[] | undefined): Problem => ({
  path,
  text: known?.length ? `is not known; known are ${names(known.map(showString))}` : 'is not known',
})

/** A value that fits no branch of a union, with what each branch finds wrong with it. */
export const noBranch = (path: Path, branches: readonly Problem[], value: unknown): Problem => {
  const wanted = branches.flatMap((branch) => (branch.path.length === path.length ? (branch.wanted ?? []) : []))
  const deeper = branches.filter((branch) => !branch.wanted || branch.path.length > path.length)
  if (deeper.length === 0) return wrongType(path, [...new Set(wanted)], value)
  const lines = [...new Set(deeper.map(lineOf))]
  const more = lines.length > MAX_BRANCHES ? ', …' : ''
  return { path, text: `fits none of its forms: ${lines.slice(0, MAX_BRANCHES).join(', or ')}${more}` }
}
