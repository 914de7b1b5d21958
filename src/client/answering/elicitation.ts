import { ErrorCode, McpError } from '../../errors.ts'
import { compileSchema } from '../../model/schema/compile.ts'
import { type Checked, jsonSchema, type Schema } from '../../model/schema/index.ts'
import type { Meta } from '../../model/types.ts'
import { isObject, type JsonObject } from '../../wire/json.ts'
import type { Params } from '../../wire/message.ts'
import type { ElicitationDefinition } from '../definition.ts'
import type { AskContext, ElicitationAsk } from '../types.ts'

const malformed = (problem: string): McpError => new McpError(ErrorCode.InvalidParams, `elicitation/create: ${problem}`)

const readAsk = ({ mode = 'form', message, requestedSchema, url, elicitationId, _meta }: Params): ElicitationAsk => {
  if (typeof message !== 'string') throw malformed('"message" must be a string')
  const rest = { message, ...(isObject(_meta) && { meta: _meta as Meta }) }
  if (mode === 'form') {
    if (!isObject(requestedSchema)) throw malformed('"requestedSchema" must be an object')
    return { mode, requestedSchema: requestedSchema as JsonObject, ...rest }
  }
  if (mode !== 'url') throw malformed('"mode" must be form or url')
  if (typeof url !== 'string' || !URL.canParse(url)) throw malformed('"url" must be a URL')
  return { mode, url, ...(typeof elicitationId === 'string' && { elicitationId }), ...rest }
}

/** The defaults of a form, by the name of what they stand in for. */
const defaultsOf = ({ properties }: JsonObject): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(isObject(properties) ? properties : {})
      .filter(([, property]) => isObject(property) && property['default'] !== undefined)
      .map(([name, property]) => [name, (property as JsonObject)['default']]),
  )

/** What is undefined is left out. */
const given = (content: object): object =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined))

/** A form that a server describes loosely is still a form: what is no schema for us checks nothing. */
const schemaOf = (document: JsonObject): Schema | undefined => {
  try {
    return jsonSchema(document)
  } catch {
    return undefined
  }
}

const check = (requestedSchema: JsonObject, content: unknown): Checked | Promise<Checked> => {
  const schema = schemaOf(requestedSchema)
  return schema ? compileSchema(schema, 'input', 'elicitation').validate(content) : { ok: true, value: content }
}

const wrongAnswer = (problem: string): McpError =>
  new McpError(ErrorCode.InternalError, `The elicitation handler of the client answered wrongly: ${problem}`)

const ACTIONS = new Set<unknown>(['accept', 'decline', 'cancel'])

/**
 * Asks the user (2025-11-25 and 2026-07-28, Elicitation). What an accepted form leaves out is filled in from its defaults.
 * @throws McpError when it cannot be asked so, or when the answer does not fit the form
 */
export const answerElicitation = async (
  { handler, modes }: ElicitationDefinition,
  params: Params,
  context: AskContext,
): Promise<object> => {
  const ask = readAsk(params)
  if (!modes.includes(ask.mode)) throw malformed(`this client has not declared the mode "${ask.mode}"`)
  const answer: unknown = await handler(ask, context)
  if (!isObject(answer) || !ACTIONS.has(answer['action'])) {
    throw wrongAnswer(`it must return { action: 'accept', content }, { action: 'decline' } or { action: 'cancel' }`)
  }
  const { action, content = {} } = answer
  if (action !== 'accept' || ask.mode === 'url') return { action }
  if (!isObject(content)) throw wrongAnswer('"content" must be an object')
  const filled = { ...defaultsOf(ask.requestedSchema), ...given(content) }
  const checked = await check(ask.requestedSchema, filled)
  if (!checked.ok) throw wrongAnswer(checked.problems)
  return { action, content: filled }
}
