import type { OutputUnit } from '@cfworker/json-schema'
import type { Program } from './document.ts'
import { pointerSteps } from './pointer.ts'
import { noBranch, type Path, type Problem, show, unknownKey, wrongType } from './problems.ts'

type Members = Readonly<Record<string, unknown>>

/** What failed where. */
interface Failure {
  readonly path: Path
  readonly value: unknown
  /** The value of the keyword that failed. */
  readonly rule: unknown
  /** The schema that the keyword stands in. */
  readonly schema: Members
  /** The errors that stand inside this one. */
  readonly parts: readonly OutputUnit[]
  readonly before: Failure | undefined
  readonly read: (parts: readonly OutputUnit[]) => readonly Problem[]
  readonly error: OutputUnit
}

type Tell = (failure: Failure) => readonly Problem[]

const ARTICLES: Readonly<Record<string, string>> = {
  array: 'an array',
  integer: 'an integer',
  null: 'null',
  object: 'an object',
}

const typeWords = (type: unknown): readonly string[] =>
  [type].flat().map((name) => ARTICLES[name as string] ?? `a ${name as string}`)

const must =
  (words: string): Tell =>
  ({ path, rule, value }) => [{ path, text: `must ${words} ${show(rule)}, got ${show(value)}` }]

const mustHave =
  (words: string, unit: string, count: (value: never) => number): Tell =>
  ({ path, rule, value }) => [{ path, text: `must have ${words} ${show(rule)} ${unit}, has ${count(value as never)}` }]

const characters = (text: string): number => [...text].length
const items = (list: readonly unknown[]): number => list.length
const properties = (value: object): number => Object.keys(value).length

const missing: Tell = ({ path, rule, value }) =>
  (rule as readonly string[])
    .filter((key) => !Object.hasOwn(value as object, key))
    .map((key) => ({ path: [...path, key], text: 'is required' }))

const noForm: Tell = ({ path, value, parts, read }) => [noBranch(path, read(parts), value)]

const notOneForm: Tell = (failure) => {
  const { path, rule, parts, error } = failure
  const branch = (part: OutputUnit): string | undefined =>
    part.keywordLocation.slice(error.keywordLocation.length + 1).split('/')[0]
  const failed = new Set(parts.map(branch)).size
  if (failed === (rule as readonly unknown[]).length) return noForm(failure)
  return [{ path, text: 'fits more than one of its forms, but must fit exactly one' }]
}

const nothing: Tell = ({ path, value, before }) => {
  const isUnknown =
    before?.error.keyword === 'additionalProperties' || before?.error.keyword === 'unevaluatedProperties'
  if (!isUnknown) return [{ path, text: `is not allowed, got ${show(value)}` }]
  return [unknownKey(path, Object.keys(before.schema['properties'] ?? {}))]
}

// The validator writes well-formed pointers.
const stepsOf = (location: string): readonly string[] => pointerSteps(location) as readonly string[]

// Its parts stand where the value of the property is, but speak of the name.
const wrongName: Tell = ({ path, parts }) => {
  const names = new Set(parts.map(({ instanceLocation }) => stepsOf(instanceLocation).slice(path.length).join('')))
  return [...names].map((name) => ({ path: [...path, name], text: 'has a name that is not allowed' }))
}

// What it says is said by the errors that follow it.
const silent: Tell = () => []

/** What a failed keyword means. A keyword that is not here means what the validator says. */
const TELL: Readonly<Record<string, Tell>> = {
  $ref: silent,
  allOf: silent,
  if: silent,
  properties: silent,
  patternProperties: silent,
  additionalProperties: silent,
  unevaluatedProperties: silent,
  dependentSchemas: silent,
  items: silent,
  prefixItems: silent,
  additionalItems: silent,
  unevaluatedItems: silent,
  anyOf: noForm,
  oneOf: notOneForm,
  not: ({ path, value }) => [{ path, text: `has a form that is ruled out, got ${show(value)}` }],
  false: nothing,
  type: ({ path, rule, value }) => [wrongType(path, typeWords(rule), value)],
  const: ({ path, rule, value }) => [wrongType(path, [show(rule)], value)],
  enum: ({ path, rule, value }) => [wrongType(path, (rule as readonly unknown[]).map(show), value)],
  required: missing,
  propertyNames: wrongName,
  minProperties: mustHave('at least', 'properties', properties),
  maxProperties: mustHave('at most', 'properties', properties),
  minItems: mustHave('at least', 'items', items),
  maxItems: mustHave('at most', 'items', items),
  uniqueItems: ({ path }) => [{ path, text: 'must not hold the same item twice' }],
  contains: ({ path }) => [{ path, text: 'holds no item of the form that it must hold' }],
  minimum: must('be at least'),
  maximum: must('be at most'),
  exclusiveMinimum: must('be more than'),
  exclusiveMaximum: must('be less than'),
  multipleOf: must('be a multiple of'),
  minLength: mustHave('at least', 'characters', characters),
  maxLength: mustHave('at most', 'characters', characters),
  pattern: must('match the pattern'),
  format: must('have the format'),
}

const HAVE_PARTS = new Set(['anyOf', 'oneOf', 'contains', 'propertyNames'])

const partsOf = (errors: readonly OutputUnit[], start: number): readonly OutputUnit[] => {
  const { keyword, keywordLocation } = errors[start] as OutputUnit
  if (!HAVE_PARTS.has(keyword)) return []
  const isPart = (error: OutputUnit): boolean =>
    // The validator does not say where a `false` stands, but only what holds it comes before it.
    error.keyword === 'false' || error.keywordLocation.startsWith(`${keywordLocation}/`)
  const after = errors.slice(start + 1)
  const end = after.findIndex((error) => !isPart(error))
  return end === -1 ? after : after.slice(0, end)
}

/** The schema that a keyword stands in, and the keyword's own value. References are followed. */
const ruleAt = ({ root, targets }: Program, location: string): Pick<Failure, 'rule' | 'schema'> => {
  let schema: Members = {}
  let rule: unknown = root
  for (const step of stepsOf(location)) {
    schema = (rule ?? {}) as Members
    rule = step === '$ref' ? targets[schema['$ref'] as string] : schema[step]
  }
  return { schema, rule }
}

const valueAt = (root: unknown, location: string): Pick<Failure, 'path' | 'value'> => {
  const path: PropertyKey[] = []
  let value = root
  for (const step of stepsOf(location)) {
    path.push(Array.isArray(value) ? Number(step) : step)
    value = (value as Members)[step]
  }
  return { path, value }
}

/** Puts the errors of the validator into the words that problems have everywhere. */
export const schemaProblems = (errors: readonly OutputUnit[], program: Program, value: unknown): readonly Problem[] => {
  const read = (some: readonly OutputUnit[]): readonly Problem[] => {
    const problems: Problem[] = []
    let before: Failure | undefined
    for (let index = 0; index < some.length; index++) {
      const error = some[index] as OutputUnit
      const parts = partsOf(some, index)
      index += parts.length
      // The validator says the same for each of the missing keys.
      if (error.keyword === 'required' && error.keywordLocation === before?.error.keywordLocation) continue
      const at = valueAt(value, error.instanceLocation)
      const failure: Failure = { ...at, ...ruleAt(program, error.keywordLocation), parts, before, read, error }
      const tell = TELL[error.keyword]
      problems.push(...(tell ? tell(failure) : [{ path: at.path, text: `is not valid: ${error.error}` }]))
      before = failure
    }
    return problems
  }
  return read(errors)
}
