import { DefinitionError } from '../errors.ts'
import { isObject, type Json, type JsonObject } from '../wire/json.ts'
import { followRef } from './schema/pointer.ts'
import { show } from './schema/problems.ts'

/** One of several texts to choose from. */
export interface Choice {
  readonly value: string
  readonly title: string | undefined
}

/** One question of a form. */
export interface Field {
  readonly name: string
  readonly kind: 'string' | 'number' | 'integer' | 'boolean' | 'choice' | 'choices'
  /** Title and description. */
  readonly labels: JsonObject
  /** What an answer must be beyond its kind. */
  readonly rules: JsonObject
  /** What there is to choose from, for the kinds `choice` and `choices`. */
  readonly choices: readonly Choice[]
  /** Whether the schema itself has its titles as `enumNames`. */
  readonly hasEnumNames: boolean
  readonly default: Json | undefined
}

type Kind = Field['kind']

// Longer than this a chain of references is a circle.
const MAX_REFERENCES = 16

const MAX_NESTED_CHOICES = 4

const FORMATS = new Set<unknown>(['email', 'uri', 'date', 'date-time'])

/** The schema itself, with what its `$ref` leads to in place of it; empty for what is no object. */
export const resolve = (schema: unknown, root: JsonObject): JsonObject => {
  let found = isObject(schema) ? (schema as JsonObject) : {}
  for (let step = 0; step < MAX_REFERENCES && found['$ref'] !== undefined; step++) {
    const { $ref, ...own } = found
    found = { ...followRef(root, $ref), ...own }
  }
  return found
}

/** The items of an array; none of what is no array. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const isText = (value: unknown): value is string => typeof value === 'string'

const branchesOf = (schema: JsonObject): readonly unknown[] => [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])]

/** The texts that a schema lets through, and no others; none where it lets anything else through. */
const choicesOf = (given: unknown, root: JsonObject, depth = MAX_NESTED_CHOICES): readonly Choice[] => {
  const schema = resolve(given, root)
  const { const: only, enum: values, enumNames, title } = schema
  if (isText(only)) return [{ value: only, title: textOf(title) }]
  if (Array.isArray(values)) {
    const names = listOf(enumNames)
    return values.every(isText) ? values.map((value, index) => ({ value, title: textOf(names[index]) })) : []
  }
  const branches = depth === 0 ? [] : branchesOf(schema).map((branch) => choicesOf(branch, root, depth - 1))
  if (branches.some((choices) => choices.length === 0)) return []
  return [...new Map(branches.flat().map((choice) => [choice.value, choice])).values()]
}

const CHOOSING = ['const', 'enum', 'anyOf', 'oneOf'] as const

const PLAIN: Readonly<Record<string, Kind>> = {
  string: 'string',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
}

const kindOf = ({ type, ...schema }: JsonObject, choices: readonly Choice[]): Kind | undefined => {
  if (choices.length > 0) return type === 'array' ? 'choices' : 'choice'
  const isChoice = type !== 'boolean' && CHOOSING.some((keyword) => schema[keyword] !== undefined)
  return isChoice || !isText(type) || !Object.hasOwn(PLAIN, type) ? undefined : PLAIN[type]
}

/** What a schema is that no form can ask for, and what to write instead. */
const misfitOf = (schema: JsonObject, root: JsonObject): string => {
  const { type, anyOf, oneOf } = schema
  const types = [schema, ...branchesOf(schema).map((branch) => resolve(branch, root))].flatMap(
    (one) => one['type'] ?? [],
  )
  if (types.includes('null')) return 'can be null, which no form answers; write v.optional(…) in place of v.nullable(…)'
  if (type === 'object') return 'is an object, and a form is flat; put its properties beside the others'
  if (type === 'array') return 'is an array of something else than choices; write v.array(v.picklist([…]))'
  if (anyOf !== undefined || oneOf !== undefined) return 'has alternatives; write v.picklist([…]) for a choice of texts'
  if (CHOOSING.some((keyword) => schema[keyword] !== undefined)) {
    return 'is a choice of something else than texts; write v.picklist([…]) with strings'
  }
  return 'has no type that a form knows; write v.string(), v.number() or v.boolean()'
}

const pick = (schema: JsonObject, ...keywords: readonly string[]): JsonObject =>
  Object.fromEntries(keywords.map((keyword) => [keyword, schema[keyword]]).filter(([, value]) => value !== undefined))

// A bound at the end of the safe integers is how libraries say "integer".
const isBound = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER

/** The bounds of a number. Where one is exclusive, the nearest that a form can say. */
const boundsOf = ({ type, ...schema }: JsonObject): JsonObject => {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema
  const isWhole = type === 'integer'
  const least = [minimum, isWhole && isBound(above) ? Math.floor(above) + 1 : above].filter(isBound)
  const most = [maximum, isWhole && isBound(below) ? Math.ceil(below) - 1 : below].filter(isBound)
  return {
    ...(least.length > 0 && { minimum: Math.max(...least) }),
    ...(most.length > 0 && { maximum: Math.min(...most) }),
  }
}

const RULES: Readonly<Record<Kind, (schema: JsonObject) => JsonObject>> = {
  string: (schema) => ({
    ...pick(schema, 'minLength', 'maxLength'),
    ...(FORMATS.has(schema['format']) && pick(schema, 'format')),
  }),
  number: boundsOf,
  integer: boundsOf,
  boolean: () => ({}),
  choice: () => ({}),
  choices: (schema) => pick(schema, 'minItems', 'maxItems'),
}

type Fits = (value: Json, choices: readonly Choice[]) => boolean

const isChoice: Fits = (value, choices) => choices.some((choice) => choice.value === value)

const DEFAULTS: Readonly<Record<Kind, readonly [what: string, fits: Fits]>> = {
  string: ['a string', isText],
  number: ['a number', (value) => typeof value === 'number'],
  integer: ['an integer', Number.isInteger],
  boolean: ['a boolean', (value) => typeof value === 'boolean'],
  choice: ['one of its choices', isChoice],
  choices: [
    'an array of its choices',
    (value, choices) => Array.isArray(value) && value.every((item) => isChoice(item, choices)),
  ],
}

/**
 * One property of a schema as a question of a form.
 * @param what begins every error message, such as `ctx.elicit: "age"`
 * @throws DefinitionError for what a form cannot ask for
 */
export const readField = (name: string, property: unknown, root: JsonObject, what: string): Field => {
  const schema = resolve(property, root)
  const options = schema['type'] === 'array' ? resolve(schema['items'], root) : schema
  const choices = choicesOf(options, root)
  const kind = kindOf(schema, choices)
  if (!kind) {
    throw new DefinitionError(
      `${what} ${misfitOf(schema, root)}. A form asks for strings, numbers, booleans and choices`,
    )
  }
  const { enumNames, enum: values } = options
  if (enumNames !== undefined && listOf(enumNames).filter(isText).length !== listOf(values).length) {
    throw new DefinitionError(`${what} has "enumNames" that are no text for each value of its "enum"`)
  }
  const { default: standIn } = schema
  const [wanted, fits] = DEFAULTS[kind]
  if (standIn !== undefined && !fits(standIn, choices)) {
    throw new DefinitionError(`${what} has the default ${show(standIn)}, which must be ${wanted}`)
  }
  const labels = Object.entries(pick(schema, 'title', 'description')).filter(([, text]) => isText(text))
  return {
    name,
    kind,
    labels: Object.fromEntries(labels),
    rules: RULES[kind](schema),
    choices,
    hasEnumNames: enumNames !== undefined,
    default: standIn,
  }
}
