import type { Question } from './question.ts'

const MULTIPLIERS = [2654435761, 1597334677] as const

// Two 32-bit lanes, each multiplied and mixed with every character.
const hash = (text: string): string => {
  let [first, second] = [0xdeadbeef, 0x41c6ce57]
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    first = Math.imul(first ^ code, MULTIPLIERS[0])
    second = Math.imul(second ^ code, MULTIPLIERS[1])
  }
  const mix = (one: number, other: number): number =>
    Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909)
  return [mix(first, second), mix(second, first)].map((word) => (word >>> 0).toString(36)).join('-')
}

/**
 * Tells questions apart, so that an answer is never taken for that to another. It need not resist attacks: it is
 * sealed, and whoever could forge a match could as well have given the same answer to the real question. And it must be
 * there at once, as SHA-256 is not: what is asked in one breath belongs to one round.
 */
export const digestOf = ({ method, params }: Question<unknown>): string => hash(JSON.stringify([method, params]))
