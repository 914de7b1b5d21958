/** Any value that JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

/** Whether a value is an object in the sense of JSON: not null, not an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** How deep a message may nest: `[[1]]` is 2 deep. */
export const MAX_DEPTH = 128

// Each level takes an opening and a closing bracket, so a text this short cannot be too deep.
const ALWAYS_SHALLOW = MAX_DEPTH * 2

/** Whether a parsed value nests deeper than `limit`. Never recurses further than the limit itself. */
export const isDeeperThan = (value: unknown, limit: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (limit === 0) return true
  for (const key in value) {
    if (isDeeperThan((value as Record<string, unknown>)[key], limit - 1)) return true
  }
  return false
}

/** What came of a text: the value, or why it is none. */
export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string }

/** Parses JSON that came from outside: never throws, and refuses what nests deeper than {@link MAX_DEPTH}. */
export const parseJson = (text: string): Parsed => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { ok: false, reason: (error as SyntaxError).message }
  }
  if (text.length > ALWAYS_SHALLOW && isDeeperThan(value, MAX_DEPTH)) {
    return { ok: false, reason: `it nests deeper than ${MAX_DEPTH} levels` }
  }
  return { ok: true, value }
}
