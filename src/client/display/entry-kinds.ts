import { type Argument, promptArguments, schemaArguments } from './arguments.ts'
import { isList, isRecord, type Shown, type ShownObject } from './snapshot.ts'

/** Something that servers list, how it is told from other data, and what is particular in showing it. */
export interface EntryKind {
  /** The member of the list result that holds the entries. */
  readonly key: 'tools' | 'resources' | 'resourceTemplates' | 'prompts'
  readonly heading: string
  readonly is: (value: Shown) => value is ShownObject
  /** The member that programs call it by, and the heading of its column. */
  readonly id: readonly ['name' | 'uri' | 'uriTemplate', heading: string]
  /** The heading over the names for people. */
  readonly nameHeading: string
  readonly takes: (entry: ShownObject) => readonly Argument[]
  readonly gives: (entry: ShownObject) => readonly Argument[]
}

const hasText = (value: Shown, ...keys: readonly string[]): value is ShownObject =>
  isRecord(value) && keys.every((key) => typeof value[key] === 'string')

const isTool = (value: Shown): value is ShownObject => hasText(value, 'name') && isRecord(value['inputSchema'])

const isTemplate = (value: Shown): value is ShownObject => hasText(value, 'name', 'uriTemplate')

const isResource = (value: Shown): value is ShownObject => hasText(value, 'name', 'uri')

const PROMPT_KEYS: ReadonlySet<string> = new Set(['name', 'title', 'description', 'arguments', 'icons', '_meta'])

// A name is all that a prompt must have, so what else there is decides.
const isPrompt = (value: Shown): value is ShownObject =>
  hasText(value, 'name') &&
  Object.keys(value).every((key) => PROMPT_KEYS.has(key)) &&
  (value['arguments'] === undefined || (isList(value['arguments']) && value['arguments'].every(isRecord)))

const none = (): readonly Argument[] => []

/** All that servers list. */
export const ENTRY_KINDS: readonly EntryKind[] = [
  {
    key: 'tools',
    heading: 'Tools',
    is: isTool,
    id: ['name', 'Name'],
    nameHeading: 'Title',
    takes: ({ inputSchema }) => schemaArguments(inputSchema),
    gives: ({ outputSchema }) => schemaArguments(outputSchema),
  },
  {
    key: 'resourceTemplates',
    heading: 'Resource templates',
    is: isTemplate,
    id: ['uriTemplate', 'URI template'],
    nameHeading: 'Name',
    takes: none,
    gives: none,
  },
  {
    key: 'resources',
    heading: 'Resources',
    is: isResource,
    id: ['uri', 'URI'],
    nameHeading: 'Name',
    takes: none,
    gives: none,
  },
  {
    key: 'prompts',
    heading: 'Prompts',
    is: isPrompt,
    id: ['name', 'Name'],
    nameHeading: 'Title',
    takes: promptArguments,
    gives: none,
  },
]
