import type { Capture } from './capture.ts'
import { createCapture } from './capture.ts'
import type { Form } from './form.ts'
import { createForm } from './form.ts'
import { templateError } from './parse.ts'
import type { Piece } from './pieces.ts'
import { cutTemplate } from './pieces.ts'
import type { Part, VariableSpec } from './syntax.ts'
import type { Zone } from './zone.ts'
import { createZone } from './zone.ts'

/** The query of a template. */
export interface Query {
  /** What it begins with: `?`, or `&` when the template leaves the `?` to others. */
  readonly delimiter: string
  /** What is written outside of `{?…}` and `{&…}`, and comes first. */
  readonly head: Zone | undefined
  /** How many `&` the text of the head has. */
  readonly ampersands: number
  readonly form: Form | undefined
}

/** A template laid out for matching. */
export interface Plan {
  /** Whether a literal was encoded, so that the same characters of a URI must be. */
  readonly encodes: boolean
  readonly path: Zone
  readonly query: Query | undefined
  readonly fragment: Zone | undefined
}

const checkNeighbours = (source: string, tokens: readonly (string | Capture)[]): void => {
  let previous: Capture | undefined
  for (const token of tokens) {
    if (typeof token === 'string') {
      if (token !== '') previous = undefined
    } else {
      if (previous !== undefined && token.lead === '') {
        const problem = `nothing tells "${previous.name}" and "${token.name}" apart; put text between them, such as "/"`
        throw templateError(source, problem)
      }
      previous = token
    }
  }
}

const checkWide = (source: string, tokens: readonly (string | Capture)[]): void => {
  const [first, second] = tokens.flatMap((token) => (typeof token !== 'string' && token.wide ? token.name : []))
  if (second === undefined) return
  const problem = `"${first}" and "${second}" can both span many segments; make one of them a plain {name}`
  throw templateError(source, problem)
}

const layOut = (source: string, pieces: readonly Piece[], inQuery: boolean, associative: readonly string[]): Zone => {
  const tokens = pieces.map((piece) =>
    typeof piece === 'string'
      ? piece
      : createCapture({ ...piece, inQuery, associative: associative.includes(piece.variable.name) }),
  )
  checkNeighbours(source, tokens)
  checkWide(source, tokens)
  return createZone(tokens)
}

const countAmpersands = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece.split('&').length - 1 : 0), 0)

const formOf = (source: string, variables: readonly VariableSpec[], associative: readonly string[]): Form => {
  const [others, another] = variables.filter((variable) => associative.includes(variable.name))
  if (another !== undefined) {
    throw templateError(source, `its query has two associative arrays; only one can take the other parameters`)
  }
  return createForm(variables, others?.name)
}

/**
 * Lays out a template for matching. Variables named in `associative` are read as associative arrays.
 *
 * @throws DefinitionError when a URI could be matched in more ways than one without anything to choose between them
 */
export const createPlan = (source: string, parts: readonly Part[], associative: readonly string[]): Plan => {
  const { path, head, form, fragment } = cutTemplate(source, parts)
  const query: Query | undefined = (head ?? form) && {
    delimiter: head === undefined && form !== undefined ? form.delimiter : '?',
    head: head && layOut(source, head, true, associative),
    ampersands: head === undefined ? 0 : countAmpersands(head),
    form: form && formOf(source, form.variables, associative),
  }
  return {
    encodes: parts.some((part) => part.kind === 'literal' && part.encoded),
    path: layOut(source, path, false, associative),
    query,
    fragment: fragment && layOut(source, fragment, false, associative),
  }
}
