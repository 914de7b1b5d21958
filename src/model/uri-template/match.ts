import { readForm } from './form.ts'
import { encodeForeign } from './percent.ts'
import type { Plan, Query } from './plan.ts'
import type { Found } from './zone.ts'
import { matchZone } from './zone.ts'

// No plain variable of the head matches "&", so counting those of its text tells where the form begins.
const endOfHead = (ampersands: number, uri: string, begin: number, limit: number): number => {
  let at = begin - 1
  for (let count = 0; count <= ampersands; count++) {
    at = uri.indexOf('&', at + 1)
    if (at === -1 || at >= limit) return limit
  }
  return at
}

const matchQuery = ({ head, ampersands, form }: Query, uri: string, begin: number, limit: number, found: Found) => {
  const end = head === undefined ? begin : form === undefined ? limit : endOfHead(ampersands, uri, begin, limit)
  return (
    (head === undefined || matchZone(head, uri, begin, end, found)) &&
    (form === undefined || readForm(form, uri.slice(end + 1, limit), found))
  )
}

const findBefore = (character: string, uri: string, limit: number): number => {
  const at = uri.indexOf(character)
  return at === -1 ? limit : Math.min(at, limit)
}

/** Matches a URI; undefined when it is none of the template. Never throws; the work grows linearly with the URI. */
export const matchPlan = ({ encodes, path, query, fragment }: Plan, source: string): Readonly<Found> | undefined => {
  const uri = encodes ? encodeForeign(source) : source
  const endOfQuery = fragment === undefined ? uri.length : findBefore('#', uri, uri.length)
  const endOfPath = query === undefined ? endOfQuery : findBefore(query.delimiter, uri, endOfQuery)
  const found: Found = {}
  const matches =
    matchZone(path, uri, 0, endOfPath, found) &&
    (query === undefined || matchQuery(query, uri, endOfPath, endOfQuery, found)) &&
    (fragment === undefined || matchZone(fragment, uri, endOfQuery, uri.length, found))
  return matches ? found : undefined
}
