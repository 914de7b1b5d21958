import type { Implementation, Prompt, Resource, ResourceTemplate, Tool } from '../../model/types.ts'

/** What a list of names is looked for in; what comes from outside may hold anything. */
interface NameParts {
  readonly title?: unknown
  readonly name?: unknown
  readonly uri?: unknown
  readonly uriTemplate?: unknown
  readonly inputSchema?: unknown
  readonly annotations?: unknown
}

const isName = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

// Only the annotations of tools have a title.
const annotatedTitle = ({ inputSchema, annotations }: NameParts): unknown =>
  inputSchema !== undefined && typeof annotations === 'object' && annotations !== null && 'title' in annotations
    ? annotations.title
    : undefined

/** The first of the names that says something; empty when none does. */
export const nameForPeople = (entry: NameParts): string =>
  [entry.title, annotatedTitle(entry), entry.name, entry.uri, entry.uriTemplate].find(isName) ?? ''

/**
 * The name that people are to read: the title, for a tool else the title in its annotations, else the name, else the
 * URI (or its template). A title that is empty or blank does not count. The name is as the server wrote it: what is
 * printed to a terminal goes through `display`, or through an escape of your own.
 *
 * @example
 * for (const tool of await client.listTools()) menu.add(getDisplayName(tool), tool.name)
 */
export const getDisplayName = (entry: Tool | Resource | ResourceTemplate | Prompt | Implementation): string =>
  nameForPeople(entry)
