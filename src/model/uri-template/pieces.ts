import { templateError } from './parse.ts'
import type { Expression, Operator, Part, VariableSpec } from './syntax.ts'

/** A variable outside of a form, with what its operator writes before it unless it is empty. */
export interface Slot {
  readonly operator: Operator
  readonly variable: VariableSpec
  readonly lead: string
}

/** A stretch of a template: literal text, or a variable. */
export type Piece = string | Slot

/** A template cut where a URI is cut. The query begins with its delimiter, the fragment with its `#`. */
export interface Pieces {
  readonly path: Piece[]
  /** Of the query, what is written outside of `{?…}` and `{&…}`. */
  head: Piece[] | undefined
  form: { readonly delimiter: string; readonly variables: VariableSpec[] } | undefined
  fragment: Piece[] | undefined
}

const toPieces = (source: string, { operator, variables }: Expression): readonly Piece[] =>
  variables.flatMap((variable, index): readonly Piece[] => {
    const lead = index === 0 ? operator.first : operator.separator
    if (!variable.explode) {
      return [operator.named ? lead + variable.name : lead, { operator, variable, lead: '' }]
    }
    if (lead !== operator.separator && variables.length > 1) {
      throw templateError(source, `put "${variable.name}*" last within its braces, or in braces of its own`)
    }
    return [{ operator, variable, lead }]
  })

const addBeforeFragment = (source: string, pieces: Pieces, piece: Piece): void => {
  if (piece === '') return
  if (pieces.form !== undefined) {
    throw templateError(
      source,
      'move {?…} and {&…} to its end; only {#…} and text that begins with "#" can follow them',
    )
  }
  const mark = typeof piece === 'string' ? piece.indexOf('?') : -1
  if (pieces.head !== undefined) pieces.head.push(piece)
  else if (typeof piece !== 'string' || mark === -1) pieces.path.push(piece)
  else {
    pieces.path.push(piece.slice(0, mark))
    pieces.head = [piece.slice(mark)]
  }
}

const addPiece = (source: string, pieces: Pieces, piece: Piece): void => {
  const hash = (typeof piece === 'string' ? piece : piece.lead).indexOf('#')
  if (pieces.fragment !== undefined) pieces.fragment.push(piece)
  else if (hash === -1) addBeforeFragment(source, pieces, piece)
  else if (typeof piece !== 'string') pieces.fragment = [piece]
  else {
    addBeforeFragment(source, pieces, piece.slice(0, hash))
    pieces.fragment = [piece.slice(hash)]
  }
}

const addForm = (source: string, pieces: Pieces, { operator, variables }: Expression): void => {
  if (pieces.fragment !== undefined) throw templateError(source, `move {${operator.symbol}…} before the "#"`)
  const begun = pieces.head !== undefined || pieces.form !== undefined
  if (begun && operator.symbol === '?') throw templateError(source, 'its query has begun already; write {&…} for {?…}')
  pieces.form ??= { delimiter: operator.symbol, variables: [] }
  pieces.form.variables.push(...variables)
}

/** Cuts a template into path, query and fragment. */
export const cutTemplate = (source: string, parts: readonly Part[]): Pieces => {
  const pieces: Pieces = { path: [], head: undefined, form: undefined, fragment: undefined }
  for (const part of parts) {
    if (part.kind === 'literal') addPiece(source, pieces, part.text)
    else if (part.operator.separator === '&') addForm(source, pieces, part)
    else for (const piece of toPieces(source, part)) addPiece(source, pieces, piece)
  }
  return pieces
}
