import { DefinitionError } from '../../errors.ts'
import { show } from '../../model/schema/problems.ts'
import type { SampleParams } from '../../model/types.ts'
import { isObject } from '../../wire/json.ts'

const MESSAGE = "{ role: 'user', content: { type: 'text', text: 'Hello' } }"

/** Whether something is content: sampling has it one by one, and from 2025-11-25 on in arrays. */
export const isContent = (content: unknown): boolean =>
  [content].flat().every((one) => isObject(one) && typeof one['type'] === 'string')

const mistaken = (what: string, wanted: string, value: unknown): DefinitionError =>
  new DefinitionError(`ctx.sample: ${what} must be ${wanted}, got ${show(value)}`)

const checkMessage = (message: unknown, index: number): void => {
  const where = `messages[${index}]`
  if (!isObject(message)) throw mistaken(where, `a message such as ${MESSAGE}`, message)
  const { role, content } = message
  if (role !== 'user' && role !== 'assistant') throw mistaken(`${where}.role`, "'user' or 'assistant'", role)
  if (!isContent(content))
    throw mistaken(`${where}.content`, "content such as { type: 'text', text: 'Hello' }", content)
}

/**
 * Checks what a client would otherwise have to find out, or its model.
 * @throws DefinitionError
 */
export const checkSampleParams = (params: SampleParams): void => {
  const given: unknown = params
  if (!isObject(given))
    throw mistaken('what is asked', `an object such as { messages: [${MESSAGE}], maxTokens: 100 }`, given)
  const { messages, maxTokens } = given
  if (!Array.isArray(messages)) throw mistaken('messages', `an array such as [${MESSAGE}]`, messages)
  for (const [index, message] of messages.entries()) checkMessage(message, index)
  if (!Number.isSafeInteger(maxTokens) || (maxTokens as number) < 1)
    throw mistaken('maxTokens', 'a whole number above 0', maxTokens)
}
