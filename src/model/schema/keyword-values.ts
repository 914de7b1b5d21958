import { isObject } from '../../wire/json.ts'
import type { KeywordKind } from './keywords.ts'

const TYPES = new Set<unknown>(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'])

const isSchemaValue = (value: unknown): boolean => typeof value === 'boolean' || isObject(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isListOf = (value: unknown, test: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(test)
const isMapOf = (value: unknown, test: (item: unknown) => boolean): boolean =>
  isObject(value) && Object.values(value).every(test)
const isNames = (value: unknown): boolean => isListOf(value, isText)
const isSchemas = (value: unknown): boolean => isListOf(value, isSchemaValue) && (value as []).length > 0

const isPattern = (value: unknown): boolean => {
  if (!isText(value)) return false
  try {
    new RegExp(value, 'u')
    return true
  } catch {
    return false
  }
}

const PATTERN = 'a regular expression that is valid with the flag "u"'

const VALUES: Readonly<Record<KeywordKind, readonly [test: (value: unknown) => boolean, words: string]>> = {
  schema: [isSchemaValue, 'a schema'],
  schemas: [isSchemas, 'a list of schemas, with at least one'],
  'schema or schemas': [(value) => isSchemaValue(value) || isSchemas(value), 'a schema'],
  'schemas by name': [(value) => isMapOf(value, isSchemaValue), 'an object of schemas'],
  'schemas or names by name': [
    (value) => isMapOf(value, (item) => isSchemaValue(item) || isNames(item)),
    'an object of schemas or lists of names',
  ],
  number: [(value) => typeof value === 'number', 'a number'],
  divisor: [(value) => typeof value === 'number' && value > 0, 'a number above 0'],
  count: [(value) => Number.isInteger(value) && (value as number) >= 0, 'an integer of at least 0'],
  flag: [(value) => typeof value === 'boolean', 'true or false'],
  text: [isText, 'a string'],
  pattern: [isPattern, PATTERN],
  types: [
    (value) => TYPES.has(value) || isListOf(value, (item) => TYPES.has(item)),
    `one of ${[...TYPES].join(', ')}, or a list of these`,
  ],
  names: [isNames, 'a list of strings'],
  'names by name': [(value) => isMapOf(value, isNames), 'an object of lists of strings'],
  list: [Array.isArray, 'a list'],
  anything: [() => true, 'any value'],
}

/** What is wrong with the value of a keyword, if anything. */
export const keywordProblem = (keyword: string, kind: KeywordKind, value: unknown): string | undefined => {
  const [test, words] = VALUES[kind]
  if (!test(value)) return `"${keyword}" must be ${words}`
  if (keyword !== 'patternProperties' || Object.keys(value as object).every(isPattern)) return undefined
  return `each name in "patternProperties" must be ${PATTERN}`
}
