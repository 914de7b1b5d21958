const LONGEST = 64

/** How many characters to insert, delete or replace to get from one word to the other. */
export const editDistance = (from: string, to: string): number => {
  const target = [...to]
  let row = Array.from({ length: target.length + 1 }, (_, index) => index)
  for (const [line, character] of [...from].entries()) {
    const next = [line + 1]
    for (const [column, other] of target.entries()) {
      const replace = (row[column] ?? 0) + (character === other ? 0 : 1)
      next.push(Math.min(replace, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().slice(0, LONGEST)

/** How far apart two folded names are; undefined when they have too little in common to be confused. */
const distance = (wanted: string, candidate: string): number | undefined => {
  if (wanted === '') return undefined
  if (candidate.includes(wanted)) return 0.5
  const allowed = Math.max(1, Math.floor(wanted.length / 3))
  if (Math.abs(candidate.length - wanted.length) > allowed) return undefined
  const edits = editDistance(wanted, candidate)
  return edits <= allowed ? edits : undefined
}

/** The candidates that `wanted` was probably meant to be, nearest first. Case and accents do not count. */
export const nearest = (wanted: string, candidates: Iterable<string>, limit = 3): readonly string[] => {
  const folded = fold(wanted)
  const found: { readonly candidate: string; readonly apart: number }[] = []
  for (const candidate of candidates) {
    const apart = distance(folded, fold(candidate))
    if (apart !== undefined) found.push({ candidate, apart })
  }
  return found
    .sort((one, other) => one.apart - other.apart)
    .slice(0, limit)
    .map(({ candidate }) => candidate)
}
