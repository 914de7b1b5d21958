/** The characters that can open an expression; without one it is a simple expansion (RFC 6570 §2.2). */
export type OperatorSymbol = '' | '+' | '#' | '.' | '/' | ';' | '?' | '&'

/** How an operator expands (RFC 6570, Appendix A). */
export interface Operator {
  readonly symbol: OperatorSymbol
  /** Stands before the first defined variable. */
  readonly first: string
  /** Stands between variables, and between the members of an exploded one. */
  readonly separator: string
  /** Whether values are written as `name=value`. */
  readonly named: boolean
  /** Follows the name of an empty value. */
  readonly ifEmpty: string
  /** Whether reserved characters and percent-encoded triplets pass through. */
  readonly reserved: boolean
}

export const SIMPLE: Operator = { symbol: '', first: '', separator: ',', named: false, ifEmpty: '', reserved: false }

export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [
    { ...SIMPLE, symbol: '+', reserved: true } as const,
    { ...SIMPLE, symbol: '#', first: '#', reserved: true } as const,
    { ...SIMPLE, symbol: '.', first: '.', separator: '.' } as const,
    { ...SIMPLE, symbol: '/', first: '/', separator: '/' } as const,
    { ...SIMPLE, symbol: ';', first: ';', separator: ';', named: true } as const,
    { ...SIMPLE, symbol: '?', first: '?', separator: '&', named: true, ifEmpty: '=' } as const,
    { ...SIMPLE, symbol: '&', first: '&', separator: '&', named: true, ifEmpty: '=' } as const,
  ].map((operator) => [operator.symbol, operator]),
)

/** A variable with its modifier: `{name}`, `{name*}` or `{name:3}`. */
export interface VariableSpec {
  readonly name: string
  readonly explode: boolean
  /** The prefix modifier, counted in code points. */
  readonly maxLength: number | undefined
}

/** Text outside of braces, percent-encoded where a URI needs it. */
export interface Literal {
  readonly kind: 'literal'
  readonly text: string
  /** Whether encoding changed the text. */
  readonly encoded: boolean
}

/** What one pair of braces holds. */
export interface Expression {
  readonly kind: 'expression'
  readonly operator: Operator
  readonly variables: readonly VariableSpec[]
}

export type Part = Literal | Expression

/** The longest template, in UTF-16 code units. */
export const MAX_TEMPLATE_LENGTH = 8192

/** The most variables of one template. */
export const MAX_VARIABLES = 256
