import * as v from 'valibot'
import { createServer, ErrorCode, embed, McpError, ToolError, user } from '../../src/index.ts'
import type { Document, Folder, FolderOptions } from './documents.ts'
import { openFolder } from './documents.ts'
import type { Section } from './markdown.ts'
import { nearest } from './near.ts'
import type { Found, Search } from './search.ts'
import { createSearch } from './search.ts'

interface Library {
  readonly folder: Folder
  readonly search: Search
}

const READ_ONLY = { readOnlyHint: true, openWorldHint: false }
const MARKDOWN = 'text/markdown'

const Path = v.pipe(v.string(), v.description('Path of a document, as `search` gives it, such as "repairs/brakes.md"'))

const SearchInput = v.object({
  query: v.pipe(v.string(), v.trim(), v.nonEmpty(), v.description('Words to look for; any of them may match')),
  limit: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(50), v.description('How many sections at most')),
    10,
  ),
})

const SearchOutput = v.object({
  total: v.pipe(v.number(), v.description('How many sections match; `hits` has the best of them')),
  hits: v.array(
    v.object({
      path: v.string(),
      title: v.string(),
      heading: v.string(),
      line: v.number(),
      snippet: v.string(),
      score: v.number(),
    }),
  ),
  hint: v.optional(v.pipe(v.string(), v.description('What to try when words were not found'))),
})

const Outline = v.object({
  path: v.string(),
  title: v.string(),
  sections: v.array(v.object({ heading: v.string(), level: v.number(), line: v.number() })),
})

const uriOf = (path: string): string => `docs://${path.split('/').map(encodeURIComponent).join('/')}`

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

const didYouMean = (names: readonly string[]): string => (names.length > 0 ? ` Did you mean ${quoted(names)}?` : '')

const hintOf = ({ unknown }: Found): string | undefined =>
  unknown.length > 0
    ? unknown.map(({ word, near }) => `No document has "${word}".${didYouMean(near)}`).join(' ')
    : undefined

/** Says why there is no such document, and which one was probably meant. */
const explainMissing = async ({ folder }: Library, path: string): Promise<string> => {
  const { byPath, documents, skipped } = await folder.snapshot()
  const reason = skipped.find((one) => one.path === path)?.reason
  if (reason !== undefined) return `"${path}" cannot be read: ${reason}.`
  if (documents.length === 0) return 'The folder has no Markdown documents yet.'
  return `There is no document "${path}".${didYouMean(nearest(path, byPath.keys()))} Use a path that \`search\` returned.`
}

const findDocument = async ({ folder }: Library, path: string): Promise<Document | undefined> =>
  (await folder.snapshot()).byPath.get(path)

const documentForTool = async (library: Library, path: string): Promise<Document> => {
  const document = await findDocument(library, path)
  if (document === undefined) throw new ToolError(await explainMissing(library, path))
  return document
}

const sameText = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase()

/** The sections with this heading, or with this trail of headings: `Brakes > Rim brakes`. Nested ones count once. */
const sectionsCalled = ({ sections }: Document, heading: string): readonly Section[] => {
  const matching = sections.filter(
    (section) => sameText(section.heading, heading) || sameText(section.trail.join(' > '), heading),
  )
  return matching.filter(({ line, end }) => !matching.some((outer) => outer.line < line && end <= outer.end))
}

const textOf = ({ lines }: Document, { line, end }: Section): string =>
  lines
    .slice(line - 1, end - 1)
    .join('\n')
    .trim()

const completePath =
  ({ folder }: Library) =>
  async (typed: string): Promise<string[]> => {
    const { documents } = await folder.snapshot()
    const wanted = typed.toLowerCase()
    const containing = documents.map(({ path }) => path).filter((path) => path.toLowerCase().includes(wanted))
    const isPrefixed = (path: string): boolean => path.toLowerCase().startsWith(wanted)
    return [...containing.filter(isPrefixed), ...containing.filter((path) => !isPrefixed(path))]
  }

const STYLES = {
  short: 'Summarise this document in at most three sentences.',
  detailed: 'Summarise this document section by section. Keep every number and every warning.',
  bullets: 'Summarise this document as at most seven bullet points, most important first.',
} as const

