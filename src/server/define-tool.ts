import { DefinitionError } from '../errors.ts'
import { compileSchema, headerParameters, objectSchema } from '../model/schema/index.ts'
import { show } from '../model/schema/problems.ts'
import type { JsonObject } from '../wire/json.ts'
import type { Scope, ToolDefinition } from './definition.ts'
import { asSchema, checkOptions, listedExtras, milliseconds, OPTIONS, readArguments } from './options.ts'
import type { ToolOptions } from './types.ts'

const NAME = /^[A-Za-z0-9_.-]{1,128}$/

// 2026-07-28 §Tool with no parameters.
const NO_ARGUMENTS: JsonObject = Object.freeze({ type: 'object', properties: Object.freeze({}) })

/** 2026-07-28 §Tool Names, as a rule. */
export const checkToolName = (name: string): void => {
  if (typeof name === 'string' && NAME.test(name)) return
  throw new DefinitionError(`tool ${show(name)}: a name of a tool has 1 to 128 of the characters A-Z a-z 0-9 _ - and .`)
}

const inputObject = (json: JsonObject, where: string): JsonObject => {
  const object = objectSchema(json)
  if (object) return object
  throw new DefinitionError(`${where}: the arguments of a tool are an object; write v.object({ … }) around the schema`)
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** A title and a description: the option, else what the schema says of itself. */
export const describe = (
  options: { readonly title?: string; readonly description?: string },
  json: JsonObject | undefined,
): { readonly title?: string; readonly description?: string } => {
  const title = options.title ?? textOf(json?.['title'])
  const description = options.description ?? textOf(json?.['description'])
  return { ...(title !== undefined && { title }), ...(description !== undefined && { description }) }
}

/**
 * A tool from the arguments of `.tool(…)`.
 * @throws DefinitionError
 */
export const defineTool = (name: string, rest: readonly unknown[], scope: Scope): ToolDefinition => {
  checkToolName(name)
  const where = `tool "${name}"`
  const { options: given, handler } = readArguments(rest, where)
  checkOptions(given, OPTIONS.tool, where)
  const options = given as ToolOptions
  const inputSchema = asSchema(options.input, `${where}, input`)
  const outputSchema = asSchema(options.output, `${where}, output`)
  const input = inputSchema && compileSchema(inputSchema, 'input', `${where}, input`)
  const output = outputSchema && compileSchema(outputSchema, 'output', `${where}, output`)
  const json = input ? inputObject(input.json, `${where}, input`) : NO_ARGUMENTS
  const { timeoutMs, enabled } = options
  return Object.freeze({
    kind: 'tool',
    listing: Object.freeze({
      name,
      ...describe(options, input?.json),
      inputSchema: json,
      ...(output && { outputSchema: output.json }),
      ...listedExtras(options, where),
    }),
    input,
    output,
    headers: headerParameters(json, `${where}, input`),
    handler,
    scope,
    timeoutMs: timeoutMs === undefined ? undefined : milliseconds(timeoutMs, `${where}: timeoutMs`),
    enabled,
  })
}
