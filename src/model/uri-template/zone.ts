import type { Capture, UriTemplateMatch } from './capture.ts'
import { emptyOf } from './capture.ts'

/** The values found so far, by the names of the variables. */
export type Found = Record<string, UriTemplateMatch>

/** A capture with the literal text on either side. */
interface Step {
  readonly before: string
  readonly capture: Capture
  readonly after: string
}

/**
 * A sequence of texts and captures, laid out for matching from both ends: the captures on the left take as little as
 * they can, those on the right likewise, and the center takes what remains. All but a wide center stop at the same
 * characters, so whatever a longer stretch allows, the shortest one allows too, and nothing is tried twice.
 */
interface Layout {
  readonly start: string
  readonly left: readonly Step[]
  /** The wide capture, or else the last one; undefined when there is nothing but text. */
  readonly center: Capture | undefined
  /** From right to left. */
  readonly right: readonly Step[]
  readonly end: string
}

/** A part of a template: path, head of the query, or fragment. */
export interface Zone {
  readonly whole: Layout
  /** What remains of the zone when its exploded variable is empty and takes its lead along. */
  readonly without: { readonly layout: Layout; readonly capture: Capture } | undefined
}

const createLayout = (tokens: readonly (string | Capture)[]): Layout => {
  const steps: Step[] = []
  let text = ''
  const closeLast = (): void => {
    const last = steps.pop()
    if (last !== undefined) steps.push({ ...last, after: text })
  }
  for (const token of tokens) {
    if (typeof token === 'string') {
      text += token
    } else {
      closeLast()
      steps.push({ before: text, capture: token, after: '' })
      text = ''
    }
  }
  closeLast()
  const wide = steps.findIndex((step) => step.capture.wide)
  const middle = wide === -1 ? steps.length - 1 : wide
  return {
    start: steps[0]?.before ?? text,
    left: steps.slice(0, middle),
    center: steps[middle]?.capture,
    right: steps.slice(middle + 1).reverse(),
    end: steps.at(-1)?.after ?? '',
  }
}

/** Lays out a zone of which at most one capture is wide. */
export const createZone = (tokens: readonly (string | Capture)[]): Zone => {
  const whole = createLayout(tokens.flatMap((token) => (typeof token === 'string' ? token : [token.lead, token])))
  const capture = tokens.find((token): token is Capture => typeof token !== 'string' && token.lead !== '')
  const without = capture && { layout: createLayout(tokens.filter((token) => token !== capture)), capture }
  return { whole, without }
}

const keep = (capture: Capture, raw: string, found: Found): boolean => {
  const value = capture.read(raw)
  if (value === undefined) return false
  found[capture.name] = value
  return true
}

const matchLayout = (layout: Layout, uri: string, begin: number, limit: number, found: Found): boolean => {
  const { start, left, center, right, end } = layout
  let from = begin + start.length
  let to = limit - end.length
  if (from > to || !uri.startsWith(start, begin) || !uri.startsWith(end, to)) return false
  if (center === undefined) return from === to
  for (const { before, capture } of right) {
    const at = from + before.length > to ? -1 : uri.lastIndexOf(before, to - before.length)
    if (at < from || !keep(capture, uri.slice(at + before.length, to), found)) return false
    to = at
  }
  for (const { capture, after } of left) {
    const at = uri.indexOf(after, from)
    if (at === -1 || at + after.length > to || !keep(capture, uri.slice(from, at), found)) return false
    from = at + after.length
  }
  return keep(center, uri.slice(from, to), found)
}

/** Matches a stretch of a URI, and adds what it finds. False when the stretch does not fit. */
export const matchZone = (
  { whole, without }: Zone,
  uri: string,
  begin: number,
  limit: number,
  found: Found,
): boolean => {
  if (matchLayout(whole, uri, begin, limit, found)) return true
  if (without === undefined || !matchLayout(without.layout, uri, begin, limit, found)) return false
  found[without.capture.name] = emptyOf(without.capture.associative)
  return true
}
