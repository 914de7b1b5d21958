import { ToolError } from '../errors.ts'
import type { CallOptions, ToolCallResult } from './types.ts'

/** Calls a tool. */
type CallTool = (
  name: string,
  args: Readonly<Record<string, unknown>> | undefined,
  options: CallOptions | undefined,
) => Promise<ToolCallResult>

/**
 * What is asked of any object: `then` would make it awaitable, and `toJSON` would be called by whoever logs it. Symbols are
 * asked for by whoever looks at it. Tools of such names are called by `callTool`.
 */
const NO_TOOLS: ReadonlySet<string | symbol> = new Set(['then', 'toJSON'])

/** Tools as functions, by their names: each gives the value, and throws a `ToolError` where the tool reports an error. */
export const toolFunctions = (callTool: CallTool): object => {
  const functions = new Map<string, unknown>()
  const functionOf = (name: string) => async (args?: Readonly<Record<string, unknown>>, options?: CallOptions) => {
    const { isError, text, data } = await callTool(name, args, options)
    if (isError) throw new ToolError(text || `The tool "${name}" reported an error`)
    return data
  }
  return new Proxy(Object.create(null), {
    get: (_, name) => {
      if (typeof name === 'symbol' || NO_TOOLS.has(name)) return undefined
      const known = functions.get(name) ?? functionOf(name)
      functions.set(name, known)
      return known
    },
  })
}
