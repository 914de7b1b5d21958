import { ErrorCode, McpError } from '../../errors.ts'
import type { Root } from '../../model/types.ts'
import { isObject } from '../../wire/json.ts'
import type { AskContext, RootsSource } from '../types.ts'

const isRoot = (root: unknown): boolean =>
  isObject(root) && typeof root['uri'] === 'string' && root['uri'].startsWith('file://')

/** Whether they are roots (Roots, Data Types). */
export const areRoots = (roots: unknown): roots is readonly Root[] => Array.isArray(roots) && roots.every(isRoot)

/**
 * The folders that the server may work in (Roots, Listing Roots).
 * @throws McpError when the client names something else
 */
export const answerRoots = async (source: RootsSource, context: AskContext): Promise<object> => {
  const roots: unknown = typeof source === 'function' ? await source(context) : source
  if (areRoots(roots)) return { roots }
  throw new McpError(
    ErrorCode.InternalError,
    'The roots of the client are wrong: they must be an array such as [{ uri: "file:///work", name: "work" }]',
  )
}
