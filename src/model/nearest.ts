import { byteAt } from '../wire/bytes.ts'

const MAX_NAME_LENGTH = 64
const MAX_CANDIDATES = 1000

const FAR = 255

/**
 * Insertions, deletions, replacements and swaps of neighbours between two texts, both shorter than 255; `Infinity`
 * above the limit. Only the cells near the diagonal are computed: the others are above the limit in any case.
 */
const editDistance = (from: string, to: string, limit: number): number => {
  if (Math.abs(from.length - to.length) > limit) return Number.POSITIVE_INFINITY
  let beforeLast = new Uint8Array(to.length + 2)
  let last = new Uint8Array(to.length + 2).map((_, index) => index)
  let row = new Uint8Array(to.length + 2)
  for (let i = 1; i <= from.length; i++) {
    const start = Math.max(1, i - limit)
    const end = Math.min(to.length, i + limit)
    let least = FAR
    row[start - 1] = start === 1 ? i : FAR
    row[end + 1] = FAR
    for (let j = start; j <= end; j++) {
      const character = to.charCodeAt(j - 1)
      const replaced = byteAt(last, j - 1) + (from.charCodeAt(i - 1) === character ? 0 : 1)
      const isSwap = from.charCodeAt(i - 2) === character && from.charCodeAt(i - 1) === to.charCodeAt(j - 2)
      const swapped = isSwap ? byteAt(beforeLast, j - 2) + 1 : replaced
      const distance = Math.min(byteAt(last, j) + 1, byteAt(row, j - 1) + 1, replaced, swapped)
      row[j] = distance
      least = Math.min(least, distance)
    }
    if (least > limit) return Number.POSITIVE_INFINITY
    ;[beforeLast, last, row] = [last, row, beforeLast]
  }
  return byteAt(last, to.length)
}

/**
 * The candidate that a mistyped name most likely means, whatever its case: at most a third of the name may differ,
 * or one character of a short one. The first wins among equals. `undefined` when none is near, when the name is
 * longer than 64 characters; only the first 1,000 candidates are looked at.
 */
export const nearest = (name: string, candidates: Iterable<string>): string | undefined => {
  if (name.length > MAX_NAME_LENGTH) return undefined
  const wanted = name.toLowerCase()
  let limit = Math.max(1, Math.floor(name.length / 3))
  let found: string | undefined
  let looked = 0
  for (const candidate of candidates) {
    const known = candidate.toLowerCase()
    // Two names that have nothing in common are not near, however short they are.
    const distance = editDistance(wanted, known, Math.min(limit, Math.max(wanted.length, known.length) - 1))
    if (distance <= limit) {
      found = candidate
      limit = distance - 1
    }
    looked += 1
    if (limit < 0 || looked === MAX_CANDIDATES) break
  }
  return found
}

/** ` Did you mean "x"?` to append to an error message, or nothing when no candidate is near. */
export const didYouMean = (name: string, candidates: Iterable<string>): string => {
  const suggestion = nearest(name, candidates)
  return suggestion === undefined ? '' : ` Did you mean ${JSON.stringify(suggestion)}?`
}
