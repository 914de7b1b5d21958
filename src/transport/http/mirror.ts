import { ErrorCode } from '../../errors.ts'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import { argumentAt, type HeaderParameter } from '../../model/schema/index.ts'
import type { HttpRules } from '../../protocol/revision.ts'
import type { Plan } from '../../server/plan.ts'
import type { Enabled } from '../../server/types.ts'
import { decodeHeaderValue } from '../../wire/header-value.ts'
import type { ErrorObject, Request } from '../../wire/message.ts'
import type { Exchange } from './exchange.ts'

/** 2026-07-28 Streamable HTTP, Server Validation. */
export const headerMismatch = (message: string): ErrorObject => ({
  code: ErrorCode.HeaderMismatch,
  message: `Header mismatch: ${message}`,
})

const shown = (value: unknown): string => JSON.stringify(value)

/** `MCP-Protocol-Version` must be there, and say what the envelope says. */
export const checkVersionHeader = (header: string | undefined, version: unknown): ErrorObject | undefined => {
  if (header === undefined) return headerMismatch('MCP-Protocol-Version is missing')
  if (typeof version !== 'string' || header === version) return undefined
  return headerMismatch(`MCP-Protocol-Version is ${shown(header)}, but the body says ${shown(version)}`)
}

const checkMethod = (header: string | undefined, method: string): ErrorObject | undefined => {
  if (header === method) return undefined
  if (header === undefined) return headerMismatch('Mcp-Method is missing')
  return headerMismatch(`Mcp-Method is ${shown(header)}, but the body says ${shown(method)}`)
}

const checkName = (exchange: Exchange, { params }: Request, parameter: string | undefined): ErrorObject | undefined => {
  const value = parameter === undefined ? undefined : params?.[parameter]
  // A name that is not there is no mismatch; the method will say that it is missing.
  if (typeof value !== 'string') return undefined
  const header = exchange.header('mcp-name')
  if (header === undefined) return headerMismatch('Mcp-Name is missing')
  if (decodeHeaderValue(header) === value) return undefined
  return headerMismatch(`Mcp-Name is ${shown(header)}, but the body says ${shown(value)}`)
}

const DECIMAL = /^-?\d+(\.\d+)?$/

const matches = (header: string, value: unknown): boolean => {
  const decoded = decodeHeaderValue(header)
  if (decoded === undefined) return false
  // `42.0` is `42`: numbers are compared as numbers.
  if (typeof value === 'number') return DECIMAL.test(decoded) && Number(decoded) === value
  return decoded === String(value)
}

const checkParameter = (
  exchange: Exchange,
  { header, label, path }: HeaderParameter,
  args: unknown,
): ErrorObject | undefined => {
  const sent = exchange.header(header)
  const value = argumentAt(args, path)
  if (value === undefined || value === null) {
    return sent === undefined
      ? undefined
      : headerMismatch(`${label} is there, but the argument "${path.join('.')}" is not`)
  }
  // Anything else than a primitive fails validation, and needs no comparison before.
  if (typeof value === 'object') return undefined
  if (sent === undefined) return headerMismatch(`${label} is missing, but the argument "${path.join('.')}" is there`)
  return matches(sent, value)
    ? undefined
    : headerMismatch(`${label} is ${shown(sent)}, but the body says ${shown(value)}`)
}

type Finding = MaybePromise<ErrorObject | undefined>

const findMismatch = (
  exchange: Exchange,
  headers: readonly HeaderParameter[],
  args: unknown,
): ErrorObject | undefined => {
  for (const parameter of headers) {
    const error = checkParameter(exchange, parameter, args)
    if (error) return error
  }
  return undefined
}

const isHidden = async (enabled: Enabled, { auth }: Exchange): Promise<boolean> => {
  try {
    return (await enabled({ auth })) !== true
  } catch {
    return true
  }
}

const checkParameters = (exchange: Exchange, plan: Plan, { method, params }: Request): Finding => {
  const tool = method === 'tools/call' ? plan.tools.get(params?.['name'] as string)?.entry : undefined
  if (!tool || tool.headers.length === 0) return undefined
  const error = findMismatch(exchange, tool.headers, params?.['arguments'])
  if (!error || !tool.enabled) return error
  // What is hidden from this caller must not give itself away: it is refused later, as what does not exist.
  return isHidden(tool.enabled, exchange).then((hidden) => (hidden ? undefined : error))
}

/** Whether the headers that mirror the body say what the body says: `Mcp-Method`, `Mcp-Name` and `Mcp-Param-*`. */
export const checkMirrors = (exchange: Exchange, plan: Plan, rules: HttpRules, request: Request): Finding =>
  checkMethod(exchange.header('mcp-method'), request.method) ??
  checkName(exchange, request, rules.mirroredParameter?.[request.method]) ??
  checkParameters(exchange, plan, request)
