import { DefinitionError } from '../errors.ts'
import { compileSchema, isSchema } from '../model/schema/index.ts'
import { isObject } from '../wire/json.ts'
import type { Handler, MethodDefinition, Scope } from './definition.ts'
import { asSchema, checkOptions } from './options.ts'

// The handshake and what is built on it belong to the conversation, not to a definition.
const FIXED_METHODS = ['initialize', 'ping', 'server/discover', 'logging/setLevel']

const checkMethod = (name: string): void => {
  if (typeof name !== 'string' || name === '') throw new DefinitionError('method: a method needs a name')
  const reason = name.startsWith('rpc.')
    ? 'JSON-RPC reserves names that begin with "rpc."'
    : name.startsWith('notifications/')
      ? 'notifications are not answered; see .intercept(…) to watch them'
      : FIXED_METHODS.includes(name) && 'this method belongs to the protocol and cannot be replaced'
  if (reason) throw new DefinitionError(`method "${name}": ${reason}`)
}

/**
 * A vendor method, or one that replaces a method of the protocol, from the arguments of `.method(…)`.
 * @throws DefinitionError
 */
export const defineMethod = (name: string, schemas: unknown, handler: unknown, scope: Scope): MethodDefinition => {
  checkMethod(name)
  const where = `method "${name}"`
  if (!isObject(schemas) || isSchema(schemas) || typeof handler !== 'function') {
    throw new DefinitionError(
      `${where}: pass the schemas, { params, result } or {}, and the handler (params, ctx) => result`,
    )
  }
  checkOptions(schemas, ['params', 'result'], where)
  const params = asSchema(schemas['params'], `${where}, params`)
  const result = asSchema(schemas['result'], `${where}, result`)
  return Object.freeze({
    kind: 'method',
    name,
    params: params && compileSchema(params, 'input', `${where}, params`),
    result: result && compileSchema(result, 'output', `${where}, result`),
    handler: handler as Handler,
    scope,
    enabled: undefined,
  })
}
