import { InvalidResultError } from '../errors.ts'
import type { Logger } from '../model/logger.ts'
import { type CompiledSchema, compileSchema } from '../model/schema/compile.ts'
import { argumentAt, type HeaderParameter, headerParameters, jsonSchema } from '../model/schema/index.ts'
import type { Tool } from '../model/types.ts'
import { messageOf } from '../model/values.ts'
import { encodeHeaderValue } from '../wire/header-value.ts'
import { isObject } from '../wire/json.ts'
import type { Result } from './rounds.ts'

/** What a client keeps of a tool that it has seen in a listing. */
interface KnownTool {
  readonly headers: readonly HeaderParameter[]
  readonly outputSchema: Tool['outputSchema']
  /** Compiled when the tool is first called. */
  output?: CompiledSchema | undefined
}

const headerText = (value: unknown): string | undefined => {
  switch (typeof value) {
    case 'string':
      return encodeHeaderValue(value)
    case 'boolean':
      return String(value)
    case 'number':
      return Number.isSafeInteger(value) ? String(value) : undefined
    default:
      return undefined
  }
}

/** The tools that a server has shown, as far as calls depend on them. */
export class KnownTools {
  readonly #logger: Logger
  readonly #tools = new Map<string, KnownTool>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /**
   * Takes note of listed tools.
   *
   * @param mirrors whether arguments are mirrored into headers: then a tool whose `x-mcp-header` breaks a rule must not be
   *   used (2026-07-28 Streamable HTTP, Schema Extension)
   * @returns those that can be used
   */
  learn(tools: readonly Tool[], mirrors: boolean): readonly Tool[] {
    return tools.filter((tool) => {
      const headers = mirrors ? this.#headersOf(tool) : []
      if (!headers) {
        this.#tools.delete(tool.name)
        return false
      }
      this.#tools.set(tool.name, { headers, outputSchema: tool.outputSchema })
      return true
    })
  }

  /** Forgets the tools that a complete listing did not have. */
  retain(tools: readonly Tool[]): void {
    const listed = new Set(tools.map(({ name }) => name))
    for (const name of this.#tools.keys()) if (!listed.has(name)) this.#tools.delete(name)
  }

  /** The arguments that a tool mirrors into headers; undefined where there are none. */
  headers(name: unknown, args: unknown): Readonly<Record<string, string>> | undefined {
    const known = this.#tools.get(name as string)
    if (!known || known.headers.length === 0) return undefined
    const headers: Record<string, string> = {}
    for (const { label, path } of known.headers) {
      const text = headerText(argumentAt(args, path))
      if (text !== undefined) headers[label] = text
    }
    return headers
  }

  /**
   * Checks a result against the output schema of its tool, where that is known (2025-06-18 Tools, Output Schema).
   * @throws InvalidResultError
   */
  async check(name: string, { isError, structuredContent }: Result): Promise<void> {
    const output = isError === true ? undefined : this.#outputOf(name)
    if (!output) return
    if (structuredContent === undefined) {
      throw new InvalidResultError(`The tool "${name}" has an output schema, but gave no structured content`)
    }
    const checked = await output.validate(structuredContent)
    if (checked.ok) return
    throw new InvalidResultError(`The tool "${name}" gave what does not fit its output schema: ${checked.problems}`)
  }

  /** Whether results of the tool are to be checked. */
  hasOutput(name: string): boolean {
    return this.#tools.get(name)?.outputSchema !== undefined
  }

  #headersOf({ name, inputSchema }: Tool): readonly HeaderParameter[] | undefined {
    try {
      return isObject(inputSchema) ? headerParameters(inputSchema as Tool['inputSchema'], `tool "${name}"`) : []
    } catch (error) {
      this.#logger.warn(`left out a tool that cannot be called over HTTP: ${messageOf(error)}`)
      return undefined
    }
  }

  #outputOf(name: string): CompiledSchema | undefined {
    const known = this.#tools.get(name)
    if (!known?.outputSchema || 'output' in known) return known?.output
    try {
      known.output = compileSchema(jsonSchema(known.outputSchema), 'output', `tool "${name}", output`)
    } catch (error) {
      known.output = undefined
      this.#logger.warn(`results of the tool "${name}" cannot be checked: ${messageOf(error)}`)
    }
    return known.output
  }
}
