import { DefinitionError } from '../../errors.ts'
import { encodeReserved } from './percent.ts'
import type { Expression, Literal, Part, VariableSpec } from './syntax.ts'
import { MAX_TEMPLATE_LENGTH, MAX_VARIABLES, OPERATORS, SIMPLE } from './syntax.ts'

const NAME = /^(?!\.)(?:\.?(?:\w|%[0-9A-Fa-f]{2}))+$/
const MAX_LENGTH = /^[1-9][0-9]{0,3}$/
const UNKNOWN_OPERATOR = /^[^\w%\s\u0080-\uFFFF]/
const LONGEST_QUOTE = 200

/** The error for a template: quotes it, and says what to change. */
export const templateError = (source: string, problem: string): DefinitionError => {
  const quoted = source.length > LONGEST_QUOTE ? `${source.slice(0, LONGEST_QUOTE)}…` : source
  return new DefinitionError(`URI template "${quoted}": ${problem}`)
}

const parseVariable = (source: string, spec: string): VariableSpec => {
  const explode = spec.endsWith('*')
  const [name = '', ...modifier] = (explode ? spec.slice(0, -1) : spec).split(':')
  const prefix = modifier.length === 0 ? undefined : modifier.join(':')
  if (name === '') throw templateError(source, 'a variable has no name; write one between the braces, as in {name}')
  if (!NAME.test(name)) {
    throw templateError(source, `"${name}" is no variable name; use letters, digits, "_" and single dots in between`)
  }
  if (prefix === undefined) return { name, explode, maxLength: undefined }
  if (explode) throw templateError(source, `{${spec}} has both ":" and "*"; keep one of them`)
  if (!MAX_LENGTH.test(prefix)) {
    throw templateError(source, `{${spec}} needs a whole number from 1 to 9999 after ":", as in {${name}:3}`)
  }
  return { name, explode, maxLength: Number(prefix) }
}

const parseExpression = (source: string, body: string): Expression => {
  const operator = OPERATORS.get(body.charAt(0)) ?? SIMPLE
  if (operator === SIMPLE && UNKNOWN_OPERATOR.test(body)) {
    throw templateError(source, `"${body.charAt(0)}" is no operator; an expression may begin with + # . / ; ? or &`)
  }
  const specs = body.slice(operator.symbol.length).split(',')
  return { kind: 'expression', operator, variables: specs.map((spec) => parseVariable(source, spec)) }
}

const parseLiteral = (source: string, text: string): Literal => {
  if (text.includes('}')) throw templateError(source, 'a "}" closes nothing; write it as %7D, or add the "{" before it')
  const encoded = encodeReserved(text)
  return { kind: 'literal', text: encoded, encoded: encoded !== text }
}

/**
 * Reads a template of RFC 6570, level 4.
 *
 * @throws DefinitionError when the template breaks the grammar, is longer than 8192 characters or has more than 256
 * variables
 */
export const parseParts = (source: string): readonly Part[] => {
  if (source.length > MAX_TEMPLATE_LENGTH) {
    throw templateError(source, `it has ${source.length} characters; shorten it to ${MAX_TEMPLATE_LENGTH}`)
  }
  const [start = '', ...rest] = source.split('{')
  const parts: Part[] = [parseLiteral(source, start)]
  let count = 0
  for (const piece of rest) {
    const close = piece.indexOf('}')
    if (close === -1) {
      throw templateError(source, 'a "{" is not closed before the next one or the end; add its "}", or write it as %7B')
    }
    const expression = parseExpression(source, piece.slice(0, close))
    count += expression.variables.length
    parts.push(expression, parseLiteral(source, piece.slice(close + 1)))
  }
  if (count > MAX_VARIABLES) throw templateError(source, `it has ${count} variables; keep at most ${MAX_VARIABLES}`)
  return parts
}
