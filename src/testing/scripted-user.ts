import assert from 'node:assert/strict'
import type { AskContext, ElicitationAnswer, ElicitationAsk, ElicitationHandler, FormContent } from '../client/types.ts'

/** What a scripted user answers: `decline`, `cancel`, the content of a form, or a function of what is asked. */
export type ScriptedAnswer =
  | 'accept'
  | 'decline'
  | 'cancel'
  | FormContent
  | ((ask: ElicitationAsk, context: AskContext) => ElicitationAnswer | Promise<ElicitationAnswer>)

/** A user who answers by a script, to be given to `.elicitation(…)`. */
export interface ScriptedUser {
  /** Answers with the next line of the script. Fails when there is none. */
  readonly answer: ElicitationHandler
  /** What was asked, in order. */
  readonly asks: readonly ElicitationAsk[]
  /** @throws AssertionError unless every line was used */
  readonly done: () => void
}

const answerOf = (line: Exclude<ScriptedAnswer, (...args: never[]) => unknown>): ElicitationAnswer => {
  if (line === 'accept') return { action: 'accept', content: {} }
  if (line === 'decline' || line === 'cancel') return { action: line }
  return { action: 'accept', content: line }
}

/**
 * A user who answers by a script.
 *
 * @example
 * const user = scriptedUser({ confirm: true }, 'decline')
 * const client = createClient().elicitation(user.answer)
 */
export const scriptedUser = (...script: readonly ScriptedAnswer[]): ScriptedUser => {
  const asks: ElicitationAsk[] = []
  return {
    asks,
    answer: async (ask, context) => {
      const line = script[asks.length]
      asks.push(ask)
      assert.ok(
        line !== undefined,
        `the user was asked ${asks.length} times, and the script has ${script.length}: ${ask.message}`,
      )
      return typeof line === 'function' ? line(ask, context) : answerOf(line)
    },
    done: () => {
      assert.equal(
        asks.length,
        script.length,
        `the user was to be asked ${script.length} times, and was ${asks.length} times`,
      )
    },
  }
}
