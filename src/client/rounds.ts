import { InvalidResultError } from '../errors.ts'
import { elapsed } from '../peer/elapsed.ts'
import { isObject } from '../wire/json.ts'
import type { Params } from '../wire/message.ts'
import { type Answers, unsupported } from './answering/answers.ts'
import type { Limits } from './deadline.ts'
import { limited, unlessAborted } from './limited.ts'
import { pause } from './pause.ts'

/** How many questions one round may ask. */
const MAX_QUESTIONS = 100

/** Milliseconds before a round that asked nothing is followed by the next; twice as many each time, up to the last. */
const SHORTEST_PAUSE = 50
const LONGEST_PAUSE = 250

/** The result of a request. */
export type Result = Readonly<Record<string, unknown>>

/** What rounds need. */
export interface RoundsOptions {
  readonly method: string
  readonly params: Params
  readonly answers: Answers
  readonly maxRounds: number
  readonly signal: AbortSignal | undefined
  /** Of the call with all its rounds. */
  readonly limits: Required<Limits>
  /** Sends the request again, with these parameters. */
  readonly send: (params: Params) => Promise<Result>
}

const invalid = (method: string, problem: string): InvalidResultError =>
  new InvalidResultError(`The server answered "${method}" wrongly: ${problem}`)

/** 2026-07-28 InputRequiredResult. */
export const isInputRequired = ({ resultType }: Result): boolean => resultType === 'input_required'

const answerOne = (question: unknown, answers: Answers, signal: AbortSignal, method: string): Promise<object> => {
  if (!isObject(question) || typeof question['method'] !== 'string') {
    throw invalid(method, 'each of "inputRequests" must be an object with a "method"')
  }
  const { method: asked, params = {} } = question
  if (!isObject(params)) throw invalid(method, `the "params" of "${asked}" must be an object`)
  const answer = answers.get(asked)
  if (!answer) throw unsupported(asked)
  return answer(params, { signal })
}

/** Answers all questions of a round at once. The first that fails ends the others, and the call with them. */
const answerAll = async (
  questions: Params,
  { answers, method }: RoundsOptions,
  outer: AbortSignal,
): Promise<Params> => {
  const entries = Object.entries(questions)
  if (entries.length > MAX_QUESTIONS) throw invalid(method, `it asks ${entries.length} questions at once`)
  const round = limited('the round', outer, Number.POSITIVE_INFINITY)
  const answering = entries.map(async ([key, question]) => [
    key,
    await answerOne(question, answers, round.signal, method),
  ])
  const answered = Promise.all(answering)
  answered.catch(round.abort)
  try {
    // Callbacks need not look at their signal, and a call that was given up does not wait for them.
    return Object.fromEntries(await unlessAborted(outer, answered))
  } finally {
    round.release()
  }
}

const questionsOf = (result: Result, method: string): { readonly requests?: Params; readonly state?: string } => {
  const { inputRequests, requestState } = result
  if (inputRequests !== undefined && !isObject(inputRequests)) {
    throw invalid(method, '"inputRequests" must be an object')
  }
  if (requestState !== undefined && typeof requestState !== 'string') {
    throw invalid(method, '"requestState" must be a string')
  }
  if (inputRequests === undefined && requestState === undefined) {
    throw invalid(method, 'a result that requires input needs "inputRequests" or "requestState"')
  }
  return {
    // No questions are as good as none: the server only wants to be asked again.
    ...(inputRequests && Object.keys(inputRequests).length > 0 && { requests: inputRequests }),
    ...(requestState !== undefined && { state: requestState }),
  }
}

/**
 * Answers what a server asks, and asks it again, until it gives a result (2026-07-28 Multi Round-Trip Requests). What a
 * round has answered and what state it brought belong to the next one alone.
 *
 * @param first the result of the first round
 */
export const throughRounds = async (first: Result, options: RoundsOptions): Promise<Result> => {
  const { method, params, maxRounds, limits, send } = options
  const { began, maxTotalTimeoutMs } = limits
  const left = began + maxTotalTimeoutMs - elapsed()
  const { signal, release } = limited(`"${method}"`, options.signal, left, maxTotalTimeoutMs)
  let silence = SHORTEST_PAUSE
  let result = first
  try {
    for (let round = 1; isInputRequired(result); round++) {
      if (round > maxRounds) throw invalid(method, `it still asks after ${maxRounds} rounds`)
      const { requests, state } = questionsOf(result, method)
      if (requests) silence = SHORTEST_PAUSE
      else {
        await pause(silence, signal)
        silence = Math.min(silence * 2, LONGEST_PAUSE)
      }
      const inputResponses = requests && (await answerAll(requests, options, signal))
      result = await send({
        ...params,
        ...(inputResponses && { inputResponses }),
        ...(state !== undefined && { requestState: state }),
      })
    }
    return result
  } finally {
    release()
  }
}
