import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { type Area, EDGE_CASES } from '../edge-cases.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** What keeps the list itself is no test of a case. */
const OWN = 'edge-cases.test.ts'

const NUMBER = /\b(?:PY|TSBUG|TS)-\d+\b/g

/** `- PY-72: ours differs because …` */
const ANSWER = /^- ((?:PY|TSBUG|TS)-\d+): /gm

/** An edge case, and where it stands. */
export interface Standing {
  /** Such as `PY-72`. */
  readonly number: string
  readonly area: Area
  readonly title: string
  /** The names of the tests that carry the number. */
  readonly tests: readonly string[]
  /** Whether docs/design.md says how ours differs. */
  readonly isAnswered: boolean
}

/** The texts of a source file in which a number stands; what a template fills in is `…`. */
export const namesIn = (file: string, text: string): readonly string[] => {
  if (text.search(NUMBER) === -1) return []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest)
  const names: string[] = []
  const add = (name: string): void => {
    if (name.match(NUMBER)) names.push(name)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) add(node.text)
    if (ts.isTemplateExpression(node))
      add([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…'))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return names
}

const testNames = (): readonly string[] =>
  readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && file !== OWN)
    .sort()
    .map((file) => [file, readFileSync(join(ROOT, 'test', file), 'utf8')] as const)
    .flatMap(([file, text]) => namesIn(file, text).map((name) => `${file}: ${name}`))

/** The numbers that docs/design.md answers. */
export const answeredIn = (page: string): readonly string[] =>
  [...page.matchAll(ANSWER)].map(([, number]) => number as string)

/** Every edge case with its tests, and the numbers that stand somewhere without being one. */
export const survey = (): { readonly cases: readonly Standing[]; readonly unknown: readonly string[] } => {
  const named = new Map<string, string[]>()
  for (const name of testNames()) {
    for (const number of new Set(name.match(NUMBER))) named.set(number, [...(named.get(number) ?? []), name])
  }
  const answered = new Set(answeredIn(readFileSync(join(ROOT, 'docs', 'design.md'), 'utf8')))
  const cases = Object.entries(EDGE_CASES).flatMap(([prefix, list]) =>
    Object.entries(list).map(([key, [area, title]]): Standing => {
      const number = `${prefix}-${key}`
      return { number, area, title, tests: named.get(number) ?? [], isAnswered: answered.has(number) }
    }),
  )
  const known = new Set(cases.map(({ number }) => number))
  return { cases, unknown: [...named.keys(), ...answered].filter((number) => !known.has(number)) }
}

/** The areas that the library has: their cases are covered, the others wait for the part that they are about. */
export const BUILT: ReadonlySet<Area> = new Set(['server', 'client'])

/** Whether a case of what the library has comes with neither a test nor an answer. */
export const isMissing = ({ area, tests, isAnswered }: Standing): boolean =>
  BUILT.has(area) && tests.length === 0 && !isAnswered
