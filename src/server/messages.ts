import { isBlock, isMessages, user } from '../model/content.ts'
import { show } from '../model/schema/problems.ts'
import type { PromptMessage } from '../model/types.ts'

/**
 * What a prompt returned, as messages: a string or a block is one message of the user.
 * @param where begins every error message: `prompt "greet"`
 * @throws TypeError for anything else
 */
export const toMessages = (value: unknown, where: string): readonly PromptMessage[] => {
  if (typeof value === 'string' || isBlock(value)) return user(value).messages
  if (isMessages(value)) return value.messages
  if (Array.isArray(value)) return value.flatMap((item) => toMessages(item, where))
  throw new TypeError(
    `${where}: it must return a string, user(…), assistant(…), a content block, or an array of these; got ${show(value)}`,
  )
}
