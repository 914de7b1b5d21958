import { BUILT, isMissing, type Standing, survey } from '../test/support/edge-cases.ts'

// Lists the numbered edge cases: which tests cover them, which are answered by docs/design.md, and which are missing.

const { cases, unknown } = survey()

const titled = ({ number, title }: Standing): string => `${number} ${title}`

const section = (title: string, lines: readonly string[]): void => {
  console.log(`\n${title}: ${lines.length}`)
  for (const line of lines) console.log(`  ${line}`)
}

const others = cases.filter(({ area }) => !BUILT.has(area))

section(
  'Covered',
  cases
    .filter(({ tests }) => tests.length > 0)
    .map((one) => [titled(one), ...one.tests.map((name) => `    ${name}`)].join('\n  ')),
)
section('Answered by docs/design.md', cases.filter(({ isAnswered }) => isAnswered).map(titled))
section(
  'Of other parts',
  others.filter(({ tests }) => tests.length === 0).map((one) => `${titled(one)} (${one.area})`),
)
section('Unknown numbers', unknown)
section('Missing', cases.filter(isMissing).map(titled))
