import { DefinitionError } from '../../errors.ts'
import { cannotCarry, isUncarriable, type Site } from './carriable.ts'
import { actionsOfInput, actionsOfOutput, flatten, type Part, schemaOf } from './valibot-pipe.ts'

interface Walk extends Site {
  readonly done: Map<Part, Part>
  readonly getters: Map<unknown, () => Part>
}

type Adapt = (schema: Part, path: string, walk: Walk) => Part

const member = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

const unwritable = (what: string, path: string, { where }: Site): DefinitionError =>
  new DefinitionError(
    `${where}: ${path === '' ? 'it' : JSON.stringify(path)} is ${what}, so it cannot be written as JSON Schema; ` +
      'describe the whole as jsonSchema({ … })',
  )

const optional = (wrapped: Part): Part => schemaOf('optional', { wrapped })

const isAbsent = ({ type }: Part): boolean => type === 'undefined' || type === 'void'

/** The schema inside `v.optional` and its like. Around `undefined` they only say that nothing else may be there. */
const wrappedOf: Adapt = (schema, path, walk) => {
  const wrapped = schema['wrapped'] as Part
  return isAbsent(wrapped) ? schemaOf('never') : adapt(wrapped, path, walk)
}

const MISSING = new Set(['exact_optional', 'nullish', 'optional'])

const mayBeMissing = ({ type, default: standIn }: Part): boolean => MISSING.has(type) && standIn === undefined

const itself: Adapt = (schema) => schema

/** A default that is computed for each value is no constant to write down. */
const wrapper: Adapt = (schema, path, walk) => {
  const { default: standIn, type } = schema
  const constant = typeof standIn === 'function' || walk.direction === 'output' ? undefined : standIn
  return schemaOf(type, { wrapped: wrappedOf(schema, path, walk), default: constant })
}

/** In what comes out, a default has taken the place of what was missing. */
const unlessDefault =
  (otherwise: Adapt): Adapt =>
  (schema, path, walk) => {
    const standIn = schema['default']
    if (walk.direction === 'input' || standIn === undefined) return otherwise(schema, path, walk)
    const wrapped = wrappedOf(schema, path, walk)
    return standIn === null && schema.type.startsWith('null') ? schemaOf('nullable', { wrapped }) : wrapped
  }

const undefinedable: Adapt = (schema, path, walk) => {
  const wrapped = wrappedOf(schema, path, walk)
  return walk.direction === 'output' && schema['default'] === undefined ? optional(wrapped) : wrapped
}

/** Takes a layer of `v.optional` and its like off, or leaves another in its place. */
const without =
  (layers: Readonly<Record<string, string | undefined>>): Adapt =>
  (schema, path, walk) => {
    const inner = wrappedOf(schema, path, walk)
    if (!Object.hasOwn(layers, inner.type)) return inner
    if (inner.pipe) return { ...inner, type: schema.type }
    const layer = layers[inner.type]
    return layer === undefined ? (inner['wrapped'] as Part) : schemaOf(layer, { wrapped: inner['wrapped'] })
  }

const entry: Adapt = (schema, path, walk) =>
  isAbsent(schema) && walk.direction === 'output' ? optional(schemaOf('never')) : adapt(schema, path, walk)

const object: Adapt = (schema, path, walk) => {
  const entries = Object.entries(schema['entries'] as Readonly<Record<string, Part>>)
  const rest = schema['rest'] as Part | undefined
  return schemaOf(schema.type, {
    entries: Object.fromEntries(entries.map(([key, value]) => [key, entry(value, member(path, key), walk)])),
    ...(rest && { rest: adapt(rest, member(path, '*'), walk) }),
  })
}

const array: Adapt = (schema, path, walk) =>
  schemaOf('array', { item: adapt(schema['item'] as Part, `${path}[]`, walk) })

const tuple: Adapt = (schema, path, walk) => {
  const rest = schema['rest'] as Part | undefined
  return schemaOf(schema.type, {
    items: (schema['items'] as readonly Part[]).map((item, index) => adapt(item, `${path}[${index}]`, walk)),
    ...(rest && { rest: adapt(rest, `${path}[]`, walk) }),
  })
}

const record: Adapt = (schema, path, walk) =>
  schemaOf('record', {
    key: adapt(schema['key'] as Part, member(path, '*'), walk),
    value: adapt(schema['value'] as Part, member(path, '*'), walk),
  })

