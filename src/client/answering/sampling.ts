import { ErrorCode, McpError } from '../../errors.ts'
import type { SampleParams } from '../../model/types.ts'
import { isContent } from '../../server/asks/sample-params.ts'
import { isObject } from '../../wire/json.ts'
import type { Params } from '../../wire/message.ts'
import type { SamplingDefinition } from '../definition.ts'
import type { AskContext } from '../types.ts'

const wrongAnswer = (problem: string): McpError =>
  new McpError(ErrorCode.InternalError, `The sampling handler of the client answered wrongly: ${problem}`)

/**
 * Asks the model (Sampling, Creating Messages).
 * @throws McpError when it cannot be asked so, or when the answer is no message of a model
 */
export const answerSampling = async (
  { handler, tools }: SamplingDefinition,
  params: Params,
  context: AskContext,
): Promise<object> => {
  if (!Array.isArray(params['messages'])) {
    throw new McpError(ErrorCode.InvalidParams, 'sampling/createMessage: "messages" must be an array')
  }
  // 2025-11-25 Sampling, Tools in Sampling: a client that has not declared them answers with an error.
  if (!tools && (params['tools'] !== undefined || params['toolChoice'] !== undefined)) {
    throw new McpError(ErrorCode.InvalidParams, 'sampling/createMessage: this client has not declared tools')
  }
  const answer: unknown = await handler(params as unknown as SampleParams, context)
  if (!isObject(answer)) throw wrongAnswer('it must return { role, content, model }')
  const { role, content, model } = answer
  if (role !== 'assistant' && role !== 'user') throw wrongAnswer('"role" must be assistant or user')
  if (!isContent(content)) throw wrongAnswer('"content" must be content with a "type", or an array of that')
  if (typeof model !== 'string') throw wrongAnswer('"model" must be the name of the model')
  return answer
}
