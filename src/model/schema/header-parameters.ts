import { DefinitionError } from '../../errors.ts'
import { isObject, type Json, type JsonObject } from '../../wire/json.ts'
import { mapSubschemas } from './keywords.ts'
import { pointerStep } from './pointer.ts'
import { place, show } from './problems.ts'

/** A parameter of a tool that also travels as an HTTP header (2026-07-28 §x-mcp-header). */
export interface HeaderParameter {
  /** In lower case, as servers read it: `mcp-param-region`. */
  readonly header: string
  /** As clients write it: `Mcp-Param-Region`. */
  readonly label: string
  /** The keys that lead to the value in the arguments. */
  readonly path: readonly string[]
  readonly type: 'string' | 'integer' | 'boolean'
}

const KEYWORD = 'x-mcp-header'

// RFC 9110 §5.6.2.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const TYPES = new Set<unknown>(['string', 'integer', 'boolean'])

const adviceFor = (schema: JsonObject): string => {
  const { type, anyOf } = schema
  if (type === 'number') return 'a number is not allowed there; write v.pipe(v.number(), v.integer())'
  const is = type === undefined ? `it has ${anyOf ? 'alternatives' : 'no type'}` : `its type is ${JSON.stringify(type)}`
  return `${is}; it must be of type string, integer or boolean, so take ${KEYWORD} off or change the type`
}

const nameOf = (schema: JsonObject, what: string): string => {
  const name = schema[KEYWORD]
  if (typeof name === 'string' && TOKEN.test(name)) return name
  throw new DefinitionError(
    `${what} has ${KEYWORD} ${show(name)}, which is no header name; use letters, digits and - as in "Region"`,
  )
}

const parameterOf = (schema: JsonObject, path: readonly string[], what: string): HeaderParameter => {
  const name = nameOf(schema, what)
  if (!TYPES.has(schema['type'])) throw new DefinitionError(`${what} has ${KEYWORD}, but ${adviceFor(schema)}`)
  const label = `Mcp-Param-${name}`
  return { header: label.toLowerCase(), label, path, type: schema['type'] as HeaderParameter['type'] }
}

/**
 * The parameters that a tool mirrors into HTTP headers: 2026-07-28 Streamable HTTP, Custom Headers from Tool
 * Parameters. A property that is itself called `x-mcp-header` is an ordinary one.
 *
 * @param where begins every error message, such as `tool "add", input`
 * @throws DefinitionError where an `x-mcp-header` breaks a rule of that section: the tool must not be listed then
 */
export const headerParameters = (inputSchema: JsonObject, where: string): readonly HeaderParameter[] => {
  const found = new Map<string, HeaderParameter>()

  const visit = (schema: Json, pointer: string, path: readonly string[] | undefined): Json => {
    if (!isObject(schema)) return schema
    const object = schema as JsonObject
    if (KEYWORD in object) {
      if (path === undefined || path.length === 0) {
        throw new DefinitionError(
          `${where}: ${KEYWORD} stands at ${show(pointer)}, but only a property that a chain of "properties" leads to ` +
            'may have it: not the root, nor what is inside of anyOf, items, $defs and the like',
        )
      }
      const parameter = parameterOf(object, path, `${where}: ${place(path)}`)
      const same = found.get(parameter.header)
      if (same) {
        throw new DefinitionError(
          `${where}: ${place(same.path)} and ${place(path)} have the same ${KEYWORD}; the case of letters does not tell them apart`,
        )
      }
      found.set(parameter.header, parameter)
    }
    return mapSubschemas(object, (subschema, keyword, key) => {
      const steps = key === undefined ? [keyword] : [keyword, key]
      const isReachable = path !== undefined && keyword === 'properties'
      return visit(
        subschema,
        [pointer, ...steps.map(pointerStep)].join('/'),
        isReachable ? [...path, String(key)] : undefined,
      )
    })
  }

  visit(inputSchema, '#', [])
  return Object.freeze([...found.values()])
}

/** The argument that a path leads to; undefined where it leads nowhere. */
export const argumentAt = (args: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), args)
