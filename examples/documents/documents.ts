import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Markdown } from './markdown.ts'
import { parseMarkdown } from './markdown.ts'

/** A Markdown file of the folder. Immutable: a changed file becomes a new document. */
export interface Document extends Markdown {
  /** Relative to the folder, with `/` between the parts on every platform. */
  readonly path: string
  readonly text: string
  /** In bytes. */
  readonly size: number
  readonly modified: Date
}

/** A Markdown file that is not served, and why. */
export interface Skipped {
  readonly path: string
  readonly reason: string
}

/** What the folder holds at one moment, sorted by path. The same object comes back until something changes. */
export interface Snapshot {
  readonly documents: readonly Document[]
  readonly skipped: readonly Skipped[]
  readonly byPath: ReadonlyMap<string, Document>
}

/** A folder that is read when it is opened, and of which only what changed is read again. */
export interface Folder {
  /** The absolute path of the folder. */
  readonly root: string
  /** What the folder holds now. */
  snapshot(): Promise<Snapshot>
}

export interface FolderOptions {
  /** Larger files are skipped. 1 MiB by default. */
  readonly maxBytes?: number
  /** How long a snapshot is trusted before the folder is looked at again, in milliseconds. 1,000 by default. */
  readonly freshForMs?: number
}

interface File {
  readonly path: string
  readonly isLink: boolean
}

interface Entry {
  readonly fingerprint: string
  readonly outcome: Document | Skipped
}

const READ_AT_ONCE = 16
const MARKDOWN = /\.(?:md|markdown)$/i
const NEVER_ENTERED = new Set(['node_modules'])

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code ?? error)
const byPath = (one: { readonly path: string }, other: { readonly path: string }): number =>
  one.path < other.path ? -1 : 1

const isDocument = (outcome: Document | Skipped): outcome is Document => 'text' in outcome

async function* walk(root: string): AsyncGenerator<File> {
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    // Below the root a folder may vanish or refuse at any moment; the rest is still worth serving.
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (folder === '') throw error
      return []
    })
    for (const entry of entries) {
      if (entry.name.startsWith('.') || NEVER_ENTERED.has(entry.name)) continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else if (MARKDOWN.test(entry.name)) yield { path, isLink: entry.isSymbolicLink() }
    }
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`

const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const readEntry = async (root: string, file: File, known: Entry | undefined, maxBytes: number): Promise<Entry> => {
  const { path } = file
  const entry = (fingerprint: string, outcome: Document | Skipped): Entry =>
    known?.fingerprint === fingerprint ? known : { fingerprint, outcome }
  // A link may lead out of the folder.
  if (file.isLink) return entry('link', { path, reason: 'it is a link, and links are not followed' })
  try {
    const stats = await lstat(join(root, path), { bigint: true })
    const fingerprint = `${stats.ino}:${stats.mtimeNs}:${stats.ctimeNs}:${stats.size}`
    if (known?.fingerprint === fingerprint) return known
    const skip = (reason: string): Entry => ({ fingerprint, outcome: { path, reason } })
    const size = Number(stats.size)
    if (!stats.isFile()) return skip('it is no ordinary file')
    if (size > maxBytes) return skip(`it has ${megabytes(size)}; at most ${megabytes(maxBytes)} is read`)
    const text = decode(await readFile(join(root, path)))
    if (text === undefined) return skip('it is not UTF-8 text')
    const name = path.slice(path.lastIndexOf('/') + 1).replace(MARKDOWN, '')
    return { fingerprint, outcome: { path, text, size, modified: stats.mtime, ...parseMarkdown(text, name) } }
  } catch (error) {
    return entry(`unreadable:${codeOf(error)}`, { path, reason: `it cannot be read (${codeOf(error)})` })
  }
}

const snapshotOf = (entries: readonly Entry[]): Snapshot => {
  const outcomes = entries.map(({ outcome }) => outcome).sort(byPath)
  const documents = outcomes.filter(isDocument)
  const skipped = outcomes.filter((outcome): outcome is Skipped => !isDocument(outcome))
  return { documents, skipped, byPath: new Map(documents.map((document) => [document.path, document])) }
}

const resolveFolder = async (path: string): Promise<string> => {
  const root = await realpath(path).catch((error: unknown) => {
    throw new Error(`The folder "${path}" cannot be opened (${codeOf(error)})`)
  })
  if (!(await lstat(root)).isDirectory())
    throw new Error(`"${path}" is no folder; name the folder that holds the files`)
  return root
}

/**
 * Opens a folder of Markdown files and reads it once. Hidden files and folders and `node_modules` are left out; what
 * cannot be served is listed in {@link Snapshot.skipped}. The texts are kept in memory.
 *
 * @throws when the folder does not exist or is none
 */
export const openFolder = async (path: string, options: FolderOptions = {}): Promise<Folder> => {
  const { maxBytes = 1024 * 1024, freshForMs = 1000 } = options
  const root = await resolveFolder(path)
  let entries: ReadonlyMap<string, Entry> = new Map()
  let current = snapshotOf([])
  let lookedAt = 0
  let looking: Promise<Snapshot> | undefined

  const look = async (): Promise<Snapshot> => {
    const files: File[] = []
    for await (const file of walk(root)) files.push(file)
    const next = new Map<string, Entry>()
    for (let start = 0; start < files.length; start += READ_AT_ONCE) {
      const batch = files.slice(start, start + READ_AT_ONCE)
      const read = await Promise.all(batch.map((file) => readEntry(root, file, entries.get(file.path), maxBytes)))
      for (const entry of read) next.set(entry.outcome.path, entry)
    }
    const same = next.size === entries.size && [...next].every(([key, entry]) => entries.get(key) === entry)
    if (!same) current = snapshotOf([...next.values()])
    entries = next
    lookedAt = performance.now()
    return current
  }

  const snapshot = async (): Promise<Snapshot> => {
    if (lookedAt > 0 && performance.now() - lookedAt < freshForMs) return current
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }

  await snapshot()
  return { root, snapshot }
}
