import { isList, isOdd, isRecord, isScalar, oddText, type Shown, type ShownObject } from './snapshot.ts'

const MAX_DEPTH = 4
const MAX_CHOICES = 8

const oneOf = (choices: readonly string[]): string => {
  const different = [...new Set(choices)]
  const shown = different.slice(0, MAX_CHOICES)
  return [...shown, ...(different.length > shown.length ? ['…'] : [])].join(' | ')
}

const literal = (value: Shown): string => {
  if (isOdd(value)) return oddText(value)
  return isScalar(value) ? JSON.stringify(value) : isList(value) ? 'array' : 'object'
}

const arrayOf = (items: Shown | undefined, depth: number): string => {
  const item = typeText(items, depth - 1)
  return item.includes(' ') ? `(${item})[]` : `${item}[]`
}

const namedType = (name: Shown, schema: ShownObject, depth: number): string => {
  if (name === 'array') return arrayOf(schema['items'], depth)
  return typeof name === 'string' ? name : 'any'
}

/** The last part of what a reference points at: `Address` of `#/$defs/Address`. */
const referenceName = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1)

/**
 * The type that a JSON Schema describes, in short, as TypeScript would write it: `"friendly" | "formal"`, `string[]`,
 * `number | null`; `any` where it does not say.
 */
export const typeText = (schema: Shown | undefined, depth = MAX_DEPTH): string => {
  if (!isRecord(schema) || depth === 0) return 'any'
  const { type, const: constant, enum: choices, anyOf, oneOf: alternatives, $ref: reference } = schema
  if (constant !== undefined) return literal(constant)
  if (isList(choices)) return oneOf(choices.map(literal))
  if (isList(type)) return oneOf(type.map((name) => namedType(name, schema, depth)))
  if (type !== undefined) return namedType(type, schema, depth)
  const branches = isList(anyOf) ? anyOf : alternatives
  if (isList(branches)) return oneOf(branches.map((branch) => typeText(branch, depth - 1)))
  return typeof reference === 'string' ? referenceName(reference) : 'any'
}