/** A server for a folder of Markdown documents: search, outlines, sections, whole documents, and a summary prompt. */
export const createDocumentServer = (path: string, options?: FolderOptions) =>
  createServer({
    name: 'documents',
    title: 'Markdown documents',
    version: '1.0.0',
    instructions: 'Search first, then read the section that was found. Read a whole document only when it is needed.',
  })
    .lifespan(async (): Promise<Library> => {
      const folder = await openFolder(path, options)
      const search = createSearch()
      search.index((await folder.snapshot()).documents)
      return { folder, search }
    })

    .tool(
      'search',
      {
        title: 'Search the documents',
        description: 'Full-text search. Returns the best matching sections, each with its matching line.',
        input: SearchInput,
        output: SearchOutput,
        annotations: READ_ONLY,
      },
      async ({ query, limit }, { lifespan: { folder, search } }) => {
        search.index((await folder.snapshot()).documents)
        const found = search.find(query, limit)
        const hint = hintOf(found)
        return { total: found.total, hits: [...found.hits], ...(hint !== undefined && { hint }) }
      },
    )

    .tool(
      'outline',
      {
        title: 'Outline of a document',
        description: 'The headings of a document, with their levels and line numbers.',
        input: v.object({ path: Path }),
        output: Outline,
        annotations: READ_ONLY,
      },
      async ({ path }, { lifespan }) => {
        const { title, sections } = await documentForTool(lifespan, path)
        return { path, title, sections: sections.map(({ heading, level, line }) => ({ heading, level, line })) }
      },
    )

    .tool(
      'read_section',
      {
        title: 'Read a section',
        description: 'The Markdown of a section with its subsections.',
        input: v.object({
          path: Path,
          heading: v.pipe(
            v.string(),
            v.description('Heading of the section; `Outer > Inner` where a heading occurs more than once'),
          ),
        }),
        annotations: READ_ONLY,
      },
      async ({ path, heading }, { lifespan }) => {
        const document = await documentForTool(lifespan, path)
        const sections = sectionsCalled(document, heading)
        if (sections.length > 0) return sections.map((section) => textOf(document, section)).join('\n\n')
        const headings = document.sections.map((section) => section.heading)
        if (headings.length === 0) throw new ToolError(`"${path}" is empty.`)
        const near = nearest(heading, headings)
        const offer = near.length > 0 ? didYouMean(near) : ` It has ${quoted(headings.slice(0, 20))}.`
        throw new ToolError(`"${path}" has no section "${heading}".${offer}`)
      },
    )

    .resource(
      'docs://',
      { name: 'index', title: 'All documents', description: 'A list of all documents.', mimeType: MARKDOWN },
      async (_, { lifespan: { folder } }) => {
        const { documents, skipped } = await folder.snapshot()
        const served = documents.map((document) => `- [${document.title}](${uriOf(document.path)})`)
        const left = skipped.map((one) => `- ${one.path}: ${one.reason}`)
        return ['# Documents', ...served, ...(left.length > 0 ? ['', '## Not served', ...left] : []), ''].join('\n')
      },
    )

    .resource(
      'docs://{+path}',
      {
        name: 'document',
        title: 'A document',
        description: 'A Markdown document of the folder.',
        mimeType: MARKDOWN,
        list: async ({ lifespan: { folder } }) => {
          const { documents } = await folder.snapshot()
          return documents.map(({ path, title, size, modified }) => ({
            uri: uriOf(path),
            name: path,
            title,
            size,
            mimeType: MARKDOWN,
            annotations: { lastModified: modified.toISOString() },
          }))
        },
        complete: { path: (typed, { lifespan }) => completePath(lifespan)(typed) },
      },
      async ({ path }, { lifespan }) => (await findDocument(lifespan, path))?.text,
    )

    .prompt(
      'summarise',
      {
        title: 'Summarise a document',
        description: 'Asks for a summary of one document.',
        input: v.object({
          path: Path,
          style: v.optional(v.picklist(['short', 'detailed', 'bullets']), 'short'),
        }),
        complete: { path: (typed, { lifespan }) => completePath(lifespan)(typed) },
      },
      async ({ path, style }, { lifespan }) => {
        const document = await findDocument(lifespan, path)
        if (document === undefined) throw new McpError(ErrorCode.InvalidParams, await explainMissing(lifespan, path))
        return [user(embed({ uri: uriOf(path), mimeType: MARKDOWN, text: document.text })), user(STYLES[style])]
      },
    )
