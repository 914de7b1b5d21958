import { DefinitionError } from '../../errors.ts'
import { isObject, type JsonObject } from '../../wire/json.ts'
import { objectSchema } from './object-schema.ts'
import { followRef } from './pointer.ts'

/** One argument of a prompt, as `prompts/list` shows it; `choices` where only certain texts are allowed. */
export interface PromptArgument {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly required: boolean
  readonly choices?: readonly string[]
}

type Property = { readonly schema: unknown; readonly required: boolean }

type Properties = ReadonlyMap<string, Property>

// Deeper than this a reference goes in a circle.
const MAX_DEPTH = 16

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The schema itself, or what its `$ref` leads to. */
const resolve = (schema: unknown, root: JsonObject): JsonObject => {
  let found = schema
  for (let step = 0; step < MAX_DEPTH && isObject(found) && found['$ref'] !== undefined; step++) {
    found = followRef(root, found['$ref'])
  }
  return isObject(found) ? (found as JsonObject) : {}
}

const ownProperties = (schema: JsonObject): Properties => {
  const required = listOf(schema['required'])
  const entries = Object.entries((schema['properties'] ?? {}) as JsonObject)
  return new Map(entries.map(([name, property]) => [name, { schema: property, required: required.includes(name) }]))
}

/** The properties of all branches together; `isRequired` tells it from those branches that have the property. */
const merge = (branches: readonly Properties[], isRequired: (found: readonly Property[]) => boolean): Properties => {
  const names = new Set(branches.flatMap((branch) => [...branch.keys()]))
  return new Map(
    [...names].map((name) => {
      const found = branches.flatMap((branch) => branch.get(name) ?? [])
      return [name, { schema: found[0]?.schema, required: isRequired(found) }]
    }),
  )
}

const propertiesOf = (given: unknown, root: JsonObject, depth: number): Properties => {
  if (depth === 0) return new Map()
  const schema = resolve(given, root)
  const within = (keyword: string): readonly Properties[] =>
    listOf(schema[keyword]).map((part) => propertiesOf(part, root, depth - 1))
  const alternatives = ['anyOf', 'oneOf']
    .map(within)
    .map((branches) =>
      merge(branches, (found) => found.length === branches.length && found.every((one) => one.required)),
    )
  return merge([ownProperties(schema), ...within('allOf'), ...alternatives], (found) =>
    found.some((one) => one.required),
  )
}

const branchesOf = (schema: JsonObject): readonly unknown[] => [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])]

const WORDS: Readonly<Record<string, string>> = {
  array: 'an array',
  boolean: 'a boolean',
  integer: 'a number',
  null: 'null',
  number: 'a number',
  object: 'an object',
}

const FIXES: Readonly<Record<string, string>> = {
  array: 'v.pipe(v.string(), v.parseJson(), v.array(…))',
  boolean: "v.pipe(v.picklist(['true', 'false']), v.transform((text) => text === 'true'))",
  integer: 'v.pipe(v.string(), v.transform(Number), v.number())',
  number: 'v.pipe(v.string(), v.transform(Number), v.number())',
  object: 'v.pipe(v.string(), v.parseJson(), v.object({ … }))',
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** The types that a property can have; none where it can have any. */
const typesOf = (given: unknown, root: JsonObject, depth: number): readonly string[] => {
  const schema = resolve(given, root)
  if (schema['type'] !== undefined) return [schema['type']].flat() as readonly string[]
  if ('const' in schema) return [typeOf(schema['const'])]
  if (Array.isArray(schema['enum'])) return schema['enum'].map(typeOf)
  const branches = depth === 0 ? [] : branchesOf(schema).map((branch) => typesOf(branch, root, depth - 1))
  return branches.some((types) => types.length === 0) ? [] : branches.flat()
}

/** The only texts that a property can have; none where it can have any. */
const choicesOf = (given: unknown, root: JsonObject, depth: number): readonly string[] => {
  const schema = resolve(given, root)
  const constants = 'const' in schema ? [schema['const']] : listOf(schema['enum'])
  const texts = constants.filter((constant): constant is string => typeof constant === 'string')
  if (texts.length > 0 || depth === 0) return texts
  const branches = branchesOf(schema)
    .filter((branch) => typesOf(branch, root, depth).join() !== 'null')
    .map((branch) => choicesOf(branch, root, depth - 1))
  return branches.every((choices) => choices.length > 0) ? [...new Set(branches.flat())] : []
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const argumentOf = (name: string, { schema, required }: Property, root: JsonObject, where: string): PromptArgument => {
  const types = typesOf(schema, root, MAX_DEPTH)
  if (types.length > 0 && !types.includes('string')) {
    const type = types[0] as string
    throw new DefinitionError(
      `${where}: argument ${JSON.stringify(name)} is ${WORDS[type] ?? type}, but prompt arguments are strings on the wire; ` +
        `write ${FIXES[type] ?? 'v.string()'}`,
    )
  }
  const own = isObject(schema) ? schema : {}
  const referred = resolve(schema, root)
  const title = textOf(own['title']) ?? textOf(referred['title'])
  const description = textOf(own['description']) ?? textOf(referred['description'])
  const choices = choicesOf(schema, root, MAX_DEPTH)
  return Object.freeze({
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    required,
    ...(choices.length > 0 && { choices: Object.freeze(choices) }),
  })
}

/**
 * The arguments of a prompt, from the JSON Schema of its input. They are strings on the wire, so each property must
 * take a string.
 *
 * @param where begins every error message, such as `prompt "greet"`
 * @throws DefinitionError where the schema is no object, or a property takes no string
 */
export const promptArguments = (json: JsonObject, where: string): readonly PromptArgument[] => {
  if (!objectSchema(json)) {
    throw new DefinitionError(`${where}: the arguments of a prompt are an object of strings; write v.object({ … })`)
  }
  const properties = propertiesOf(json, json, MAX_DEPTH)
  return Object.freeze([...properties].map(([name, property]) => argumentOf(name, property, json, where)))
}
