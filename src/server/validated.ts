import { FluentMcpError } from '../errors.ts'
import type { Checked, CompiledSchema } from '../model/schema/index.ts'
import type { Handler } from './definition.ts'

/** Arguments that do not fit their schema. The message names the field, what was expected and what came. */
export class ArgumentsError extends FluentMcpError {
  override readonly name = 'ArgumentsError'
  readonly code = 'arguments'
}

const NO_ARGUMENTS = Object.freeze({})

const accept = (checked: Checked): unknown => {
  if (checked.ok) return checked.value
  throw new ArgumentsError(checked.problems)
}

/** A handler whose arguments have been checked and parsed. Without a schema, it gets none. */
export const validated = (schema: CompiledSchema | undefined, handler: Handler): Handler => {
  if (!schema) return (_args, context) => handler(NO_ARGUMENTS, context)
  const { validate } = schema
  return (args, context) => {
    const checked = validate(args)
    return checked instanceof Promise
      ? checked.then((late) => handler(accept(late), context))
      : handler(accept(checked), context)
  }
}