/** `undefined` among the options means that nothing is sent. A variant tries its options in order, as a union does. */
const union: Adapt = (schema, path, walk) => {
  const all = schema['options'] as readonly Part[]
  const present = all.filter((option) => !isAbsent(option))
  if (present.length === 0) throw cannotCarry('undefined', path, walk)
  const sides = present.map((option) => adapt(option, path, walk))
  const adapted = sides.length === 1 ? (sides[0] as Part) : schemaOf('union', { options: sides })
  return walk.direction === 'output' && present.length < all.length ? optional(adapted) : adapted
}

const intersect: Adapt = (schema, path, walk) =>
  schemaOf('intersect', {
    options: (schema['options'] as readonly Part[]).map((option) => adapt(option, path, walk)),
  })

const constants =
  (of: (schema: Part) => readonly unknown[]): Adapt =>
  (schema, path, walk) => {
    const type = of(schema)
      .map((constant) => typeof constant)
      .find(isUncarriable)
    if (type) throw cannotCarry(type, path, walk)
    return schema
  }

const options = constants((schema) => schema['options'] as readonly unknown[])

/** What `v.lazy` gives for no input, which is all there is when a schema is written down. */
const open = (getter: (input: undefined) => Part, path: string, walk: Walk): Part => {
  try {
    return getter(undefined)
  } catch (error) {
    throw unwritable(`of v.lazy, which needs an input to give its schema (${(error as Error).message})`, path, walk)
  }
}

const lazy: Adapt = (schema, path, walk) => {
  const getter = schema['getter'] as (input: undefined) => Part
  const known = walk.getters.get(getter) ?? (() => adapt(open(getter, path, walk), path, walk))
  walk.getters.set(getter, known)
  return schemaOf('lazy', { getter: known })
}

const TYPES: Readonly<Record<string, Adapt>> = {
  any: itself,
  array,
  boolean: itself,
  custom: () => schemaOf('unknown'),
  enum: options,
  exact_optional: unlessDefault(wrapper),
  intersect,
  lazy,
  literal: constants((schema) => [schema['literal']]),
  loose_object: object,
  loose_tuple: tuple,
  never: itself,
  non_nullable: without({ nullable: undefined, nullish: 'optional' }),
  non_nullish: without({ exact_optional: undefined, nullable: undefined, nullish: undefined, optional: undefined }),
  non_optional: without({ exact_optional: undefined, nullish: 'nullable', optional: undefined }),
  null: itself,
  nullable: unlessDefault(wrapper),
  nullish: unlessDefault(wrapper),
  number: itself,
  object,
  object_with_rest: object,
  optional: unlessDefault(wrapper),
  picklist: options,
  record,
  strict_object: object,
  strict_tuple: tuple,
  string: itself,
  tuple,
  tuple_with_rest: tuple,
  undefinedable,
  union,
  unknown: itself,
  variant: union,
}

const adaptType: Adapt = (schema, path, walk) => {
  if (isUncarriable(schema.type)) throw cannotCarry(schema.type, path, walk)
  const change = Object.hasOwn(TYPES, schema.type) ? TYPES[schema.type] : undefined
  if (change) return change(schema, path, walk)
  throw unwritable(`of valibot's type "${schema.type}", which is not known here`, path, walk)
}

const adaptPipe: Adapt = (schema, path, walk) => {
  const pipe = flatten(schema.pipe as readonly Part[])
  const first = pipe[0] as Part
  if (walk.direction === 'input') {
    const base = adapt(first, path, walk)
    return schemaOf(base.type, { pipe: [base, ...actionsOfInput(pipe)] })
  }
  const { last, changed, actions } = actionsOfOutput(pipe)
  if (changed && isUncarriable(changed.type)) throw cannotCarry(changed.type, path, walk)
  const base = changed ?? adapt(last, path, walk)
  const adapted = schemaOf(base.type, { pipe: [base, ...actions] })
  return mayBeMissing(first) && !MISSING.has(base.type) ? optional(adapted) : adapted
}

const adapt: Adapt = (schema, path, walk) => {
  const known = walk.done.get(schema)
  if (known) return known
  const adapted = schema.pipe ? adaptPipe(schema, path, walk) : adaptType(schema, path, walk)
  walk.done.set(schema, adapted)
  return adapted
}

/**
 * One side of a valibot schema as a valibot schema: what is sent, or what comes out.
 * @throws DefinitionError for a type that JSON cannot carry
 */
export const valibotSide = (schema: Part, site: Site): Part =>
  adapt(schema, '', { ...site, done: new Map(), getters: new Map() })
