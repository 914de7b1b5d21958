import { scalarSpan } from './json.ts'
import { type Line, linesOf, span } from './line.ts'
import { typeText } from './schema-type.ts'
import { isList, isRecord, isScalar, type Shown, type ShownObject, textMember } from './snapshot.ts'
import { type Cell, table } from './table.ts'
import { wrap } from './wrap.ts'

/** What a tool or a prompt takes, or a member of what a tool gives. */
export interface Argument {
  readonly name: string
  /** Nothing for those of prompts, which are strings. */
  readonly type: string
  readonly isRequired: boolean
  readonly description: string
  readonly byDefault?: Shown | undefined
}

/** The members of the objects that a JSON Schema describes. */
export const schemaArguments = (schema: Shown | undefined): readonly Argument[] => {
  if (!isRecord(schema) || !isRecord(schema['properties'])) return []
  const required = isList(schema['required']) ? schema['required'] : []
  return Object.entries(schema['properties']).map(([name, property]) => ({
    name,
    type: typeText(property),
    isRequired: required.includes(name),
    description: isRecord(property) ? textMember(property, 'description') : '',
    ...(isRecord(property) && { byDefault: property['default'] }),
  }))
}

/** The arguments of a prompt. */
export const promptArguments = (prompt: ShownObject): readonly Argument[] => {
  const listed = isList(prompt['arguments']) ? prompt['arguments'] : []
  return listed.filter(isRecord).map((argument) => ({
    name: textMember(argument, 'name'),
    type: '',
    isRequired: argument['required'] === true,
    description: textMember(argument, 'description'),
  }))
}

const REQUIRED = { text: '*', style: 'required' } as const

const nameLine = ({ name, isRequired }: Argument): Line => [span(name, 'key'), ...(isRequired ? [REQUIRED] : [])]

/** Arguments as a cell of a table: `city*: string`, one a line. */
export const argumentsCell = (all: readonly Argument[]): Cell =>
  all.map((argument) => [
    ...nameLine(argument),
    ...(argument.type ? [{ text: ': ' }, span(argument.type, 'faint')] : []),
  ])

const descriptionCell = ({ description, byDefault }: Argument): Cell => [
  ...(description ? linesOf(description) : []),
  ...(isScalar(byDefault) ? [[span('default: ', 'faint'), scalarSpan(byDefault)]] : []),
]

/** Arguments as a table of their own. */
export const argumentsTable = (all: readonly Argument[], width: number): readonly Line[] =>
  table(
    [{ heading: 'Name' }, { heading: 'Type' }, { heading: 'Description' }],
    all.map((argument) => [
      [nameLine(argument)],
      argument.type ? [[span(argument.type, 'faint')]] : [],
      descriptionCell(argument),
    ]),
    width,
  )

/** What the mark of required arguments means, where there is one. */
export const legend = (all: readonly Argument[], width: number): readonly Line[] =>
  all.some(({ isRequired }) => isRequired) ? wrap([REQUIRED, span(' required', 'faint')], width) : []
