import { isBlock, isMessages, user } from '../model/content.ts'
import type { PromptMessage } from '../model/types.ts'

/**
 * What a prompt returned, as messages: a string or a block is one message of the user.
 * @throws TypeError for anything else; the message goes on from the name of the prompt
 */
export const toMessages = (value: unknown): readonly PromptMessage[] => {
  if (typeof value === 'string' || isBlock(value)) return user(value).messages
  if (isMessages(value)) return value.messages
  if (Array.isArray(value)) return value.flatMap(toMessages)
  throw new TypeError('it must return a string, user(…), assistant(…), a content block, or an array of these')
}
