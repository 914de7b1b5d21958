/** What tells one call from every other. */
export interface Mark {
  readonly client: string
  readonly serial: number
}

/** A text that only this call can have, of about that length. */
export const wordsOf = ({ client, serial }: Mark, what: string, length = 0): string => {
  const word = `${client}#${serial}:${what};`
  return word.repeat(Math.max(1, Math.ceil(length / word.length)))
}

/** What a client is asked in a call, for the so-many-th time. */
export const questionOf = (mark: Mark, number: number): string => wordsOf(mark, `question ${number}`)

/** What it has to answer. */
export const answerTo = (question: string): string => `answer to ${question}`

/** The client that a question is meant for. */
export const askedOf = (question: string): string => question.split('#')[0] ?? ''

/** The resource of a call. */
export const uriOf = ({ client, serial }: Mark, length: number): string => `soak://${client}/${serial}/${length}`
