import type { Schema as Rule } from '@cfworker/json-schema'
import { DefinitionError } from '../../errors.ts'
import { isObject, type JsonObject } from '../../wire/json.ts'
import { type Program, readDocument } from './document.ts'
import { frozenCopy } from './frozen.ts'
import { show } from './problems.ts'
import type { Targets } from './reading.ts'
import { schemaProblems } from './schema-problems.ts'
import type { Schema, StandardJsonSchemaOptions, StandardResult } from './standard.ts'

/** `~standard.vendor` of what {@link jsonSchema} makes. Its messages continue the name of their place. */
export const VENDOR = 'fluent-mcp'

type Validate = typeof import('@cfworker/json-schema')['validate']

type Check = (validate: Validate, value: unknown) => StandardResult<never>

// References can multiply the work on each level of a value, so they are counted: for the answer, and for its details.
const MAX_REFERENCES = 200_000
const MAX_REFERENCES_FOR_DETAILS = 5_000

// Beyond this size only the first problem of a value is looked for.
const MAX_NODES_FOR_DETAILS = 1_000

// Enough of them to tell the first problem: one for each schema around it, and the branches of a union.
const MAX_ERRORS = 1_000

// The validator compares each item with each other one.
const MAX_UNIQUE_ITEMS = 2_000

let validator: Validate | undefined

const loadValidator = async (): Promise<Validate> => {
  const { validate } = await import('@cfworker/json-schema')
  validator = validate
  return validate
}

const copyDocument = (document: unknown): JsonObject => {
  if (isObject(document)) return frozenCopy(document, 'jsonSchema()')
  throw new DefinitionError(
    `jsonSchema() takes a JSON Schema document, an object such as { type: 'object' }, got ${show(document)}`,
  )
}

const hasMoreNodes = (value: unknown, limit: number): boolean => {
  let left = limit
  const visit = (part: unknown): void => {
    left -= 1
    if (typeof part !== 'object' || part === null) return
    for (const key in part) {
      if (left < 0) return
      visit((part as Record<string, unknown>)[key])
    }
  }
  visit(value)
  return left < 0
}

const hasLongerArray = (value: unknown, limit: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value) && value.length > limit) return true
  return Object.values(value).some((part) => hasLongerArray(part, limit))
}

const refused = (message: string): StandardResult<never> => ({ issues: [{ message }] })

/** Targets that can be looked up so many times only. */
const counted = (targets: Targets, budget: { left: number }): Targets =>
  new Proxy(targets, {
    get: (known, key) => {
      budget.left -= 1
      if (budget.left < 0) throw new Error('its schema refers to itself too often')
      return known[key as string]
    },
  })

const checkJson = (program: Program, hasUniqueItems: boolean): Check => {
  const budget = { left: 0 }
  const targets = counted(program.targets, budget) as Record<string, Rule>
  const run = (validate: Validate, value: unknown, references: number, isFirstOnly: boolean) => {
    budget.left = references
    return validate(value, program.root, program.draft, targets, isFirstOnly)
  }
  const details = (validate: Validate, value: unknown) => {
    if (hasMoreNodes(value, MAX_NODES_FOR_DETAILS)) return undefined
    try {
      return run(validate, value, MAX_REFERENCES_FOR_DETAILS, false)
    } catch {
      return undefined
    }
  }
  return (validate, value) => {
    if (hasUniqueItems && hasLongerArray(value, MAX_UNIQUE_ITEMS)) {
      return refused(`holds an array of more than ${MAX_UNIQUE_ITEMS} items, where each must be unique`)
    }
    const result = run(validate, value, MAX_REFERENCES, true)
    if (result.valid) return { value: value as never }
    const all = details(validate, value)
    const problems = schemaProblems(all?.errors ?? result.errors.slice(0, MAX_ERRORS), program, value)
    // After its first error the validator still looks at some of the rest, and not always by the right rule.
    const reliable = all ? problems : problems.slice(0, 1)
    return { issues: reliable.map(({ path, text }) => ({ path, message: text })) }
  }
}

/** What JSON makes of a value: without members that are undefined, dates as strings. */
const asJson = (value: unknown): unknown => {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw new Error(`JSON cannot carry ${show(value)}`)
  return JSON.parse(text)
}

const checkAnything =
  (check: Check): Check =>
  (validate, value) => {
    try {
      return check(validate, value)
    } catch {
      // The validator throws for what is no JSON. That is rare, so it is not looked for beforehand.
    }
    try {
      return check(validate, asJson(value))
    } catch (error) {
      return refused(`cannot be checked: ${(error as Error).message}`)
    }
  }

/**
 * A schema from a JSON Schema document: 2020-12, or draft-07 where `$schema` says so. It validates without changing
 * the value: a `default` is not filled in. A `format` that is known is checked. The document is copied. The first
 * validation loads the validator and may answer with a promise; later ones answer at once.
 *
 * Up to 64 levels and 10,000 schemas; a reference leads to a place within the document, nothing is ever fetched
 * (2026-07-28 Base Protocol, JSON Schema Usage).
 *
 * @typeParam T the type of the value, which is taken on trust
 * @throws DefinitionError where the document is no such schema
 * @example
 * const input = jsonSchema<{ day: string }>({ type: 'object', properties: { day: { type: 'string' } }, required: ['day'] })
 */
export const jsonSchema = <T = unknown>(document: JsonObject): Schema<T> => {
  const json = copyDocument(document)
  const program = readDocument(json)
  const check = checkAnything(checkJson(program, JSON.stringify(json).includes('"uniqueItems":true')))
  const write = ({ target }: StandardJsonSchemaOptions): JsonObject => {
    if (target === 'draft-2020-12' || (target === 'draft-07' && program.draft === '7')) return json
    throw new Error(`a raw JSON Schema is not translated to ${target}`)
  }
  const validate = (value: unknown): StandardResult<T> | Promise<StandardResult<T>> =>
    validator ? check(validator, value) : loadValidator().then((loaded) => check(loaded, value))
  return Object.freeze({
    '~standard': Object.freeze({ version: 1, vendor: VENDOR, validate, jsonSchema: { input: write, output: write } }),
  })
}
