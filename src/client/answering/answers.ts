import { ErrorCode, McpError } from '../../errors.ts'
import type { Revision } from '../../protocol/revision.ts'
import type { Params } from '../../wire/message.ts'
import { modesOf } from '../capabilities.ts'
import type { ClientDefinition } from '../definition.ts'
import type { AskContext } from '../types.ts'
import { answerElicitation } from './elicitation.ts'
import { answerRoots } from './roots.ts'
import { answerSampling } from './sampling.ts'

/** Answers one question of a server. Rejects with what the server is told, or with what the callback threw. */
export type Answer = (params: Params, context: AskContext) => Promise<object>

/** What a client answers, by method. What it was given no function for is absent. */
export type Answers = ReadonlyMap<string, Answer>

/** The same callbacks serve real requests and the rounds of 2026-07-28. */
export const answersOf = ({ elicitation, sampling, roots }: ClientDefinition, revision: Revision): Answers => {
  const answers = new Map<string, Answer>()
  const modes = elicitation ? modesOf(revision, elicitation) : []
  if (elicitation && modes.length > 0) {
    answers.set('elicitation/create', (params, context) =>
      answerElicitation({ ...elicitation, modes }, params, context),
    )
  }
  if (sampling) {
    const tools = sampling.tools && revision.asks.samplingTools
    answers.set('sampling/createMessage', (params, context) => answerSampling({ ...sampling, tools }, params, context))
  }
  if (roots) answers.set('roots/list', (_, context) => answerRoots(roots, context))
  return answers
}

/** Why a question has no answer: the client has not declared that it had one. */
export const unsupported = (method: string): McpError =>
  new McpError(ErrorCode.MethodNotFound, `This client does not answer "${method}"`)
