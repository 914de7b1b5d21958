import { DefinitionError } from '../../errors.ts'
import type { Json, JsonObject } from '../../wire/json.ts'
import { checkCost } from './cost.ts'
import { type Draft, draftOf, isIgnored, SUPPORTED_DIALECTS } from './dialect.ts'
import { keywordProblem } from './keyword-values.ts'
import { keywordKind, mapSchemasIn } from './keywords.ts'
import { pointerStep } from './pointer.ts'
import type { Place, Reading, Rules, Targets } from './reading.ts'
import { resolveReferences } from './references.ts'

/** How deep the schemas of a document may nest in each other. */
export const MAX_SCHEMA_DEPTH = 64

/** How many schemas a document may hold. */
export const MAX_SUBSCHEMAS = 10_000

/** A document that is checked and ready for the validator. */
export interface Program {
  readonly root: Rules
  readonly draft: Draft
  readonly targets: Targets
}

// A hierarchical URI that nobody can fetch.
const BASE = 'document:/'

// They are reached through what refers to them, never by the validator itself.
const NOT_RULES = new Set(['$id', '$ref', '$anchor', '$dynamicRef', '$dynamicAnchor', '$defs', 'definitions'])

const refuse = (pointer: string, problem: string): never => {
  throw new DefinitionError(`jsonSchema(): ${problem}, at ${JSON.stringify(pointer)}`)
}

const readDialect = (dialect: unknown, pointer: string): Draft =>
  draftOf(dialect) ??
  refuse(
    pointer,
    `$schema ${JSON.stringify(dialect)} is no dialect that is supported; these are: ${SUPPORTED_DIALECTS}`,
  )

// In draft-07 a `$ref` makes everything beside it void.
const isOverruled = ({ draft }: Reading, schema: JsonObject): boolean => draft === '7' && schema['$ref'] !== undefined

const readId = (reading: Reading, schema: JsonObject, { base, pointer }: Place): string => {
  const id = schema['$id']
  if (typeof id !== 'string' || isOverruled(reading, schema)) return base
  if (id.startsWith('#')) {
    reading.anchors.set(base + id, schema)
    return base
  }
  if (!URL.canParse(id, base)) refuse(pointer, `$id ${JSON.stringify(id)} is no URI`)
  const own = new URL(id, base)
  own.hash = ''
  reading.resources.set(own.href, schema)
  return own.href
}

const isRule = (keyword: string, value: unknown): boolean =>
  !NOT_RULES.has(keyword) &&
  // The validator looks formats up in a plain object, where `constructor` is one.
  !(keyword === 'format' && (value as string) in Object.prototype)

const readKeywords = (reading: Reading, schema: JsonObject, rules: Rules, place: Place): void => {
  const isVoid = isOverruled(reading, schema)
  for (const [keyword, value] of Object.entries(schema)) {
    const kind = keywordKind(keyword)
    if (kind === undefined || isIgnored(keyword, reading.draft)) continue
    const problem = keywordProblem(keyword, kind, value)
    if (problem) refuse(place.pointer, problem)
    if (keyword === 'items' && Array.isArray(value) && reading.draft === '2020-12') {
      refuse(place.pointer, '"items" must be a schema; in 2020-12 a list of schemas is called "prefixItems"')
    }
    const read = mapSchemasIn(kind, value, (subschema, key) => {
      const pointer = [place.pointer, pointerStep(keyword), ...(key === undefined ? [] : [pointerStep(key)])].join('/')
      return readSchema(reading, subschema, { base: place.base, pointer, depth: place.depth + 1 })
    })
    if (!isVoid && isRule(keyword, value)) rules[keyword] = read
    if (keyword === '$anchor' || keyword === '$dynamicAnchor') reading.anchors.set(`${place.base}#${value}`, schema)
    if (keyword === '$ref' || keyword === '$dynamicRef') {
      reading.references.push({ from: rules, keyword, ref: value as string, place })
    }
  }
}

/** Reads one schema and those inside it: checks each keyword, and keeps only what the validator is to apply. */
const readSchema = (reading: Reading, schema: Json, at: Place): boolean | Rules => {
  if (typeof schema === 'boolean') return schema
  const object = schema as JsonObject
  if (reading.rules.size === MAX_SUBSCHEMAS) refuse(at.pointer, `it holds more than ${MAX_SUBSCHEMAS} schemas`)
  if (at.depth > MAX_SCHEMA_DEPTH) refuse(at.pointer, `its schemas nest deeper than ${MAX_SCHEMA_DEPTH} levels`)
  if (object['$schema'] !== undefined && readDialect(object['$schema'], at.pointer) !== reading.draft) {
    refuse(at.pointer, '$schema differs from that of the document')
  }
  const rules: Rules = {}
  reading.rules.set(object, rules)
  reading.pointers.set(rules, at.pointer)
  readKeywords(reading, object, rules, { ...at, base: readId(reading, object, at) })
  return rules
}

/**
 * Checks a JSON Schema document and prepares it for the validator (2026-07-28 Base Protocol, JSON Schema Usage).
 * @throws DefinitionError for a dialect that is not supported, a keyword with a wrong value, a reference that cannot
 * be resolved within the document or never ends, and a document that is too deep or too large
 */
export const readDocument = (document: JsonObject): Program => {
  const reading: Reading = {
    draft: readDialect(document['$schema'], '#'),
    rules: new Map(),
    pointers: new Map(),
    resources: new Map([[BASE, document]]),
    anchors: new Map(),
    references: [],
  }
  const root = readSchema(reading, document, { pointer: '#', base: BASE, depth: 1 }) as Rules
  const targets = resolveReferences(reading, (schema, place) => readSchema(reading, schema, place), refuse)
  checkCost(reading, targets, refuse)
  return { root, draft: reading.draft, targets }
}
