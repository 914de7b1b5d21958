import { DefinitionError } from '../errors.ts'
import { isObject, type JsonObject } from '../wire/json.ts'
import { type Choice, type Field, listOf, readField, resolve } from './elicitation-field.ts'
import { type Checked, compileSchema, type Schema } from './schema/index.ts'
import { VENDOR } from './schema/json-schema.ts'
import { show } from './schema/problems.ts'

/** What the forms of a revision can say. All of them have strings, numbers, booleans and choices of one text. */
export interface ElicitationFeatures {
  /** Defaults of strings, numbers and choices; those of booleans have always been there. */
  readonly defaults: boolean
  /** Titles of choices as `oneOf`; as `enumNames` otherwise. */
  readonly titledEnums: boolean
  /** Choices of several texts. */
  readonly multiSelect: boolean
}

/** The schema of a form as a revision says it, or why the revision cannot ask for it. */
export type Requested =
  | { readonly ok: true; readonly schema: JsonObject }
  | { readonly ok: false; readonly problem: string }

/** A schema that is ready to be asked for. */
export interface ElicitationSchema {
  /** The `requestedSchema` of `elicitation/create`. */
  readonly requested: (features: ElicitationFeatures) => Requested
  /** Checks the `content` of an answer and makes of it what the schema makes of it, its defaults filled in. */
  readonly validate: (content: unknown) => Checked | Promise<Checked>
}

interface Form {
  readonly fields: readonly Field[]
  readonly required: readonly string[]
}

const readForm = (json: JsonObject, where: string): Form => {
  const schema = resolve(json, json)
  const { type, properties, required } = schema
  const combining = ['allOf', 'anyOf', 'oneOf'].find((keyword) => schema[keyword] !== undefined)
  if (combining) {
    throw new DefinitionError(
      `${where}: a form is one flat object, so "${combining}" cannot be asked for; write v.object({ … })`,
    )
  }
  if (type !== 'object' || !isObject(properties)) {
    throw new DefinitionError(
      `${where}: a form is an object with named properties; write v.object({ name: v.string() })`,
    )
  }
  const names = listOf(required).map(String)
  const unknown = names.find((name) => !Object.hasOwn(properties, name))
  if (unknown !== undefined) {
    throw new DefinitionError(`${where}: ${show(unknown)} is required, but it is none of the properties`)
  }
  const fields = Object.entries(properties).map(([name, property]) =>
    readField(name, property, json, `${where}: ${show(name)}`),
  )
  return { fields, required: names }
}

const titleOf = ({ value, title }: Choice): string => title ?? value

const writeChoice = ({ choices, hasEnumNames }: Field, { titledEnums }: ElicitationFeatures): JsonObject => {
  const values = choices.map(({ value }) => value)
  if (choices.every(({ title }) => title === undefined)) return { type: 'string', enum: values }
  if (hasEnumNames || !titledEnums) return { type: 'string', enum: values, enumNames: choices.map(titleOf) }
  return { type: 'string', oneOf: choices.map((choice) => ({ const: choice.value, title: titleOf(choice) })) }
}

const writeChoices = ({ choices }: Field): JsonObject => {
  const isTitled = choices.some(({ title }) => title !== undefined)
  const titled = choices.map((choice) => ({ const: choice.value, title: titleOf(choice) }))
  return {
    type: 'array',
    items: isTitled ? { anyOf: titled } : { type: 'string', enum: choices.map(({ value }) => value) },
  }
}

const writeType = (field: Field, features: ElicitationFeatures): JsonObject => {
  if (field.kind === 'choice') return writeChoice(field, features)
  return field.kind === 'choices' ? writeChoices(field) : { type: field.kind }
}

const writeField = (field: Field, features: ElicitationFeatures): JsonObject => {
  const hasDefault = field.default !== undefined && (features.defaults || field.kind === 'boolean')
  return {
    ...writeType(field, features),
    ...field.labels,
    ...field.rules,
    ...(hasDefault && { default: field.default }),
  }
}

const write = ({ fields, required }: Form, features: ElicitationFeatures): Requested => {
  const several = features.multiSelect ? undefined : fields.find(({ kind }) => kind === 'choices')
  if (several) {
    return {
      ok: false,
      problem:
        `${show(several.name)} is a choice of several texts, which the protocol revision of this client cannot ask for; ` +
        'ask with a v.boolean() for each of them',
    }
  }
  const properties = Object.fromEntries(fields.map((field) => [field.name, writeField(field, features)]))
  return { ok: true, schema: { type: 'object', properties, ...(required.length > 0 && { required }) } }
}

/** A raw JSON Schema does not fill in its own defaults. */
const fillDefaults = ({ fields }: Form): ((content: unknown) => unknown) => {
  const withDefaults = fields.filter((field) => field.default !== undefined)
  const filled = Object.fromEntries(withDefaults.map((field) => [field.name, field.default]))
  return (content) => (isObject(content) ? { ...filled, ...content } : content)
}

/**
 * Prepares a schema for `elicitation/create` in form mode (2025-06-18 Elicitation, Request Schema; 2025-11-25 and
 * 2026-07-28 Elicitation, Requested Schema): a flat object of strings, numbers, integers, booleans, and choices of one
 * or several texts, each with a title, a description and a default.
 *
 * `v.picklist(['a', 'b'])` is a choice without titles; a union of literals with titles is one with titles; `v.array` of
 * either is a choice of several. A form can say the length of a string, the bounds of a number, the number of choices,
 * and the formats `email`, `uri`, `date` and `date-time`. Other checks, such as a pattern, are left out of the form and
 * are made of the answer.
 *
 * @param where begins every error message, such as `ctx.elicit`
 * @throws DefinitionError that names the property which a form cannot ask for
 * @example
 * elicitationSchema(v.object({
 *   seats: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 2),
 *   meal: v.union([v.pipe(v.literal('v'), v.title('Vegetarian')), v.pipe(v.literal('f'), v.title('Fish'))]),
 *   extras: v.array(v.picklist(['window', 'table'])),
 * }), 'ctx.elicit')
 */
export const elicitationSchema = (schema: Schema, where: string): ElicitationSchema => {
  const { json, validate } = compileSchema(schema, 'input', where)
  const form = readForm(json, where)
  const fill = fillDefaults(form)
  const isRaw = schema['~standard'].vendor === VENDOR
  return Object.freeze({
    requested: (features: ElicitationFeatures) => write(form, features),
    validate: isRaw ? (content: unknown) => validate(fill(content)) : validate,
  })
}
