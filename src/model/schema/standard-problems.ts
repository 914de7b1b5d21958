import { VENDOR } from './json-schema.ts'
import { noBranch, type Path, type Problem, pathText, show } from './problems.ts'
import type { StandardIssue } from './standard.ts'

const keysOf = ({ path }: StandardIssue): Path =>
  Array.from(path ?? [], (step) => (typeof step === 'object' ? step.key : step))

const valueAt = (root: unknown, path: Path): unknown => {
  let value = root
  for (const key of path) value = (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key]
  return value
}

/** The issues of each branch of a union, as zod hands them over. */
const branchesOf = (issue: StandardIssue): readonly StandardIssue[] => {
  const { errors } = issue as { readonly errors?: unknown }
  return Array.isArray(errors) ? errors.flat() : []
}

const problem = (issue: StandardIssue, path: Path, root: unknown): Problem => {
  const value = valueAt(root, path)
  const branches = branchesOf(issue).map((branch) => problem(branch, [...path, ...keysOf(branch)], root))
  if (branches.length > 0) return noBranch(path, branches, value)
  const came = value === undefined && path.length > 0 ? '' : `, got ${show(value)}`
  const { message } = issue
  // ArkType names the place itself.
  const named = `${pathText(path)} `
  if (path.length > 0 && message.startsWith(named)) return { path, text: message.slice(named.length) + came }
  return { path, text: message + came, isForeign: true }
}

/** An issue of any Standard Schema as a problem: the message is the library's own. */
export const standardProblem = (issue: StandardIssue, vendor: string, value: unknown): Problem => {
  const path = keysOf(issue)
  return vendor === VENDOR ? { path, text: issue.message } : problem(issue, path, value)
}
